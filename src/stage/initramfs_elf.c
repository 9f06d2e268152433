#include "stage/initramfs_planner.h"

#include "base/path.h"
#include "base/strv.h"
#include "host/elf.h"
#include "host/file.h"
#include "host/hash.h"
#include "host/rooted.h"
#include "stage/initramfs_libraries.h"

#include <stdio.h>
#include <string.h>

enum { CONF_MAX = 1 << 20 };

/* What an "elf" line brought; $ORIGIN of the host is the folder of the source. */
struct brought {
	char *path;   /* in the image, absolute */
	char *source; /* where it is on the host */
	struct elf_facts facts;
	size_t by; /* that needs it; of the program itself: 0 */
};

struct bringing {
	struct initramfs_planner *planner;
	struct brought *files; /* each is looked at once; the program is the first */
	size_t n, cap;
	struct library_folders folders;
	struct initramfs_links links; /* which of them a file of the host is */
	char *found;		      /* on the host: the library that was found last */
};

static void bringing_done(struct bringing *b)
{
	for (size_t i = 0; i < b->n; i++) {
		free(b->files[i].path);
		free(b->files[i].source);
		elf_facts_done(&b->files[i].facts);
	}
	free(b->files);
	free(b->found);
	library_folders_done(&b->folders);
	initramfs_links_done(&b->links);
}

static const char *source_of(const struct bringing *b, const char *path)
{
	for (size_t i = 0; i < b->n; i++)
		if (!strcmp(b->files[i].path, path))
			return b->files[i].source;
	return NULL;
}

/*
 * Where a place is on the host: in the system of the image; or, by $ORIGIN, beside the file that
 * was brought from elsewhere, as a build folder is.
 */
static int find_place(const struct bringing *b, const struct library_place *place, char **ret,
		      struct err *e)
{
	AUTO_FREE char *here = NULL;
	AUTO_FREE char *there = NULL;
	AUTO_FREE char *path = NULL;
	const char *source = place->origin ? source_of(b, place->origin->path) : NULL;

	if (rooted_find(b->planner->options->sysroot, place->path, ret, e) < 0)
		return -1;
	if (*ret || !source)
		return 0;
	if (path_folder(source, &here, e) < 0 || path_folder(place->origin->path, &there, e) < 0)
		return -1;
	if (asprintf(&path, "%s%s", here, place->path + strlen(there)) < 0) {
		path = NULL;
		return err_memory(e);
	}
	return rooted_find(NULL, path, ret, e);
}

/* A library for another machine is passed over, as the loader does it. */
static bool on_host(void *context, const struct library_place *place)
{
	AUTO_ELF_FACTS library = ELF_FACTS_INIT;
	AUTO_FREE char *source = NULL;
	struct bringing *b = context;
	struct err e = ERR_INIT;

	if (find_place(b, place, &source, &e) < 0 || !source ||
	    elf_examine_file(source, &library, &e) < 0)
		return false;
	if (!library.is_elf || library.machine != place->facts->machine ||
	    library.bits != place->facts->bits)
		return false;
	free(b->found);
	b->found = TAKE(source);
	return true;
}

static int note(struct bringing *b, const char *path, const char *source, size_t by, struct err *e)
{
	struct brought new = {
		.path = strdup(path), .source = strdup(source), .facts = ELF_FACTS_INIT, .by = by};

	if (b->n == b->cap) {
		size_t cap = b->cap ? b->cap * 2 : 32;
		struct brought *files = reallocarray(b->files, cap, sizeof(*files));

		if (files) {
			b->files = files;
			b->cap = cap;
		}
	}
	if (!new.path || !new.source || b->n == b->cap) {
		free(new.path);
		free(new.source);
		return err_memory(e);
	}
	b->files[b->n++] = new;
	return 0;
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
	struct stat st;
	bool there;

	if (note(b, path, source, 0, e) < 0 ||
	    image_tree_real_name(p->plan, path, false, &real, e) < 0 ||
	    is_there(b, real, source, &there, e) < 0)
		return -1;
	if (there) {
		initramfs_apply(&p->line->settings, image_tree_find(p->plan, real));
		return 0;
	}
	entry.name = real;
	entry.was_setuid = stat(source, &st) == 0 && st.st_mode & (S_ISUID | S_ISGID);
	initramfs_apply(&p->line->settings, &entry);
	return image_tree_add(p->plan, &entry, e);
}

/* What is one file on the host, as the interpreter is under two names, is one in the image. */
static int find_twin(struct bringing *b, const struct stat *status, const char **ret, struct err *e)
{
	const struct initramfs_link link = {
		.device = status->st_dev, .inode = status->st_ino, .file = (uint32_t)b->n};
	uint32_t file;
	bool known;

	if (initramfs_links_add(&b->links, &link, &known, &file, e) < 0)
		return -1;
	*ret = known ? b->files[file].path : NULL;
	return 0;
}

static int refuse_missing(const struct bringing *b, size_t user, const char *what, struct err *e)
{
	const char *root = b->planner->options->sysroot;

	return err_set(e, ERR_MISSING,
		       "'%s' needs '%s', which is in no folder for libraries%s%s: install it, or "
		       "say --sysroot",
		       b->files[user].source, what, root ? " of " : "", root ? root : "");
}

struct found {
	const char *path, *source;
	size_t by;
	uint32_t least_mode;
};

static int add_found(struct bringing *b, const struct found *f, struct err *e)
{
	struct initramfs_planner *p = b->planner;
	struct image_entry entry = {
		.location = f->source, .origin = IMAGE_COPIED, .where = p->where};
	const struct image_entry *there = image_tree_resolve(p->plan, f->path);
	AUTO_FREE char *real = NULL;
	const char *twin;
	struct stat st;

	if (stat(f->source, &st) < 0)
		return err_os(e, "open '%s'", f->source);
	if (find_twin(b, &st, &twin, e) < 0 || note(b, f->path, f->source, f->by, e) < 0)
		return -1;
	/* What is there already is taken: by another line of this kind, or on purpose. */
	if (there && (there->mode & CPIO_TYPE_MASK) == CPIO_FILE)
		return 0;
	if (image_tree_real_name(p->plan, f->path, false, &real, e) < 0)
		return -1;
	entry.name = real;
	entry.mode = CPIO_FILE | f->least_mode | (st.st_mode & 0100 ? 0755 : 0644);
	if (twin) {
		entry.mode = CPIO_SYMLINK | 0777;
		entry.target = twin;
		entry.location = NULL;
	}
	return image_tree_add(p->plan, &entry, e);
}

/* The kernel executes it, whatever its mode is here. */
static int bring_interpreter(struct bringing *b, size_t user, struct err *e)
{
	AUTO_FREE char *path = strdup(b->files[user].facts.interpreter);
	AUTO_FREE char *source = NULL;

	if (!path)
		return err_memory(e);
	if (source_of(b, path))
		return 0;
	if (rooted_find(b->planner->options->sysroot, path, &source, e) < 0)
		return -1;
	if (!source)
		return refuse_missing(b, user, path, e);
	return add_found(b, &(struct found){path, source, user, 0755}, e);
}

/* The chain of who needs whom, from a file to the program; in memory of the caller's. */
static int make_users(const struct bringing *b, size_t index, struct library_user **ret,
		      struct err *e)
{
	struct library_user *users = calloc(b->n, sizeof(*users));
	const struct brought *f;

	if (!users)
		return err_memory(e);
	*ret = users;
	for (;; index = f->by, users++) {
		f = &b->files[index];
		*users = (struct library_user){f->path, &f->facts, index ? users + 1 : NULL};
		if (index == 0)
			return 0;
	}
}

/* The loader takes what it has under that name, whoever brought it: so do those of systemd. */
static bool is_loaded(const struct bringing *b, const char *library)
{
	for (size_t i = 1; i < b->n; i++)
		if (!strcmp(path_base(b->files[i].path), library))
			return true;
	return false;
}

static int bring_library(struct bringing *b, size_t index, const char *library, struct err *e)
{
	const struct library_search search = {&b->folders, b, on_host};
	AUTO_FREE struct library_user *users = NULL;
	AUTO_FREE char *found = NULL;
	AUTO_FREE char *path = NULL;
	AUTO_FREE char *source = NULL;

	if (make_users(b, index, &users, e) < 0 ||
	    library_find(&search, users, library, &found, e) < 0)
		return -1;
	if (!found && is_loaded(b, library))
		return 0;
	if (!found)
		return refuse_missing(b, index, library, e);
	source = TAKE(b->found);
	if (path_without_dots(found, &path, e) < 0)
		return -1;
	return source_of(b, path) ? 0 : add_found(b, &(struct found){path, source, index, 0}, e);
}

static int bring_needed(struct bringing *b, size_t index, struct err *e)
{
	struct brought *file = &b->files[index];

	if (elf_examine_file(file->source, &file->facts, e) < 0)
		return -1;
	if (!file->facts.is_elf)
		return err_set(e, ERR_INPUT, "'%s' is no ELF program: write a file line instead",
			       file->source);
	if (file->facts.interpreter && bring_interpreter(b, index, e) < 0)
		return -1;
	for (size_t i = 0; i < b->files[index].facts.needed.n; i++) {
		AUTO_FREE char *library = strdup(b->files[index].facts.needed.v[i]);

		if (!library)
			return err_memory(e);
		if (bring_library(b, index, library, e) < 0)
			return -1;
	}
	return 0;
}

static int read_text(void *context, const char *path, struct buf *to, bool *ret_found,
		     struct err *e)
{
	const struct bringing *b = context;
	AUTO_FREE char *source = NULL;

	*ret_found = false;
	if (rooted_find(b->planner->options->sysroot, path, &source, e) < 0)
		return -1;
	return source ? file_read_if_there(source, CONF_MAX, to, ret_found, e) : 0;
}

static int match_names(void *context, const char *pattern, struct strv *to, struct err *e)
{
	const struct bringing *b = context;

	return rooted_match(b->planner->options->sysroot, pattern, to, e);
}

int initramfs_add_elf(struct initramfs_planner *p, struct err *e)
{
	AUTO(bringing_done) struct bringing b = {.planner = p};
	const struct library_system system = {&b, read_text, match_names};
	AUTO_FREE char *name = NULL;
	AUTO_FREE char *path = NULL;

	if (image_name(p->line->name, &name, e) < 0)
		return -1;
	if (asprintf(&path, "/%s", name) < 0) {
		path = NULL;
		return err_memory(e);
	}
	if (library_folders_read(&system, false, &b.folders, e) < 0 ||
	    bring_program(&b, path, p->line->location, e) < 0)
		return -1;
	for (size_t i = 0; i < b.n; i++)
		if (bring_needed(&b, i, e) < 0)
			return -1;
	return 0;
}
