#ifndef MKOS_HOST_LZ4_H
#define MKOS_HOST_LZ4_H

/*
 * The legacy frames of lz4 (doc/lz4_Frame_format.md), the only ones that the
 * kernel takes: a magic number, and blocks of 8 MiB (the last one may be
 * smaller), each behind its packed size.
 */

#include "base/buf.h"

#include <stddef.h>

enum {
	LZ4_LEVEL_FAST = 1,
	LZ4_LEVEL_DEFAULT = 9,
	LZ4_LEVEL_BEST = 12,
	LZ4_BLOCK = 8 << 20,
	/* Zeros that have to stand behind a frame when anything follows, so that its end is seen. */
	LZ4_ZEROS = 8,
};

#define LZ4_MAGIC "\x02\x21\x4c\x18"

/* Appends a block of these bytes, LZ4_BLOCK of them or the last ones. Fits several threads. */
MUST_CHECK int lz4_pack(const void *data, size_t len, int level, struct buf *to, struct err *e);

/* What compresses, and its version, which decides the bytes. */
const char *lz4_library(void);

#endif
