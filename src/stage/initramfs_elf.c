#include "stage/initramfs_planner.h"

#include "base/path.h"
#include "base/strv.h"
#include "host/elf.h"
#include "host/file.h"
#include "stage/initramfs_libraries.h"

#include <stdio.h>
#include <string.h>

/* What an "elf" line brings: paths in the image, each of which is looked at once. */
struct bringing {
	struct initramfs_planner *planner;
	struct strv files;   /* in the image, absolute */
	struct strv sources; /* where each is on the host */
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

static int bring(struct bringing *b, const char *path, const char *source, struct err *e)
{
	struct initramfs_planner *p = b->planner;
	struct image_entry entry = {.name = path,
				    .mode = CPIO_FILE | 0755,
				    .location = source,
				    .origin = IMAGE_COPIED,
				    .where = p->where};
	const struct image_entry *there = image_tree_resolve(p->plan, path);
	AUTO_FREE char *real = NULL;

	if (strv_has(&b->files, path))
		return 0;
	if (strv_add(&b->files, path, e) < 0 || strv_add(&b->sources, source, e) < 0)
		return -1;
	/* What is there already is taken: by another line of this kind, or on purpose. */
	if (there && (there->mode & CPIO_TYPE_MASK) == CPIO_FILE)
		return 0;
	if (image_tree_real_name(p->plan, path, false, &real, e) < 0)
		return -1;
	entry.name = real;
	initramfs_apply(&p->line->settings, &entry);
	return image_tree_add(p->plan, &entry, e);
}

static int bring_at(struct bringing *b, const char *path, struct err *e)
{
	AUTO_FREE char *source = NULL;

	if (host_path(b->planner, path, &source, e) < 0)
		return -1;
	return bring(b, path, source, e);
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
	if (facts.interpreter && bring_at(b, facts.interpreter, e) < 0)
		return -1;
	for (size_t i = 0; i < facts.needed.n; i++) {
		AUTO_FREE char *path = NULL;

		if (library_find(&search, &user, facts.needed.v[i], &path, e) < 0)
			return -1;
		if (!path)
			return err_set(e, ERR_MISSING,
				       "'%s' needs '%s', which is in no folder for libraries%s%s: "
				       "install it, or say --sysroot",
				       b->sources.v[index], facts.needed.v[i],
				       b->planner->options->sysroot ? " of " : "",
				       b->planner->options->sysroot ? b->planner->options->sysroot
								    : "");
		if (bring_at(b, path, e) < 0)
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
	r = bring(&b, path, p->line->location, e);
	for (size_t i = 0; r == 0 && i < b.files.n; i++)
		r = bring_needed(&b, i, e);
	strv_done(&b.files);
	strv_done(&b.sources);
	return r;
}
