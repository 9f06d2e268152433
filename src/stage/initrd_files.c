#include "stage/initrd_files.h"

#include "base/log.h"
#include "host/file.h"
#include "host/new_tree.h"
#include "host/remove.h"
#include "stage/initramfs_planner.h"

#include <string.h>

int initrd_load(const char *path, const struct initrd_limits *limits, struct temp_folder *scratch,
		struct image_tree *ret, struct err *e)
{
	const struct initramfs_options options = {.scratch = scratch};
	const struct initlist_line line = {
		.type = INITLIST_ARCHIVE,
		.location = path,
		.settings = {.uid = INITLIST_UNSET,
			     .gid = INITLIST_UNSET,
			     .mtime = INITLIST_UNSET,
			     .file_mode = INITLIST_UNSET,
			     .dir_mode = INITLIST_UNSET},
	};
	AUTO_FREE char *where = strdup(path);
	struct initramfs_planner p = {.options = &options,
				      .plan = ret,
				      .where = where,
				      .line = &line,
				      .limits = limits,
				      .as_it_is = true};

	if (!where)
		return err_memory(e);
	if (initramfs_add_archive(&p, e) < 0)
		return -1;
	return image_tree_finish(ret, e);
}

int initrd_cat(const struct image_tree *tree, const char *name, struct sink *out, struct err *e)
{
	const struct image_entry *entry = image_tree_resolve(tree, name);
	AUTO_FILE_SOURCE f = FILE_SOURCE_INIT;

	if (!entry)
		return err_set(e, ERR_MISSING, "there is no '%s' in it", name);
	if (!entry->location)
		return err_set(e, ERR_INPUT, "'%s' is a %s, not a file", name,
			       image_type_name(entry->mode));
	if (!entry->size)
		return 0;
	if (file_source_open(&f, entry->location, e) < 0)
		return -1;
	return sink_range(out, &f.source, entry->offset, entry->size, e);
}

struct extraction {
	const struct image_tree *tree;
	struct new_tree to;
	const char **first; /* by number: the name of a file that is there already */
	size_t left;
};

static int write_file(const struct extraction *x, const struct image_entry *entry, struct err *e)
{
	AUTO_FILE_SOURCE f = FILE_SOURCE_INIT;

	if (!entry->size)
		return new_tree_file(&x->to, entry->name, NULL, 0, 0, e);
	if (file_source_open(&f, entry->location, e) < 0)
		return -1;
	return new_tree_file(&x->to, entry->name, &f.source, entry->offset, entry->size, e);
}

static int make_node(struct extraction *x, const struct image_entry *entry, struct err *e)
{
	const struct new_tree_node node = {entry->mode & CPIO_TYPE_MASK, entry->rdev_major,
					   entry->rdev_minor};

	if (!x->to.as_root && (node.type == CPIO_CHAR || node.type == CPIO_BLOCK)) {
		x->left++;
		return 0;
	}
	return new_tree_node(&x->to, entry->name, &node, e);
}

static int make_entry(struct extraction *x, const struct image_entry *entry, struct err *e)
{
	const char **first = &x->first[entry->file];

	switch (entry->mode & CPIO_TYPE_MASK) {
	case CPIO_FOLDER:
		return strcmp(entry->name, ".") ? new_tree_folder(&x->to, entry->name, e) : 0;
	case CPIO_SYMLINK:
		return 0;
	case CPIO_FILE:
		if (*first)
			return new_tree_link(&x->to, *first, entry->name, e);
		*first = entry->name;
		return write_file(x, entry, e);
	default:
		return make_node(x, entry, e);
	}
}

static int set_facts(const struct extraction *x, const struct image_entry *entry, struct err *e)
{
	const struct new_tree_facts facts = {entry->mode, entry->uid, entry->gid, entry->mtime};

	return new_tree_set(&x->to, entry->name, &facts, e);
}

static int make_all(struct extraction *x, struct err *e)
{
	const struct image_tree *t = x->tree;

	for (size_t i = 0; i < t->n; i++)
		if (make_entry(x, &t->entries[i], e) < 0)
			return -1;
	/* Backwards, so that a folder's mode and time come after what is in it. */
	for (size_t i = t->n; i-- > 0;)
		if (!t->entries[i].target && set_facts(x, &t->entries[i], e) < 0)
			return -1;
	/* Last: until now no name led through one. */
	for (size_t i = 0; i < t->n; i++) {
		const struct image_entry *entry = &t->entries[i];

		if (entry->target && (new_tree_symlink(&x->to, entry->name, entry->target, e) < 0 ||
				      set_facts(x, entry, e) < 0))
			return -1;
	}
	return 0;
}

int initrd_extract(const struct image_tree *tree, const char *folder, size_t *ret_left,
		   struct err *e)
{
	AUTO_FREE const char **first = calloc((size_t)tree->files + 1, sizeof(*first));
	struct extraction x = {.tree = tree, .to = NEW_TREE_INIT, .first = first};
	struct err ignored = ERR_INIT;
	int r;

	if (!first)
		return err_memory(e);
	if (new_tree_begin(&x.to, folder, e) < 0)
		return -1;
	r = make_all(&x, e);
	new_tree_done(&x.to);
	if (r == 0) {
		*ret_left = x.left;
		return 0;
	}
	/* Half a tree would be taken for a whole one; the first failure is what counts. */
	if (remove_tree(folder, NULL, &ignored) < 0)
		log_warning("what was unpacked of it is in '%s': %s", folder, ignored.text);
	return err_ctx(e, "%s", folder);
}
