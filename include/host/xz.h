#ifndef MKOS_HOST_XZ_H
#define MKOS_HOST_XZ_H

/*
 * xz as the kernel takes it (Documentation/staging/xz.rst): one stream, with
 * CRC-32, no filter but LZMA2. The same bytes for any number of threads.
 */

#include "base/sink.h"

enum { XZ_LEVEL_FAST = 1, XZ_LEVEL_DEFAULT = 6, XZ_LEVEL_BEST = 9 };

struct xz_sink {
	struct sink sink; /* first */
	struct sink *out;
	void *stream; /* NULL: none */
	unsigned char *piece;
};

MUST_CHECK int xz_sink_init(struct xz_sink *x, struct sink *out, int level, unsigned int threads,
			    struct err *e);
/* Ends the stream. */
MUST_CHECK int xz_sink_finish(struct xz_sink *x, struct err *e);
void xz_sink_done(struct xz_sink *x);

/* What compresses, and its version, which decides the bytes. */
const char *xz_library(void);

#endif
