#ifndef MKOS_FORMAT_FAT_READ_H
#define MKOS_FORMAT_FAT_READ_H

/*
 * FAT12, FAT16 and FAT32 file systems (Microsoft, "FAT: General Overview of
 * On-Disk Format" 1.03), read without trust in what they say:
 *
 *	0		boot sector; FAT32 has FSInfo and a copy of both behind it
 *	reserved	the tables: an entry for each cluster names the next one
 *	...		root folder of FAT12 and FAT16
 *	...		clusters, counted from 2
 */

#include "format/volume.h"

struct fat {
	const struct source *s; /* begins with the boot sector, and may be longer */
	unsigned int bits;	/* 12, 16 or 32 */
	uint64_t size;		/* of the file system */
	uint32_t bytes_per_sector, bytes_per_cluster;
	uint32_t clusters;
	uint64_t table, table_bytes;
	uint64_t root, root_bytes; /* 0 for FAT32 */
	uint32_t root_cluster;	   /* of FAT32 */
	uint64_t data;
	char label[12]; /* as the boot sector has it */
	uint32_t id;	/* serial number */
};

/* Does it begin like a FAT file system? Then fat_read() says what is wrong with it. */
bool fat_is_there(const struct source *s);

/* Refuses what is no FAT, and one that does not fit into the source. */
MUST_CHECK int fat_read(const struct source *s, struct fat *ret, struct err *e);

/* Everything in it, in the order of the disk. The label that the root has goes to f->label. */
MUST_CHECK int fat_walk(struct fat *f, const struct volume_visitor *visitor, struct err *e);

#endif
