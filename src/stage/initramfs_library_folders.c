#include "stage/initramfs_libraries.h"

#include "base/path.h"
#include "format/ld_so_conf.h"

#include <string.h>

enum { INCLUDES_MAX = 16 /* levels, files may include each other */ };

struct reading {
	const struct library_system *system;
	struct library_folders *folders;
	const char *file;
	int level;
};

void library_folders_done(struct library_folders *f)
{
	strv_done(&f->glibc);
	strv_done(&f->musl[0]);
	strv_done(&f->musl[1]);
}

static int read_conf(struct reading *r, const char *path, struct err *e);

static int add_folder(void *context, const char *path, struct err *e)
{
	struct reading *r = context;

	return strv_has(&r->folders->glibc, path) ? 0 : strv_add(&r->folders->glibc, path, e);
}

static int include(void *context, const char *pattern, struct err *e)
{
	struct reading *r = context;
	struct reading deeper = {r->system, r->folders, NULL, r->level + 1};
	AUTO_FREE char *folder = NULL;
	AUTO_FREE char *whole = NULL;
	AUTO_STRV files = STRV_INIT;

	if (path_folder(r->file, &folder, e) < 0 || path_join(folder, pattern, &whole, e) < 0 ||
	    r->system->match(r->system->context, whole, &files, e) < 0)
		return -1;
	for (size_t i = 0; i < files.n; i++)
		if (read_conf(&deeper, files.v[i], e) < 0)
			return -1;
	return 0;
}

static int read_conf(struct reading *r, const char *path, struct err *e)
{
	const struct ld_so_conf_reader reader = {r, add_folder, include};
	AUTO_BUF text = BUF_INIT;
	bool found;

	if (r->level > INCLUDES_MAX)
		return 0;
	r->file = path;
	if (r->system->read(r->system->context, path, &text, &found, e) < 0)
		return -1;
	return found ? ld_so_conf_parse(buf_str(&text), text.len, &reader, e) : 0;
}

static int has_file(const struct library_system *system, const char *path, bool *ret, struct err *e)
{
	AUTO_STRV found = STRV_INIT;

	if (system->match(system->context, path, &found, e) < 0)
		return -1;
	*ret = found.n > 0;
	return 0;
}

int library_folders_read(const struct library_system *system, bool needs_cache,
			 struct library_folders *ret, struct err *e)
{
	static const char *const musl[] = {"/etc/ld-musl-x86_64.path", "/etc/ld-musl-i386.path"};
	struct reading r = {.system = system, .folders = ret};
	bool counts = true;

	if (needs_cache && has_file(system, "/etc/ld.so.cache", &counts, e) < 0)
		return -1;
	if (counts && read_conf(&r, "/etc/ld.so.conf", e) < 0)
		return -1;
	for (size_t i = 0; i < ARRAY_LEN(musl); i++) {
		AUTO_BUF text = BUF_INIT;

		if (system->read(system->context, musl[i], &text, &ret->has_musl[i], e) < 0 ||
		    ld_musl_path_parse(buf_str(&text), text.len, &ret->musl[i], e) < 0)
			return -1;
	}
	return 0;
}
