#include "stage/kernel_source.h"

#include "base/path.h"
#include "host/file.h"
#include "host/remove.h"
#include "host/unpack.h"
#include "host/workspace.h"

#include <glob.h>
#include <stdio.h>
#include <string.h>

#define DISTRO_PATTERN "/usr/src/linux-source-*.tar.xz"
#define UNPACKED       PROJECT_CACHE "/src"

enum { MAKEFILE_MAX = 1 << 20 };

/* Linux 6.18 has about 90,000 files of 1.6 GB together. */
static const struct unpack_limits limits = {.entries = 300000, .bytes = 6ULL << 30};

void kernel_source_done(struct kernel_source *s)
{
	free(s->archive);
	free(s->folder);
	*s = (struct kernel_source)KERNEL_SOURCE_INIT;
}

/* The version in /usr/src/linux-source-6.12.tar.xz. */
static bool distro_version(const char *path, struct version *ret)
{
	AUTO_FREE char *text = strdup(path_base(path) + strlen("linux-source-"));
	struct err ignored;
	char *end = text ? strstr(text, ".tar.") : NULL;

	if (!end)
		return false;
	*end = '\0';
	return parse_version(text, ret, &ignored) == 0;
}

static int find_distro(char **ret, struct err *e)
{
	struct version newest = {0}, version;
	const char *best = NULL;
	glob_t found;
	int r = 0;

	if (glob(DISTRO_PATTERN, 0, NULL, &found) == 0) {
		for (size_t i = 0; i < found.gl_pathc; i++) {
			if (!distro_version(found.gl_pathv[i], &version) ||
			    (best && version_compare(&version, &newest) < 0))
				continue;
			best = found.gl_pathv[i];
			newest = version;
		}
		*ret = best ? strdup(best) : NULL;
		if (best && !*ret)
			r = err_memory(e);
		globfree(&found);
	}
	if (r == 0 && !best)
		return err_set(
			e, ERR_MISSING,
			"there is no kernel source " DISTRO_PATTERN
			": install linux-source-6.12 (or linux-source-6.1), or run ./setup.sh");
	return r;
}

/* "linux-6.18.4" for ".../linux-6.18.4.tar.xz". */
static int unpacked_folder(const char *archive, char **ret, struct err *e)
{
	const char *base = path_base(archive);
	const char *end = strstr(base, ".tar");
	int len = end && end > base ? (int)(end - base) : (int)strlen(base);

	if (asprintf(ret, UNPACKED "/%.*s", len, base) < 0) {
		*ret = NULL;
		return err_memory(e);
	}
	return 0;
}

static int find_archive(struct kernel_source *s, struct hashes *hashes, struct err *e)
{
	if (hashes_file(hashes, s->archive, s->sha256, e) < 0)
		return err_ctx(e, "kernel source");
	return unpacked_folder(s->archive, &s->folder, e);
}

static int find_folder(const char *where, struct kernel_source *s, struct err *e)
{
	AUTO_FREE char *kconfig = NULL;

	if (file_real_path(where, &s->folder, e) < 0 ||
	    path_join(s->folder, "Kconfig", &kconfig, e) < 0)
		return -1;
	if (!file_exists(kconfig))
		return err_set(e, ERR_INPUT,
			       "kernel source '%s' is no kernel source: there is no Kconfig in it",
			       where);
	return 0;
}

int kernel_source_find(const char *where, struct hashes *hashes, struct kernel_source *ret,
		       struct err *e)
{
	AUTO_KERNEL_SOURCE s = KERNEL_SOURCE_INIT;
	int r;

	if (!strcmp(where, "distro")) {
		r = find_distro(&s.archive, e);
	} else if (file_is_folder(where)) {
		r = find_folder(where, &s, e);
	} else if (file_exists(where)) {
		s.archive = strdup(where);
		r = s.archive ? 0 : err_memory(e);
	} else {
		return err_set(
			e, ERR_INPUT,
			"kernel source '%s' is neither 'kernel.org' nor 'distro', a folder, a "
			"tarball or a URL",
			where);
	}
	if (r < 0 || (s.archive && find_archive(&s, hashes, e) < 0))
		return -1;
	*ret = s;
	s = (struct kernel_source)KERNEL_SOURCE_INIT;
	return 0;
}

int kernel_source_inputs(const struct kernel_source *s, struct inputs *to, struct err *e)
{
	char value[HASH_HEX + 8];

	if (!s->archive)
		return inputs_add(to, "source", "a folder", e);
	snprintf(value, sizeof(value), "sha256:%s", s->sha256);
	return inputs_add(to, path_base(s->archive), value, e);
}

int kernel_source_unpack(const struct kernel_source *s, struct err *e)
{
	AUTO_FREE char *stamp = NULL;

	if (!s->archive)
		return 0;
	if (workspace_folder(PROJECT_CACHE, e) < 0 || folder_make(UNPACKED, e) < 0)
		return -1;
	if (file_is_folder(s->folder)) {
		if (unpack_stamp(s->folder, &stamp, e) < 0)
			return -1;
		if (stamp && !strcmp(stamp, s->sha256))
			return 0;
		/* Another archive of the same name was here. */
		if (remove_tree(s->folder, NULL, e) < 0)
			return -1;
	}
	return unpack_archive(s->archive, s->folder, s->sha256, &limits, e);
}

/* The value of "NAME = value" in the kernel's Makefile, "" when it has none. */
static void makefile_value(const char *text, const char *name, char *to, size_t size)
{
	size_t len = strlen(name);

	*to = '\0';
	for (const char *line = text; line; line = strchr(line, '\n')) {
		const char *p;

		line += *line == '\n';
		if (strncmp(line, name, len))
			continue;
		p = line + len + strspn(line + len, " \t");
		if (*p != '=')
			continue;
		p += 1 + strspn(p + 1, " \t");
		snprintf(to, size, "%.*s", (int)strcspn(p, " \t\n"), p);
		return;
	}
}

int kernel_source_version(const struct kernel_source *s, struct version *ret, char **ret_text,
			  struct err *e)
{
	char version[16], patchlevel[16], sublevel[16], extra[32];
	AUTO_FREE char *path = NULL;
	AUTO_BUF makefile = BUF_INIT;
	char *text = NULL;

	if (path_join(s->folder, "Makefile", &path, e) < 0 ||
	    file_read(path, MAKEFILE_MAX, &makefile, e) < 0)
		return -1;
	makefile_value(buf_str(&makefile), "VERSION", version, sizeof(version));
	makefile_value(buf_str(&makefile), "PATCHLEVEL", patchlevel, sizeof(patchlevel));
	makefile_value(buf_str(&makefile), "SUBLEVEL", sublevel, sizeof(sublevel));
	makefile_value(buf_str(&makefile), "EXTRAVERSION", extra, sizeof(extra));
	if (asprintf(&text, "%s.%s.%s%s", version, patchlevel, *sublevel ? sublevel : "0", extra) <
	    0)
		return err_memory(e);
	if (parse_version(text, ret, e) < 0) {
		free(text);
		return err_ctx(e, "%s", path);
	}
	*ret_text = text;
	return 0;
}
