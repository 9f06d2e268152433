#ifndef MKOS_BASE_SINK_H
#define MKOS_BASE_SINK_H

/*
 * A sink takes the bytes that a format writes, from the first to the last. It
 * knows its position. A range of a source can be handed on whole, so that a
 * sink on a file lets the kernel copy it. A sink that failed stays unusable.
 */

#include "base/buf.h"
#include "base/err.h"
#include "base/source.h"

#include <stdint.h>

struct sink;

struct sink_ops {
	int (*put)(struct sink *s, const void *data, size_t len, struct err *e);
	/* NULL: the range is read and put piece by piece. */
	int (*range)(struct sink *s, const struct source *from, uint64_t offset, uint64_t len,
		     struct err *e);
	/* NULL: zeros are put piece by piece. */
	int (*zeros)(struct sink *s, uint64_t len, struct err *e);
	/* NULL: the same as zeros. */
	int (*skip)(struct sink *s, uint64_t len, struct err *e);
	/* NULL: a boundary means nothing to this sink. */
	int (*boundary)(struct sink *s, struct err *e);
};

struct sink {
	const struct sink_ops *ops;
	uint64_t pos; /* bytes taken so far */
};

MUST_CHECK int sink_put(struct sink *s, const void *data, size_t len, struct err *e);
MUST_CHECK int sink_zeros(struct sink *s, uint64_t len, struct err *e);

/* len bytes that nobody reads: a disk keeps what it has there, elsewhere they are zeros. */
MUST_CHECK int sink_skip(struct sink *s, uint64_t len, struct err *e);

/* Zeros up to the next multiple of align, a power of 2. */
MUST_CHECK int sink_align(struct sink *s, uint64_t align, struct err *e);

/* len bytes of a source from offset on. */
MUST_CHECK int sink_range(struct sink *s, const struct source *from, uint64_t offset, uint64_t len,
			  struct err *e);

/* Tells that what follows can be read without what stood before: a compressor may cut here. */
MUST_CHECK int sink_boundary(struct sink *s, struct err *e);

/* A sink that appends to a buffer of the caller's. */
struct buf_sink {
	struct sink sink; /* first */
	struct buf *buf;
};

void buf_sink_init(struct buf_sink *b, struct buf *buf);

#endif
