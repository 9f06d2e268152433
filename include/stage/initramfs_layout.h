#ifndef MKOS_STAGE_INITRAMFS_LAYOUT_H
#define MKOS_STAGE_INITRAMFS_LAYOUT_H

/*
 * Where every entry stands in the archive, known from the plan before anything
 * is read; and the pieces that it is made in, so that several threads can.
 * Part of initramfs_write().
 */

#include "stage/initramfs.h"

/* The archive's entry that belongs to an entry of the plan. */
struct cpio_entry initramfs_entry(const struct initramfs_options *options,
				  const struct image_entry *entry);

/* Does this one carry the content of its file? Of hard links the last one does. */
bool initramfs_has_content(const struct image_tree *plan, size_t index);

/* The compressor's own number. */
int initramfs_level(const struct initramfs_options *options);

/* What works at once: no more than 64 MiB have room for, with gzip at the default level. */
unsigned int initramfs_threads(const struct initramfs_options *options);

/* How a piece stands to the compressed members, which hold whole entries. */
enum initramfs_cut {
	INITRAMFS_WHOLE, /* one or more whole entries: a member of its own */
	INITRAMFS_FIRST, /* slices of an entry that is larger than a piece */
	INITRAMFS_MIDDLE,
	INITRAMFS_LAST,
	INITRAMFS_COPY, /* one entry whose content the kernel copies: not in memory */
};

struct initramfs_piece {
	uint64_t offset, size; /* in the archive */
	size_t first;	       /* the entry that it begins in */
	enum initramfs_cut cut;
	/* Known when it is written: */
	uint64_t packed_at, packed_size; /* in the output */
	uint32_t crc;			 /* of the bytes of a slice */
};

struct initramfs_layout {
	uint64_t *offsets; /* of each entry, the trailer and the end */
	uint32_t *zeros;   /* for --align, behind the name of each entry; NULL: none */
	struct initramfs_piece *pieces;
	size_t n, cap;
	uint64_t size; /* of the archive */
};

/* `base` is where the archive begins in the output. */
MUST_CHECK int initramfs_layout_make(const struct initramfs_options *options,
				     const struct image_tree *plan, uint64_t base,
				     struct initramfs_layout *ret, struct err *e);

void initramfs_layout_done(struct initramfs_layout *l);
#define AUTO_INITRAMFS_LAYOUT AUTO(initramfs_layout_done) struct initramfs_layout

/* Bytes of an entry's header, and of what stands behind it. */
uint64_t initramfs_head_size(const struct initramfs_layout *l, const struct image_tree *plan,
			     size_t index);
uint64_t initramfs_data_size(const struct image_tree *plan, size_t index);

#endif
