#ifndef MKOS_HOST_DEFLATE_TAIL_H
#define MKOS_HOST_DEFLATE_TAIL_H

/*
 * Deflate data (RFC 1951) that is to be followed by more. A compressor marks
 * its last block as final; here that mark is found, by going over the codes
 * without unpacking them, and taken away, and an empty stored block fills the
 * last byte. What comes out can stand before any other deflate data.
 */

#include "base/buf.h"

#include <stddef.h>

/*
 * The deflate data is what the buffer has from offset `from` on, whole and
 * without anything behind it. Damaged data is an error.
 */
MUST_CHECK int deflate_open_tail(struct buf *data, size_t from, struct err *e);

#endif
