#ifndef MKOS_FORMAT_GPT_H
#define MKOS_FORMAT_GPT_H

/*
 * GUID partition tables (UEFI 2.10, chapter 5), in blocks of 512 bytes:
 *
 *	block 0     protective MBR: one partition of type 0xEE over all
 *	      1     primary header
 *	      2-33  128 entries of 128 bytes
 *	      ...   what is partitioned
 *	n-33 - n-2  the entries again
 *	n-1         backup header
 */

#include "base/err.h"

#include <stddef.h>
#include <stdint.h>

enum {
	GPT_BLOCK = 512,
	GPT_ENTRIES = 128,
	GPT_HEAD_BLOCKS = 34, /* before the first partition */
	GPT_TAIL_BLOCKS = 33, /* behind the last one */
	GPT_HEAD_SIZE = GPT_HEAD_BLOCKS * GPT_BLOCK,
	GPT_TAIL_SIZE = GPT_TAIL_BLOCKS * GPT_BLOCK,
	GPT_NAME_MAX = 36, /* UTF-16 units of a partition's name */
	GPT_BOOT_CODE_MAX = 440,
};

/* In the order of the text, as RFC 9562 writes it: the bytes that a disk has are mixed. */
struct guid {
	uint8_t bytes[16];
};

enum { GUID_TEXT = 37 }; /* with the NUL */

/* From "c12a7328-f81f-11d2-ba4b-00a0c93ec93b", in either case. */
MUST_CHECK int guid_parse(const char *text, struct guid *ret, struct err *e);

/* In lower case. */
void guid_text(const struct guid *g, char to[GUID_TEXT]);

/* As it stands in a GPT: the first three groups are little-endian. */
void guid_put(uint8_t to[16], const struct guid *g);
void guid_get(const uint8_t from[16], struct guid *ret);

/* Makes any 16 bytes a GUID of version 8 (RFC 9562): one made by rules of our own. */
void guid_mark(struct guid *g);

#define GPT_TYPE_ESP   "c12a7328-f81f-11d2-ba4b-00a0c93ec93b"
#define GPT_TYPE_LINUX "0fc63daf-8483-4772-8e79-3d69d8477de4"

/* The type of a partition, by its name ("linux", "esp", "swap"...) or as a GUID. */
MUST_CHECK int gpt_type_parse(const char *text, struct guid *ret, struct err *e);

struct gpt_partition {
	struct guid type, id;
	uint64_t first, last; /* blocks, both part of it */
	uint64_t attributes;
	const char *name; /* UTF-8 */
};

struct gpt {
	uint64_t blocks; /* of the whole disk */
	struct guid id;
	const struct gpt_partition *partitions;
	size_t n_partitions;
	/* What a BIOS starts, at most GPT_BOOT_CODE_MAX bytes; NULL: nothing. */
	const void *boot_code;
	size_t boot_code_len;
};

/* The first GPT_HEAD_SIZE bytes of the disk. Names that are too long are refused. */
MUST_CHECK int gpt_put_head(const struct gpt *g, uint8_t *to, struct err *e);

/* The last GPT_TAIL_SIZE bytes. */
MUST_CHECK int gpt_put_tail(const struct gpt *g, uint8_t *to, struct err *e);

/*
 * Code for the MBR that prints a text and stops: what a BIOS shows that cannot
 * start the disk. Returns its length; the text has at most GPT_MESSAGE_MAX bytes.
 */
enum { GPT_MESSAGE_MAX = 200 };
size_t gpt_message_code(const char *text, uint8_t to[GPT_BOOT_CODE_MAX]);

#endif
