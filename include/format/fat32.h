#ifndef MKOS_FORMAT_FAT32_H
#define MKOS_FORMAT_FAT32_H

/*
 * Writes FAT32 volumes (Microsoft FAT specification of 2005), from the first
 * byte to the last, with 512-byte sectors:
 *
 *	sector 0    boot sector with the volume's measures (section 3); again at 6
 *	       1    FSInfo: free clusters (section 5); again at 7
 *	       R    two equal FATs: for each cluster the next of its file
 *	       ...  clusters, the first of which has the number 2: folders, then files
 *
 * Every file is one run of clusters. One of 4 KiB or more begins at a multiple
 * of 4 KiB, so that a file system can share its blocks with the original's, and
 * one of 1 MiB or more at a multiple of 64 KiB. What is on the volume depends on the names and contents alone,
 * not on the order in which they are given.
 */

#include "base/sink.h"
#include "base/source.h"

#include <stddef.h>

enum {
	FAT32_SECTOR = 512,
	FAT32_LABEL_MAX = 11,
	/* A volume of less is FAT16. The specification advises to stay 16 away (section 3.5). */
	FAT32_CLUSTERS_MIN = 65525 + 16,
	FAT32_CLUSTERS_MAX = 0x0ffffff5,
};

struct fat32_file {
	const char *name; /* "EFI/BOOT/BOOTX64.EFI"; folders are made as needed */
	const struct source *content;
};

struct fat32_options {
	uint64_t bytes;	       /* of the volume; 0: as many as it takes */
	uint64_t spare;	       /* then: free bytes beside the files */
	uint64_t unit;	       /* then: the volume is a multiple of that */
	uint32_t cluster_size; /* 0: what suits the size */
	uint64_t start;	       /* where the volume begins on its disk, in bytes */
	const char *label;     /* NULL: none */
	uint32_t id;
	uint32_t time; /* of every file, seconds since 1970 */
};

struct fat32_plan;

/*
 * Decides where everything goes. Refused with a sentence: names that FAT
 * cannot have or tell apart, files of 4 GiB or more, too little room. The
 * sources outlive the plan.
 */
MUST_CHECK int fat32_plan_new(const struct fat32_file *files, size_t n,
			      const struct fat32_options *options, struct fat32_plan **ret,
			      struct err *e);
void fat32_plan_free(struct fat32_plan *plan);
static inline void fat32_plan_cleanup(struct fat32_plan **plan)
{
	fat32_plan_free(*plan);
}
#define AUTO_FAT32_PLAN AUTO(fat32_plan_cleanup) struct fat32_plan *

/* Bytes of the volume, and of that what is free. */
uint64_t fat32_plan_bytes(const struct fat32_plan *plan);
uint64_t fat32_plan_free_bytes(const struct fat32_plan *plan);

/* Writes the volume; the sink may be used before and after. */
MUST_CHECK int fat32_write(const struct fat32_plan *plan, struct sink *out, struct err *e);

/* Are all characters of the label those that a volume may have? */
MUST_CHECK int fat32_check_label(const char *label, struct err *e);

#endif
