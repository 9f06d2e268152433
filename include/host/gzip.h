#ifndef MKOS_HOST_GZIP_H
#define MKOS_HOST_GZIP_H

/*
 * gzip (RFC 1952) made in pieces that do not depend on each other, so that
 * several threads can make them: whole members, or slices of a large member.
 * No time and no name is stored: same input, same bytes.
 *
 *	member: gzip_pack()
 *	large:  gzip_head(), gzip_pack_slice()..., gzip_tail()
 */

#include "base/buf.h"
#include "base/err.h"

#include <stddef.h>
#include <stdint.h>

enum {
	GZIP_LEVEL_FAST = 1,
	GZIP_LEVEL_DEFAULT = 6,
	GZIP_LEVEL_BEST = 12,
	GZIP_HEAD_SIZE = 10,
	GZIP_TAIL_SIZE = 10, /* an empty last block, CRC and size */
};

/* Of one thread: it holds the compressor's memory. */
struct gzip_packer {
	void *compressor; /* NULL: none */
	int level;
};

MUST_CHECK int gzip_packer_init(struct gzip_packer *p, int level, struct err *e);
void gzip_packer_done(struct gzip_packer *p);

/* Appends a member of these bytes. */
MUST_CHECK int gzip_pack(struct gzip_packer *p, const void *data, size_t len, struct buf *to,
			 struct err *e);

/* Appends the start of a member, for slices at this level. */
MUST_CHECK int gzip_head(int level, struct buf *to, struct err *e);

/* Appends a slice; it ends at a byte's end, and unpacks without those before. */
MUST_CHECK int gzip_pack_slice(struct gzip_packer *p, const void *data, size_t len, struct buf *to,
			       struct err *e);

/* Appends the end of a member of slices, which have this CRC and size together. */
MUST_CHECK int gzip_tail(uint32_t crc, uint64_t size, struct buf *to, struct err *e);

/* Of one thread too. */
struct gzip_unpacker {
	void *decompressor; /* NULL: none */
};

MUST_CHECK int gzip_unpacker_init(struct gzip_unpacker *u, struct err *e);
void gzip_unpacker_done(struct gzip_unpacker *u);

/* Appends what the member unpacks to, which has to be `size` bytes. */
MUST_CHECK int gzip_unpack(struct gzip_unpacker *u, const void *data, size_t len, size_t size,
			   struct buf *to, struct err *e);

/* The same for a slice. Room for 5 bytes has to stand behind it, which are overwritten. */
MUST_CHECK int gzip_unpack_slice(struct gzip_unpacker *u, unsigned char *data, size_t len,
				 size_t size, struct buf *to, struct err *e);

/* What compresses, and its version, which decides the bytes. */
const char *gzip_library(void);

#endif
