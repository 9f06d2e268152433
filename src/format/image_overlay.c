/* What is done to a whole table: laying one tree over another, and the numbers of files. */

#include "format/image_tree.h"

#include "base/buf.h"

#include <stdio.h>
#include <string.h>

static bool is_folder(const struct image_entry *entry)
{
	return (entry->mode & CPIO_TYPE_MASK) == CPIO_FOLDER;
}

static bool has_children(const struct image_tree *t, const char *name)
{
	size_t len = strlen(name);

	for (size_t i = 0; i < t->n; i++)
		if (!strncmp(t->entries[i].name, name, len) && t->entries[i].name[len] == '/')
			return true;
	return false;
}

static int copy_text(const char *text, char **ret, struct err *e)
{
	*ret = text ? strdup(text) : NULL;
	return text && !*ret ? err_memory(e) : 0;
}

/* The entry stays where it is and becomes another; its texts are copies. */
static int become(struct image_entry *old, const struct image_entry *new, struct err *e)
{
	AUTO_FREE char *target = NULL;
	AUTO_FREE char *location = NULL;
	AUTO_FREE char *archive = NULL;
	AUTO_FREE char *where = NULL;
	struct image_entry made = *new;

	if (copy_text(new->target, &target, e) < 0 || copy_text(new->location, &location, e) < 0 ||
	    copy_text(new->archive, &archive, e) < 0 || copy_text(new->where, &where, e) < 0)
		return -1;
	free((char *)old->target);
	free((char *)old->location);
	free((char *)old->archive);
	free((char *)old->where);
	made.name = old->name;
	made.target = TAKE(target);
	made.location = TAKE(location);
	made.archive = TAKE(archive);
	made.where = TAKE(where);
	*old = made;
	return 0;
}

static int check_replace(const struct image_tree *t, const struct image_entry *old,
			 const struct image_entry *new, struct err *e)
{
	if (is_folder(old) && !is_folder(new) && has_children(t, old->name))
		return err_set(e, ERR_INPUT,
			       "'%.200s' is a %s here, but a folder with content before (%s): the "
			       "kernel would keep the folder",
			       old->name, image_type_name(new->mode),
			       old->where ? old->where : "elsewhere");
	return 0;
}

int image_tree_overlay(struct image_tree *t, const struct image_entry *entry, const char **ret_old,
		       struct err *e)
{
	struct image_entry *old = image_tree_find(t, entry->name);
	struct image_entry new = *entry;

	*ret_old = NULL;
	if (!old)
		return image_tree_add(t, entry, e);
	if (check_replace(t, old, entry, e) < 0)
		return -1;
	if (!is_folder(old) || !is_folder(entry)) {
		free(t->replaced);
		if (copy_text(old->where ? old->where : "elsewhere", &t->replaced, e) < 0)
			return -1;
		*ret_old = t->replaced;
	}
	new.links = 1;
	new.file = t->files++;
	new.size = 0;
	return become(old, &new, e);
}

int image_tree_real_name(const struct image_tree *t, const char *name, bool folder, char **ret,
			 struct err *e)
{
	AUTO_FREE char *normal = NULL;
	AUTO_FREE char *parent = NULL;
	const struct image_entry *entry;
	char *slash;

	if (image_name(name, &normal, e) < 0)
		return -1;
	entry = folder ? image_tree_resolve(t, normal) : NULL;
	if (entry && is_folder(entry))
		return copy_text(entry->name, ret, e);
	slash = strrchr(normal, '/');
	if (slash) {
		*slash = '\0';
		/* Also what is not there yet has folders above it that may be links. */
		if (image_tree_real_name(t, normal, true, &parent, e) < 0)
			return -1;
		if (!strcmp(parent, "."))
			return copy_text(slash + 1, ret, e);
		if (asprintf(ret, "%s/%s", parent, slash + 1) < 0)
			return err_memory(e);
		return 0;
	}
	*ret = TAKE(normal);
	return 0;
}

static int check_alike(const struct image_entry *a, const struct image_entry *b, struct err *e)
{
	if (a->mode == b->mode && a->uid == b->uid && a->gid == b->gid &&
	    a->has_mtime == b->has_mtime && a->mtime == b->mtime && a->size == b->size)
		return 0;
	return err_set(e, ERR_INPUT,
		       "'%.200s' and '%.200s' are names of one file, but differ in mode, owner or "
		       "time: the kernel would give both those of the first",
		       a->name, b->name);
}

struct group {
	uint32_t first; /* index of the first name; UINT32_MAX: the last one was seen */
	uint32_t names;
	uint32_t number;
};

int image_tree_finish(struct image_tree *t, struct err *e)
{
	AUTO_FREE struct group *groups = calloc((size_t)t->files + 1, sizeof(*groups));
	uint32_t files = 0;

	if (!groups)
		return err_memory(e);
	for (size_t i = 0; i < t->n; i++) {
		struct group *g = &groups[t->entries[i].file];

		if (g->names++ == 0) {
			g->first = (uint32_t)i;
			g->number = files++;
		} else if (check_alike(&t->entries[g->first], &t->entries[i], e) < 0) {
			return -1;
		}
	}
	/* The kernel takes content from the last name as well as from the first. */
	for (size_t i = t->n; i-- > 0;) {
		struct image_entry *entry = &t->entries[i];
		struct group *g = &groups[entry->file];

		entry->links = g->names;
		entry->content = entry->location && g->first != UINT32_MAX;
		g->first = UINT32_MAX;
		entry->file = g->number;
	}
	t->files = files;
	return 0;
}
