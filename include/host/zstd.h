#ifndef MKOS_HOST_ZSTD_H
#define MKOS_HOST_ZSTD_H

/*
 * zstd (RFC 8878) as the kernel takes it: one frame, with a checksum, no
 * window over 8 MiB but at the levels above 19. The same bytes for any number of threads.
 */

#include "base/sink.h"

enum {
	ZSTD_LEVEL_FAST = 3,
	ZSTD_LEVEL_DEFAULT = 12,
	ZSTD_LEVEL_BEST = 19,
	ZSTD_LEVEL_MAX = 22,
};

/* Of the library that compresses: it decides the bytes. */
MUST_CHECK int zstd_version(const char **ret, struct err *e);

struct zstd_sink {
	struct sink sink; /* first */
	struct sink *out;
	void *context; /* NULL: none */
	unsigned char *piece;
};

MUST_CHECK int zstd_sink_init(struct zstd_sink *z, struct sink *out, int level,
			      unsigned int threads, struct err *e);
/* Ends the frame. */
MUST_CHECK int zstd_sink_finish(struct zstd_sink *z, struct err *e);
void zstd_sink_done(struct zstd_sink *z);

#endif
