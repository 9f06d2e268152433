#ifndef MKOS_FORMAT_FAT32_TREE_H
#define MKOS_FORMAT_FAT32_TREE_H

/*
 * The folders and files of a FAT volume, each with the long name it was given
 * and the short one that goes with it (Microsoft FAT specification of 2005,
 * sections 6 and 7). Names that differ only in case are one name on FAT: the
 * second is refused, for Latin, Greek and Cyrillic letters.
 */

#include "base/source.h"

#include <stdbool.h>

enum {
	FAT32_NAME_MAX = 255, /* UTF-16 units of one name */
	FAT32_SHORT = 11,     /* bytes of a short name: 8 and 3, filled with blanks */
	FAT32_ENTRY = 32,     /* bytes of one entry of a folder */
	FAT32_UNITS = 13,     /* of a long name in one entry */
};

struct fat32_node {
	uint32_t parent; /* index; the root is 0 and its own */
	char *path;	 /* from the root, for messages and for the order */
	uint16_t *units; /* the name */
	size_t n_units;
	bool folder;
	const struct source *content; /* of a file */
	uint8_t short_name[FAT32_SHORT];
	bool has_long; /* the short name does not say it all */
	/* Of a folder: its nodes stand side by side; what they and it take in entries. */
	uint32_t child, n_children;
	uint32_t entries;
	uint32_t cluster; /* the first one; 0: none */
	uint32_t clusters;
};

struct fat32_tree {
	struct fat32_node *nodes; /* once finished: the root, then each folder's sorted by name */
	size_t n, cap;
	uint32_t *slots; /* hash table of indices + 1 over parent and name */
	size_t n_slots;
};

#define FAT32_TREE_INIT       \
	{                     \
		.nodes = NULL \
	}

void fat32_tree_done(struct fat32_tree *t);

/* "EFI/BOOT/BOOTX64.EFI"; folders are made as needed. `content` outlives the tree. */
MUST_CHECK int fat32_tree_add(struct fat32_tree *t, const char *path, const struct source *content,
			      struct err *e);

/* Gives short names and counts entries; nothing is added afterwards. */
MUST_CHECK int fat32_tree_finish(struct fat32_tree *t, struct err *e);

/* Entries that the node takes in its folder: one, and those of the long name. */
uint32_t fat32_node_entries(const struct fat32_node *node);

#endif
