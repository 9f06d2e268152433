#include "format/fat32_tree.h"

#include "format/fat32_name.h"

#include <stdlib.h>
#include <string.h>

enum {
	FIRST_SLOTS = 64,
	FOLDER_ENTRIES_MAX = 65536, /* 2 MiB: more is no folder (section 6.1) */
	ATTEMPTS_MAX = 1000000,
};

void fat32_tree_done(struct fat32_tree *t)
{
	for (size_t i = 0; i < t->n; i++) {
		free(t->nodes[i].path);
		free(t->nodes[i].units);
	}
	free(t->nodes);
	free(t->slots);
	*t = (struct fat32_tree)FAT32_TREE_INIT;
}

static size_t hash_name(uint32_t parent, const uint16_t *units, size_t n)
{
	uint64_t h = 14695981039346656037ULL ^ parent;

	for (size_t i = 0; i < n; i++)
		h = (h ^ fat32_fold(units[i])) * 1099511628211ULL;
	return (size_t)(h ^ h >> 32);
}

static bool same_name(const struct fat32_node *node, const uint16_t *units, size_t n)
{
	if (node->n_units != n)
		return false;
	for (size_t i = 0; i < n; i++)
		if (fat32_fold(node->units[i]) != fat32_fold(units[i]))
			return false;
	return true;
}

/* The slot of the name, or the free one where it belongs. */
static uint32_t *find_slot(const struct fat32_tree *t, uint32_t parent, const uint16_t *units,
			   size_t n)
{
	const size_t mask = t->n_slots - 1;
	size_t at = hash_name(parent, units, n) & mask;

	for (; t->slots[at]; at = (at + 1) & mask) {
		const struct fat32_node *node = &t->nodes[t->slots[at] - 1];

		if (node->parent == parent && same_name(node, units, n))
			break;
	}
	return &t->slots[at];
}

static int grow_slots(struct fat32_tree *t, struct err *e)
{
	const size_t n = t->n_slots ? 2 * t->n_slots : FIRST_SLOTS;
	uint32_t *slots;

	if (t->n_slots > 2 * t->n)
		return 0;
	slots = calloc(n, sizeof(*slots));
	if (!slots)
		return err_memory(e);
	free(t->slots);
	t->slots = slots;
	t->n_slots = n;
	for (size_t i = 1; i < t->n; i++) {
		const struct fat32_node *node = &t->nodes[i];

		*find_slot(t, node->parent, node->units, node->n_units) = (uint32_t)i + 1;
	}
	return 0;
}

/* Another node, still without name; the tree releases it. */
static struct fat32_node *new_node(struct fat32_tree *t, const char *path, size_t path_len)
{
	struct fat32_node *node;

	if (t->n == t->cap) {
		const size_t cap = t->cap ? 2 * t->cap : 16;
		struct fat32_node *nodes = reallocarray(t->nodes, cap, sizeof(*nodes));

		if (!nodes)
			return NULL;
		t->nodes = nodes;
		t->cap = cap;
	}
	node = &t->nodes[t->n];
	*node = (struct fat32_node){.path = strndup(path, path_len)};
	if (!node->path)
		return NULL;
	t->n++;
	return node;
}

static int make_root(struct fat32_tree *t, struct err *e)
{
	struct fat32_node *root;

	if (t->n)
		return 0;
	root = new_node(t, "", 0);
	if (!root)
		return err_memory(e);
	root->folder = true;
	return 0;
}

static int clash(const struct fat32_node *there, const char *path, size_t len, struct err *e)
{
	if (strlen(there->path) == len && !strncmp(there->path, path, len))
		return err_set(e, ERR_INPUT, "name '%.*s' is given twice%s", (int)len, path,
			       there->folder ? ", as a file and as a folder" : "");
	return err_set(e, ERR_INPUT,
		       "'%s' and '%.*s' are one name on FAT, which does not tell capitals from "
		       "small letters",
		       there->path, (int)len, path);
}

/*
 * The component that ends at `end` of the path, below `parent`. A file is
 * always new; a folder may be there, in the same letters.
 */
static int add_component(struct fat32_tree *t, uint32_t parent, const char *path, size_t start,
			 size_t end, uint32_t *ret, struct err *e)
{
	const bool folder = path[end] == '/';
	AUTO_FREE char *name = strndup(path + start, end - start);
	uint16_t units[FAT32_NAME_MAX];
	struct fat32_node *node;
	uint32_t *slot;
	size_t n;

	if (!name)
		return err_memory(e);
	if (fat32_name(name, path, units, &n, e) < 0 || grow_slots(t, e) < 0)
		return -1;
	slot = find_slot(t, parent, units, n);
	if (*slot) {
		node = &t->nodes[*slot - 1];
		if (!folder || !node->folder || memcmp(node->units, units, n * sizeof(*units)) != 0)
			return clash(node, path, end, e);
		*ret = *slot - 1;
		return 0;
	}
	node = new_node(t, path, end);
	if (!node)
		return err_memory(e);
	node->parent = parent;
	node->folder = folder;
	node->units = malloc(n * sizeof(*units));
	if (!node->units)
		return err_memory(e);
	memcpy(node->units, units, n * sizeof(*units));
	node->n_units = n;
	*slot = (uint32_t)t->n;
	*ret = (uint32_t)t->n - 1;
	return 0;
}

int fat32_tree_add(struct fat32_tree *t, const char *path, const struct source *content,
		   struct err *e)
{
	uint32_t at = 0;

	path += *path == '/';
	if (make_root(t, e) < 0)
		return -1;
	for (size_t start = 0;;) {
		const size_t end = start + strcspn(path + start, "/");

		if (add_component(t, at, path, start, end, &at, e) < 0)
			return -1;
		if (!path[end])
			break;
		start = end + 1;
	}
	t->nodes[at].content = content;
	return 0;
}

/* A node while they are sorted: by folder, then by name. */
struct sorted {
	const char *parent, *path;
	uint32_t from;
};

static int compare(const void *a, const void *b)
{
	const struct sorted *x = a, *y = b;
	const int r = strcmp(x->parent, y->parent);

	return r ? r : strcmp(x->path, y->path);
}

/* The order in which files were added leaves no trace: the nodes are sorted. */
static int sort_nodes(struct fat32_tree *t, struct err *e)
{
	AUTO_FREE struct sorted *sorted = calloc(t->n, sizeof(*sorted));
	AUTO_FREE uint32_t *moved = calloc(t->n, sizeof(*moved));
	struct fat32_node *nodes = calloc(t->n, sizeof(*nodes));

	if (!sorted || !moved || !nodes) {
		free(nodes);
		return err_memory(e);
	}
	for (size_t i = 0; i < t->n; i++)
		sorted[i] = (struct sorted){t->nodes[t->nodes[i].parent].path, t->nodes[i].path,
					    (uint32_t)i};
	qsort(sorted, t->n, sizeof(*sorted), compare);
	for (size_t i = 0; i < t->n; i++) {
		moved[sorted[i].from] = (uint32_t)i;
		nodes[i] = t->nodes[sorted[i].from];
	}
	for (size_t i = 0; i < t->n; i++)
		nodes[i].parent = moved[nodes[i].parent];
	free(t->nodes);
	t->nodes = nodes;
	t->cap = t->n;
	return 0;
}

/* Short names in use, hashed with their folder. */
struct short_names {
	const struct fat32_tree *tree;
	uint32_t *slots;
	size_t mask;
};

static bool short_is_free(const struct short_names *s, uint32_t parent,
			  const uint8_t name[FAT32_SHORT], size_t *ret_slot)
{
	uint64_t h = 14695981039346656037ULL ^ parent;
	size_t at;

	for (size_t i = 0; i < FAT32_SHORT; i++)
		h = (h ^ name[i]) * 1099511628211ULL;
	at = (size_t)(h ^ h >> 32) & s->mask;
	for (; s->slots[at]; at = (at + 1) & s->mask) {
		const struct fat32_node *node = &s->tree->nodes[s->slots[at] - 1];

		if (node->parent == parent && !memcmp(node->short_name, name, FAT32_SHORT))
			return false;
	}
	*ret_slot = at;
	return true;
}

/* Names that are short by themselves come first: no numbered one may take theirs. */
static void give_plain(struct fat32_tree *t, const struct short_names *s)
{
	for (size_t i = 1; i < t->n; i++) {
		struct fat32_node *node = &t->nodes[i];
		bool exact;
		size_t slot;

		if (!fat32_short_plain(node->units, node->n_units, node->short_name, &exact))
			continue;
		/* Nothing else has it: the long names of a folder differ without their case. */
		if (short_is_free(s, node->parent, node->short_name, &slot))
			s->slots[slot] = (uint32_t)i + 1;
		node->has_long = !exact;
	}
}

static int give_numbered(struct fat32_tree *t, const struct short_names *s, struct err *e)
{
	for (size_t i = 1; i < t->n; i++) {
		struct fat32_node *node = &t->nodes[i];
		uint8_t name[FAT32_SHORT];
		uint32_t attempt = 0;
		size_t slot;

		if (node->short_name[0])
			continue;
		do {
			if (++attempt > ATTEMPTS_MAX)
				return err_set(e, ERR_LIMIT, "no short name is left for '%s'",
					       node->path);
			fat32_short_numbered(node->units, node->n_units, attempt, name);
		} while (!short_is_free(s, node->parent, name, &slot));
		memcpy(node->short_name, name, FAT32_SHORT);
		node->has_long = true;
		s->slots[slot] = (uint32_t)i + 1;
	}
	return 0;
}

uint32_t fat32_node_entries(const struct fat32_node *node)
{
	return 1 + (node->has_long ? (uint32_t)(node->n_units + FAT32_UNITS - 1) / FAT32_UNITS : 0);
}

static int count_children(struct fat32_tree *t, struct err *e)
{
	/* The volume's label in the root, "." and ".." elsewhere. */
	for (size_t i = 0; i < t->n; i++)
		t->nodes[i].entries = i == 0 ? 1 : 2;
	for (size_t i = 1; i < t->n; i++) {
		struct fat32_node *parent = &t->nodes[t->nodes[i].parent];

		if (parent->n_children++ == 0)
			parent->child = (uint32_t)i;
		parent->entries += fat32_node_entries(&t->nodes[i]);
		if (parent->entries > FOLDER_ENTRIES_MAX)
			return err_set(e, ERR_LIMIT,
				       "folder '%s' has more files than a folder of FAT can hold",
				       parent->path);
	}
	return 0;
}

int fat32_tree_finish(struct fat32_tree *t, struct err *e)
{
	struct short_names s = {.tree = t};
	AUTO_FREE uint32_t *slots = NULL;

	if (make_root(t, e) < 0 || sort_nodes(t, e) < 0)
		return -1;
	for (s.mask = FIRST_SLOTS; s.mask < 2 * t->n; s.mask *= 2)
		;
	slots = calloc(s.mask--, sizeof(*slots));
	if (!slots)
		return err_memory(e);
	s.slots = slots;
	give_plain(t, &s);
	if (give_numbered(t, &s, e) < 0)
		return -1;
	return count_children(t, e);
}
