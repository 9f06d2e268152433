#ifndef MKOS_FORMAT_ISO9660_H
#define MKOS_FORMAT_ISO9660_H

/*
 * ISO 9660 volumes (ECMA-119, 4th edition) with El Torito boot records
 * (Bootable CD-ROM Format Specification 1.0). Blocks have 2048 bytes:
 *
 *	 0-15  not looked at: an MBR and a GPT may stand here
 *	16     primary volume descriptor (8.4)
 *	17..   further descriptors, the last one a terminator (8.3)
 *	...    boot catalogue, path tables (9.4), folders, files
 *
 * Numbers that are "both-endian" stand there twice (7.3.3). The functions fill
 * single blocks and records; which block holds what is up to the caller.
 */

#include "base/sink.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	ISO9660_BLOCK = 2048,
	ISO9660_FIRST_BLOCK = 16,
	ISO9660_LABEL_MAX = 32,
	ISO9660_RECORD_HEAD = 33, /* of a folder's record, before the name */
	ISO9660_RECORD_MAX = 255,
	ISO9660_PATH_HEAD = 8, /* of a path table's record, before the name */
};

enum iso9660_flags {
	ISO9660_FOLDER = 2, /* 9.1.6 */
};

/*
 * One record of a folder. The name is in the form that the volume has it:
 * "\0" the folder itself, "\1" the one above, "README.TXT;1".
 */
struct iso9660_record {
	const void *name;
	size_t name_len;
	uint32_t block; /* of the content */
	uint32_t size;	/* in bytes */
	uint8_t flags;
	uint32_t time;		/* seconds since 1970 */
	const void *system_use; /* behind the name: Rock Ridge's place; NULL: none */
	size_t system_use_len;
};

/* What the record takes; always even. More than ISO9660_RECORD_MAX cannot be written. */
size_t iso9660_record_size(const struct iso9660_record *r);

/* Writes iso9660_record_size() bytes. */
void iso9660_put_record(uint8_t *to, const struct iso9660_record *r);

struct iso9660_path {
	const void *name; /* "\0" for the root */
	size_t name_len;
	uint32_t block;	 /* of the folder */
	uint16_t parent; /* the number of its record, counted from 1 */
};

/* What the record takes; always even. */
size_t iso9660_path_size(const struct iso9660_path *p);

/* One record of a path table: the one of type L, or with `big` of type M. */
void iso9660_put_path(uint8_t *to, const struct iso9660_path *p, bool big);

struct iso9660_volume {
	const char *label;  /* at most ISO9660_LABEL_MAX characters */
	const char *system; /* what it is for, NULL: not said */
	uint32_t blocks;    /* of the whole volume */
	uint32_t root_block, root_size;
	uint32_t path_table_size; /* in bytes */
	uint32_t l_path_block, m_path_block;
	uint32_t time;
};

/* Are all characters of the label those that a volume identifier may have (7.4.1)? */
bool iso9660_label_is_valid(const char *label);

/* The primary volume descriptor. */
void iso9660_put_primary(uint8_t to[ISO9660_BLOCK], const struct iso9660_volume *v);

/*
 * The descriptor of a second tree with names in UCS-2 (Joliet Specification,
 * 1995, level 3); the label is ASCII here, at most ISO9660_JOLIET_LABEL_MAX.
 */
enum { ISO9660_JOLIET_LABEL_MAX = 16 };
void iso9660_put_joliet(uint8_t to[ISO9660_BLOCK], const struct iso9660_volume *v);

/* A moment as a folder's record has it (9.1.5), in UTC; Rock Ridge has it too. */
void iso9660_put_time(uint8_t to[7], uint32_t time);

/* A number that is both-endian. */
void iso9660_put_both32(uint8_t to[8], uint32_t value);

/* The descriptor that says where the boot catalogue is. */
void iso9660_put_boot_record(uint8_t to[ISO9660_BLOCK], uint32_t catalogue_block);

void iso9660_put_terminator(uint8_t to[ISO9660_BLOCK]);

/* A boot catalogue with one entry: an EFI system partition within the volume, no emulation. */
void iso9660_put_efi_catalogue(uint8_t to[ISO9660_BLOCK], uint32_t esp_block, uint64_t esp_bytes);

/*
 * A whole volume without files that boots what is in an EFI system partition,
 * for the gap in front of it: ISO9660_GAP_BLOCKS blocks from block 16 on.
 */
enum { ISO9660_GAP_BLOCKS = 7 };

struct iso9660_gap {
	const char *label;
	uint64_t bytes; /* of the whole file, a multiple of 2048 */
	uint64_t esp_start, esp_bytes;
	uint32_t time;
};

MUST_CHECK int iso9660_write_gap(const struct iso9660_gap *gap, struct sink *out, struct err *e);

#endif
