#ifndef MKOS_HOST_GZIP_H
#define MKOS_HOST_GZIP_H

/*
 * A sink that compresses what is put into it into another sink: gzip
 * (RFC 1952) in independent members, cut only where sink_boundary() allows it.
 * The kernel unpacks an initramfs member by member and needs every member to
 * end between two entries of the archive. The cuts depend on the content alone
 * and no time or name is stored: same input, same bytes.
 */

#include "base/sink.h"

enum {
	GZIP_LEVEL_FAST = 1,
	GZIP_LEVEL_DEFAULT = 6,
	GZIP_LEVEL_BEST = 12,
};

/* "fast", "default", "best" or a number from 1 to 12. */
MUST_CHECK int gzip_parse_level(const char *text, int *ret, struct err *e);

/* Memory is bounded: what stands between two boundaries and is larger than 8 MiB is streamed. */
struct gzip_sink {
	struct sink sink; /* first */
	struct sink *out;
	struct gzip_member *member;
};

MUST_CHECK int gzip_sink_init(struct gzip_sink *g, struct sink *out, int level, struct err *e);

/* Writes the last member. Empty input gives an empty member. */
MUST_CHECK int gzip_sink_finish(struct gzip_sink *g, struct err *e);

/* Releases memory; nothing more is written. */
void gzip_sink_done(struct gzip_sink *g);
#define AUTO_GZIP_SINK AUTO(gzip_sink_done) struct gzip_sink

#endif
