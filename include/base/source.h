#ifndef MKOS_BASE_SOURCE_H
#define MKOS_BASE_SOURCE_H

/*
 * A source is a run of bytes of known size that can be read at any offset.
 * Formats read through it and so know nothing of files. A source that is
 * embedded in a larger struct is released by whoever made that.
 */

#include "base/err.h"

#include <stddef.h>
#include <stdint.h>

struct source;

struct source_ops {
	/* Reads exactly len bytes at offset; the caller stays within size. */
	int (*read)(const struct source *s, uint64_t offset, void *data, size_t len, struct err *e);
};

struct source {
	const struct source_ops *ops;
	uint64_t size;
	const char *name; /* for messages; outlives the source */
};

/* Reads exactly len bytes at offset; a range past the end is an error that says so. */
MUST_CHECK int source_read(const struct source *s, uint64_t offset, void *data, size_t len,
			   struct err *e);

/* Bytes in memory, which outlive the source. */
struct memory_source {
	struct source source; /* first: a source is made from a pointer to it */
	const void *data;
};

void memory_source_init(struct memory_source *m, const void *data, size_t len, const char *name);

/* A part of another source, which outlives it; it has the other's name. */
struct range_source {
	struct source source; /* first */
	const struct source *from;
	uint64_t offset;
};

/* An error when the part does not lie in the source. */
MUST_CHECK int range_source_init(struct range_source *r, const struct source *from, uint64_t offset,
				 uint64_t len, struct err *e);

#endif
