#include "stage/initramfs_planner.h"

#include "host/file.h"
#include "host/hash.h"

#include <stdlib.h>
#include <string.h>

enum { FIRST_SLOTS = 64 };

void initramfs_links_done(struct initramfs_links *l)
{
	free(l->slots);
	*l = (struct initramfs_links){.slots = NULL};
}

static struct initramfs_link *slot_of(const struct initramfs_links *l,
				      const struct initramfs_link *link)
{
	uint64_t hash = (link->inode ^ link->device << 32) * UINT64_C(0x9e3779b97f4a7c15);
	size_t i = (size_t)(hash >> 32) & (l->n_slots - 1);

	while (l->slots[i].used &&
	       (l->slots[i].inode != link->inode || l->slots[i].device != link->device))
		i = (i + 1) & (l->n_slots - 1);
	return &l->slots[i];
}

static int grow(struct initramfs_links *l, struct err *e)
{
	struct initramfs_links old = *l;

	if (l->n_slots && l->n < l->n_slots / 2)
		return 0;
	l->n_slots = l->n_slots ? l->n_slots * 2 : FIRST_SLOTS;
	l->slots = calloc(l->n_slots, sizeof(*l->slots));
	if (!l->slots) {
		*l = old;
		return err_memory(e);
	}
	for (size_t i = 0; i < old.n_slots; i++)
		if (old.slots[i].used)
			*slot_of(l, &old.slots[i]) = old.slots[i];
	free(old.slots);
	return 0;
}

int initramfs_links_add(struct initramfs_links *l, const struct initramfs_link *link,
			bool *ret_known, uint32_t *ret_file, struct err *e)
{
	struct initramfs_link *slot;

	if (grow(l, e) < 0)
		return -1;
	slot = slot_of(l, link);
	*ret_known = slot->used;
	if (!slot->used) {
		*slot = *link;
		slot->used = true;
		l->n++;
	}
	*ret_file = slot->file;
	return 0;
}

/* What has to be alike, and the order in which files are looked at. */
struct candidate {
	const struct image_entry *entry;
	size_t index;
	char hash[HASH_HEX];
};

static int order(uint64_t a, uint64_t b)
{
	return (a > b) - (a < b);
}

static int compare_facts(const struct candidate *a, const struct candidate *b)
{
	const struct image_entry *x = a->entry, *y = b->entry;
	int r = order(x->size, y->size);

	r = r ? r : order(x->mode, y->mode);
	r = r ? r : order(x->uid, y->uid);
	r = r ? r : order(x->gid, y->gid);
	r = r ? r : order(x->has_mtime, y->has_mtime);
	return r ? r : order(x->mtime, y->mtime);
}

static int by_facts(const void *a, const void *b)
{
	const struct candidate *x = a, *y = b;
	int r = compare_facts(x, y);

	return r ? r : order(x->index, y->index);
}

static int by_hash(const void *a, const void *b)
{
	const struct candidate *x = a, *y = b;
	int r = strcmp(x->hash, y->hash);

	return r ? r : order(x->index, y->index);
}

static int hash_content(struct candidate *c, struct err *e)
{
	AUTO_FILE_SOURCE f = FILE_SOURCE_INIT;

	if (file_source_open(&f, c->entry->location, e) < 0)
		return -1;
	return hash_source(&f.source, c->entry->offset, c->entry->size, c->hash, e);
}

/* Candidates that are alike in all but their content. */
static int join(struct image_tree *plan, struct candidate *c, size_t n, struct err *e)
{
	for (size_t i = 0; i < n; i++)
		if (hash_content(&c[i], e) < 0)
			return -1;
	qsort(c, n, sizeof(*c), by_hash);
	for (size_t i = 1; i < n; i++)
		if (!strcmp(c[i].hash, c[i - 1].hash))
			plan->entries[c[i].index].file = plan->entries[c[i - 1].index].file;
	return 0;
}

int initramfs_dedupe(struct image_tree *plan, struct err *e)
{
	AUTO_FREE struct candidate *all = calloc(plan->n + 1, sizeof(*all));
	size_t n = 0;

	if (!all)
		return err_memory(e);
	for (size_t i = 0; i < plan->n; i++)
		if (plan->entries[i].location && plan->entries[i].size)
			all[n++] = (struct candidate){.entry = &plan->entries[i], .index = i};
	qsort(all, n, sizeof(*all), by_facts);
	for (size_t i = 0, end; i < n; i = end) {
		for (end = i + 1; end < n && compare_facts(&all[i], &all[end]) == 0; end++)
			;
		if (end - i > 1 && join(plan, all + i, end - i, e) < 0)
			return -1;
	}
	return 0;
}
