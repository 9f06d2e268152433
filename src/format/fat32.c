#include "format/fat32.h"

#include "base/bytes.h"
#include "format/fat32_plan.h"
#include "format/fat32_tree.h"

#include <stdlib.h>
#include <string.h>

enum {
	SECTORS_BEFORE_FAT = 32,
	ENTRIES_PER_SECTOR = FAT32_SECTOR / 4,
	ALIGN = 4096,
	/* Linux copies into its page cache in pieces of that where they are aligned so. */
	ALIGN_BIG = 65536,
	BIG = 1 << 20,
	CLUSTER_MIN = 512,
	CLUSTER_USUAL = 4096,
	CLUSTER_LARGEST = 32768,
};

static const uint64_t MIB = 1 << 20, GIB = 1 << 30;

int fat32_check_label(const char *label, struct err *e)
{
	const size_t len = strlen(label);

	if (len > FAT32_LABEL_MAX)
		return err_set(e, ERR_LIMIT, "label '%s' has %zu characters, FAT has room for %d",
			       label, len, FAT32_LABEL_MAX);
	if (!len || label[0] == ' ' ||
	    strspn(label, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_- ") != len)
		return err_set(e, ERR_INPUT,
			       "label '%s': only capitals, digits, '_', '-' and blanks are "
			       "understood everywhere",
			       label);
	return 0;
}

static uint64_t node_size(const struct fat32_node *node)
{
	return node->folder ? (uint64_t)node->entries * FAT32_ENTRY : node->content->size;
}

/* A file begins at a multiple of so many clusters. */
static uint64_t file_step(uint64_t size, uint32_t cluster_size)
{
	const uint64_t align = size >= BIG ? ALIGN_BIG : size >= ALIGN ? ALIGN : 1;

	return cluster_size < align ? align / cluster_size : 1;
}

/* Numbers the clusters of every node, folders first. *ret_end is the one behind the last. */
static void place(struct fat32_plan *p, uint32_t cluster_size, uint64_t *ret_end)
{
	uint64_t next = 2;

	p->n_placed = p->allocated = 0;
	for (int files = 0; files < 2; files++) {
		for (size_t i = 0; i < p->tree.n; i++) {
			struct fat32_node *node = &p->tree.nodes[i];
			const uint64_t size = node_size(node);

			if (node->folder == (files == 1))
				continue;
			node->clusters = (uint32_t)((size + cluster_size - 1) / cluster_size);
			if (!node->folder)
				next = 2 + align_up(next - 2, file_step(size, cluster_size));
			node->cluster = size ? (uint32_t)next : 0;
			next += node->clusters;
			p->allocated += node->clusters;
			if (size)
				p->placed[p->n_placed++] = node;
		}
	}
	*ret_end = next;
}

/* The measures of a volume of so many sectors; nothing fits when there are no clusters. */
static struct fat32_measures measure(uint64_t sectors, uint32_t cluster_size)
{
	struct fat32_measures m = {.sectors = sectors, .cluster_size = cluster_size};
	const uint64_t per_cluster = cluster_size / FAT32_SECTOR;
	const uint64_t align = ALIGN_BIG / FAT32_SECTOR;
	uint64_t before;

	/* Solved for the least that has an entry for every cluster and two more. */
	m.fat_sectors = (sectors + 2 * per_cluster) / (ENTRIES_PER_SECTOR * per_cluster + 2) + 1;
	before = align_up(SECTORS_BEFORE_FAT + 2 * m.fat_sectors, align);
	m.reserved = before - 2 * m.fat_sectors;
	m.clusters = sectors > before ? (sectors - before) / per_cluster : 0;
	return m;
}

/* The least volume with so many clusters that is a multiple of the unit. */
static struct fat32_measures least(uint64_t clusters, uint32_t cluster_size, uint64_t unit)
{
	const uint64_t step = (unit ? unit : FAT32_SECTOR) / FAT32_SECTOR;
	uint64_t sectors = clusters * (cluster_size / FAT32_SECTOR);
	struct fat32_measures m;

	do {
		sectors = align_up(sectors + 1, step);
		m = measure(sectors, cluster_size);
		/* What is missing at least; the FATs grow with it. */
		if (m.clusters < clusters)
			sectors += (clusters - m.clusters) * (cluster_size / FAT32_SECTOR) - 1;
	} while (m.clusters < clusters);
	return m;
}

/* What suits a volume of that size: 4 KiB is a page, more keeps the FATs of big ones small. */
static uint32_t usual_cluster_size(uint64_t bytes)
{
	uint32_t size = CLUSTER_USUAL;

	for (uint64_t limit = 8 * GIB; bytes > limit && size < CLUSTER_LARGEST; limit *= 2)
		size *= 2;
	return size;
}

/* Into the smallest volume: the largest clusters of which there are still enough. */
static int find_least(struct fat32_plan *p, struct err *e)
{
	const struct fat32_options *o = &p->options;
	uint32_t size = o->cluster_size ? o->cluster_size : CLUSTER_LARGEST;
	uint64_t end, clusters;

	for (;; size /= 2) {
		place(p, size, &end);
		clusters = end - 2 + (o->spare + size - 1) / size;
		if (o->cluster_size || size == CLUSTER_MIN ||
		    (clusters >= FAT32_CLUSTERS_MIN && size <= usual_cluster_size(clusters * size)))
			break;
	}
	if (clusters < FAT32_CLUSTERS_MIN)
		clusters = FAT32_CLUSTERS_MIN;
	if (clusters > FAT32_CLUSTERS_MAX)
		return err_set(e, ERR_LIMIT, "the files are too many for a FAT32 volume");
	p->measures = least(clusters, size, o->unit);
	if (p->measures.sectors > UINT32_MAX)
		return err_set(e, ERR_LIMIT, "the files are too big for a FAT32 volume");
	p->used = end - 2;
	return 0;
}

/* Says what would be enough; the plan is of no use afterwards. */
static int too_small(struct fat32_plan *p, bool few, struct err *e)
{
	p->options.unit = MIB;
	p->options.spare = 0;
	if (find_least(p, e) < 0)
		return -1;
	return err_set(e, ERR_LIMIT,
		       "the files%s take a FAT32 volume of %llu MiB, but there are only %llu MiB",
		       few ? " are few, yet" : "",
		       (unsigned long long)(p->measures.sectors * FAT32_SECTOR / MIB),
		       (unsigned long long)(p->options.bytes / MIB));
}

/* Into a volume of a size that is given. */
static int fit(struct fat32_plan *p, struct err *e)
{
	const struct fat32_options *o = &p->options;
	const uint64_t sectors = o->bytes / FAT32_SECTOR;
	uint32_t size = o->cluster_size ? o->cluster_size : usual_cluster_size(o->bytes);
	uint64_t end;

	if (sectors > UINT32_MAX)
		return err_set(e, ERR_LIMIT, "a FAT32 volume has less than 2 TiB");
	p->measures = measure(sectors, size);
	while (!o->cluster_size && size > CLUSTER_MIN &&
	       p->measures.clusters < FAT32_CLUSTERS_MIN) {
		size /= 2;
		p->measures = measure(sectors, size);
	}
	place(p, size, &end);
	if (p->measures.clusters < FAT32_CLUSTERS_MIN || end - 2 > p->measures.clusters)
		return too_small(p, end - 2 < FAT32_CLUSTERS_MIN, e);
	p->used = end - 2;
	return 0;
}

static int add_files(struct fat32_plan *p, const struct fat32_file *files, size_t n, struct err *e)
{
	for (size_t i = 0; i < n; i++) {
		if (files[i].content->size > UINT32_MAX)
			return err_set(e, ERR_LIMIT,
				       "'%s' has %llu bytes: a file on FAT32 has less than 4 GiB",
				       files[i].content->name,
				       (unsigned long long)files[i].content->size);
		if (fat32_tree_add(&p->tree, files[i].name, files[i].content, e) < 0)
			return -1;
	}
	if (fat32_tree_finish(&p->tree, e) < 0)
		return -1;
	p->placed = calloc(p->tree.n, sizeof(struct fat32_node *));
	return p->placed ? 0 : err_memory(e);
}

int fat32_plan_new(const struct fat32_file *files, size_t n, const struct fat32_options *options,
		   struct fat32_plan **ret, struct err *e)
{
	AUTO_FAT32_PLAN p = calloc(1, sizeof(*p));

	if (!p)
		return err_memory(e);
	p->options = *options;
	if (options->label) {
		if (fat32_check_label(options->label, e) < 0)
			return -1;
		memcpy(p->label, options->label, strlen(options->label));
		p->options.label = p->label;
	}
	if (add_files(p, files, n, e) < 0 || (options->bytes ? fit(p, e) : find_least(p, e)) < 0)
		return -1;
	*ret = TAKE(p);
	return 0;
}

void fat32_plan_free(struct fat32_plan *p)
{
	if (!p)
		return;
	fat32_tree_done(&p->tree);
	free(p->placed);
	free(p);
}

uint64_t fat32_plan_bytes(const struct fat32_plan *p)
{
	return p->measures.sectors * FAT32_SECTOR;
}

uint64_t fat32_plan_free_bytes(const struct fat32_plan *p)
{
	return (p->measures.clusters - p->allocated) * p->measures.cluster_size;
}
