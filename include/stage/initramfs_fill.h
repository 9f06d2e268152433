#ifndef MKOS_STAGE_INITRAMFS_FILL_H
#define MKOS_STAGE_INITRAMFS_FILL_H

/* The bytes of one piece of the archive. Part of initramfs_write(). */

#include "base/buf.h"
#include "host/file.h"
#include "host/opener.h"
#include "stage/initramfs_layout.h"

/* What all pieces are made from; read only, but for the sums. */
struct initramfs_source {
	const struct initramfs_options *options;
	const struct image_tree *plan;
	const struct initramfs_layout *layout;
	uint32_t *crcs; /* of the content of each entry; NULL: not wanted */
};

/* Content that does not lie in one piece: its sums are put together in order. */
struct initramfs_part {
	size_t entry;
	uint32_t crc, sum; /* as initramfs_source.crcs; of 070702 */
	uint64_t size;
	bool first, last;
};

struct initramfs_bytes {
	struct buf data;
	struct opener opener;
	struct initramfs_part parts[2]; /* at the start and at the end of a piece */
	size_t n_parts;
};

#define INITRAMFS_BYTES_INIT           \
	{                              \
		.opener = OPENER_INIT, \
	}

void initramfs_bytes_done(struct initramfs_bytes *b);

/* Fits several threads, each with a piece of its own. */
MUST_CHECK int initramfs_fill(const struct initramfs_source *from,
			      const struct initramfs_piece *piece, struct initramfs_bytes *to,
			      struct err *e);

/* Puts the sums of the parts to those before. One piece after the other. */
void initramfs_fill_finish(const struct initramfs_source *from, const struct initramfs_bytes *b);

/* Does the archive say 070702 sums in headers that are written before their content was read? */
bool initramfs_sums_later(const struct initramfs_options *options);

/* Opens an entry's content and sees that it is what the plan had. */
MUST_CHECK int initramfs_open(const struct image_entry *entry, struct file_source *ret,
			      struct err *e);

#endif
