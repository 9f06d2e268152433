#ifndef MKOS_FORMAT_FAT32_PLAN_H
#define MKOS_FORMAT_FAT32_PLAN_H

/* What fat32.c decides and fat32_write.c writes. */

#include "format/fat32.h"
#include "format/fat32_tree.h"

struct fat32_measures {
	uint64_t sectors;     /* of the volume */
	uint64_t reserved;    /* in front of the FATs */
	uint64_t fat_sectors; /* of one FAT */
	uint64_t clusters;
	uint32_t cluster_size;
};

struct fat32_plan {
	struct fat32_options options;
	char label[FAT32_LABEL_MAX + 1];
	struct fat32_tree tree;
	struct fat32_measures measures;
	struct fat32_node **placed; /* those that have clusters, in their order */
	size_t n_placed;
	uint64_t used; /* clusters up to the last one of a file */
	uint64_t allocated;
};

#endif
