#include "stage/initramfs_planner.h"

#include "base/path.h"
#include "base/strv.h"
#include "host/elf.h"
#include "host/file.h"
#include "host/hash.h"
#include "stage/initramfs_libraries.h"

#include <stdio.h>
#include <string.h>

/* What an "elf" line brings: paths in the image, each of which is looked at once. */
struct bringing {
	struct initramfs_planner *planner;
	struct strv files;	      /* in the image, absolute; the program is the first */
	struct strv sources;	      /* where each is on the host */
	struct initramfs_links links; /* which of them a file of the host is */
};

static int host_path(const struct initramfs_planner *p, const char *path, char **ret, struct err *e)
{
	const char *root = p->options->sysroot;

	if (asprintf(ret, "%s%s", root ? root : "", path) < 0) {
		*ret = NULL;
		return err_memory(e);
	}
	return 0;
}

/* A library for another machine is passed over, as the loader does it. */
static bool on_host(void *context, const char *path, const struct elf_facts *facts)
{
	AUTO_ELF_FACTS library = ELF_FACTS_INIT;
	AUTO_FREE char *source = NULL;
	struct err e = ERR_INIT;

	if (host_path(context, path, &source, &e) < 0 || !file_exists(source) ||
	    elf_examine(source, &library, &e) < 0)
		return false;
	return library.is_elf && library.machine == facts->machine && library.bits == facts->bits;
}

static int note(struct bringing *b, const char *path, const char *source, struct err *e)
{
	return strv_add(&b->files, path, e) < 0 ? -1 : strv_add(&b->sources, source, e);
}

static int hash_entry(const struct image_entry *entry, char ret[HASH_HEX], struct err *e)
{
	AUTO_FILE_SOURCE f = FILE_SOURCE_INIT;

	if (file_source_open(&f, entry->location, e) < 0)
		return -1;
	return hash_source(&f.source, entry->offset, entry->archive ? entry->size : f.source.size,
			   ret, e);
}

/* Is this what another line of this kind brought already, or an archive? */
static int is_there(const struct bringing *b, const char *name, const char *source, bool *ret,
		    struct err *e)
{
	const struct image_entry new = {.location = source};
	const struct image_entry *there = image_tree_find(b->planner->plan, name);
	char x[HASH_HEX], y[HASH_HEX];

	*ret = false;
	if (!there || !there->location || there->origin != IMAGE_COPIED)
		return 0;
	if (hash_entry(there, x, e) < 0 || hash_entry(&new, y, e) < 0)
		return -1;
	*ret = !strcmp(x, y);
	return 0;
}

/* The line's name and keys are for the program alone. */
static int bring_program(struct bringing *b, const char *path, const char *source, struct err *e)
{
	struct initramfs_planner *p = b->planner;
	struct image_entry entry = {.mode = CPIO_FILE | 0755,
				    .location = source,
				    .origin = IMAGE_COPIED,
				    .where = p->where};
	AUTO_FREE char *real = NULL;
	bool there;

	if (note(b, path, source, e) < 0 ||
	    image_tree_real_name(p->plan, path, false, &real, e) < 0 ||
	    is_there(b, real, source, &there, e) < 0)
		return -1;
	if (there) {
		initramfs_apply(&p->line->settings, image_tree_find(p->plan, real));
		return 0;
	}
	entry.name = real;
	initramfs_apply(&p->line->settings, &entry);
	return image_tree_add(p->plan, &entry, e);
}

/* What is one file on the host, as the interpreter is under two names, is one in the image. */
static int find_twin(struct bringing *b, const struct stat *status, const char **ret, struct err *e)
{
	const struct initramfs_link link = {
		.device = status->st_dev, .inode = status->st_ino, .file = (uint32_t)b->files.n};
	uint32_t file;
	bool known;

	if (initramfs_links_add(&b->links, &link, &known, &file, e) < 0)
		return -1;
	*ret = known ? b->files.v[file] : NULL;
	return 0;
}

static int refuse_missing(const struct bringing *b, size_t user, const char *what, struct err *e)
{
	const char *root = b->planner->options->sysroot;

	return err_set(e, ERR_MISSING,
		       "'%s' needs '%s', which is in no folder for libraries%s%s: install it, or "
		       "say --sysroot",
		       b->sources.v[user], what, root ? " of " : "", root ? root : "");
}

static int bring_library(struct bringing *b, const char *path, const char *source,
			 uint32_t least_mode, struct err *e)
{
	struct initramfs_planner *p = b->planner;
	struct image_entry entry = {.location = source, .origin = IMAGE_COPIED, .where = p->where};
	const struct image_entry *there = image_tree_resolve(p->plan, path);
	AUTO_FREE char *real = NULL;
	const char *twin;
	struct stat st;

	if (stat(source, &st) < 0)
		return err_os(e, "open '%s'", source);
	if (find_twin(b, &st, &twin, e) < 0 || note(b, path, source, e) < 0)
		return -1;
	/* What is there already is taken: by another line of this kind, or on purpose. */
	if (there && (there->mode & CPIO_TYPE_MASK) == CPIO_FILE)
		return 0;
	if (image_tree_real_name(p->plan, path, false, &real, e) < 0)
		return -1;
	entry.name = real;
	entry.mode = CPIO_FILE | least_mode | (st.st_mode & 0100 ? 0755 : 0644);
	if (twin) {
		entry.mode = CPIO_SYMLINK | 0777;
		entry.target = twin;
		entry.location = NULL;
	}
	return image_tree_add(p->plan, &entry, e);
}

static int bring_at(struct bringing *b, const char *path, uint32_t least_mode, struct err *e)
{
	AUTO_FREE char *source = NULL;

	if (strv_has(&b->files, path))
		return 0;
	if (host_path(b->planner, path, &source, e) < 0)
		return -1;
	return bring_library(b, path, source, least_mode, e);
}

/* The kernel executes it, whatever its mode is here. */
static int bring_interpreter(struct bringing *b, size_t user, const char *path, struct err *e)
{
	AUTO_FREE char *source = NULL;

	if (host_path(b->planner, path, &source, e) < 0)
		return -1;
	return file_exists(source) ? bring_at(b, path, 0755, e) : refuse_missing(b, user, path, e);
}

static int bring_needed(struct bringing *b, size_t index, struct err *e)
{
	const struct library_search search = {b->planner, on_host};
	AUTO_ELF_FACTS facts = ELF_FACTS_INIT;
	const struct library_user user = {b->files.v[index], &facts};

	if (elf_examine(b->sources.v[index], &facts, e) < 0)
		return -1;
	if (!facts.is_elf)
		return err_set(e, ERR_INPUT, "'%s' is no ELF program: write a file line instead",
			       b->sources.v[index]);
	if (facts.interpreter && bring_interpreter(b, index, facts.interpreter, e) < 0)
		return -1;
	for (size_t i = 0; i < facts.needed.n; i++) {
		AUTO_FREE char *path = NULL;

		if (library_find(&search, &user, facts.needed.v[i], &path, e) < 0)
			return -1;
		if (!path)
			return refuse_missing(b, index, facts.needed.v[i], e);
		if (bring_at(b, path, 0, e) < 0)
			return -1;
	}
	return 0;
}

int initramfs_add_elf(struct initramfs_planner *p, struct err *e)
{
	struct bringing b = {.planner = p, .files = STRV_INIT};
	AUTO_FREE char *name = NULL;
	AUTO_FREE char *path = NULL;
	int r = 0;

	if (image_name(p->line->name, &name, e) < 0)
		return -1;
	if (asprintf(&path, "/%s", name) < 0) {
		path = NULL;
		return err_memory(e);
	}
	r = bring_program(&b, path, p->line->location, e);
	for (size_t i = 0; r == 0 && i < b.files.n; i++)
		r = bring_needed(&b, i, e);
	strv_done(&b.files);
	strv_done(&b.sources);
	initramfs_links_done(&b.links);
	return r;
}
