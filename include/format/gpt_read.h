#ifndef MKOS_FORMAT_GPT_READ_H
#define MKOS_FORMAT_GPT_READ_H

/*
 * Reads partition tables, GPT (format/gpt.h) and MBR, without trust in what
 * they say. What is wrong with a table that can still be read is told, as
 * sentences; what cannot is an error.
 */

#include "base/strv.h"
#include "format/gpt.h"

#include "base/source.h"

#include <stdbool.h>

enum disk_table_kind { DISK_TABLE_NONE, DISK_TABLE_MBR, DISK_TABLE_GPT };

struct disk_partition {
	unsigned int number;   /* as Linux counts: logical ones of an MBR from 5 on */
	uint64_t start, bytes; /* in the source: it lies there whole */
	struct guid type, id;  /* of a GPT */
	uint8_t mbr_type;      /* of an MBR */
	bool active;	       /* of an MBR */
	char name[GPT_NAME_MAX * 3 + 1];
};

struct disk_table {
	enum disk_table_kind kind;
	uint32_t sector; /* bytes in one: 512 or 4096 */
	struct guid id;	 /* of a GPT */
	uint32_t mbr_id;
	struct disk_partition *partitions;
	size_t n, cap;
	struct strv problems;
};

void disk_table_done(struct disk_table *t);
#define AUTO_DISK_TABLE AUTO(disk_table_done) struct disk_table

/* What has no table of partitions has kind DISK_TABLE_NONE. */
MUST_CHECK int disk_table_read(const struct source *s, struct disk_table *ret, struct err *e);

/* "EFI system partition", or NULL for a type that has no name here. */
const char *gpt_type_name(const struct guid *type);
const char *mbr_type_name(uint8_t type);

#endif
