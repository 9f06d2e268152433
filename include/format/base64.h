#ifndef MKOS_FORMAT_BASE64_H
#define MKOS_FORMAT_BASE64_H

/* Base 64 (RFC 4648, section 4), with padding and without line breaks. */

#include "base/buf.h"

#include <stdbool.h>

MUST_CHECK int base64_put(struct buf *to, const void *data, size_t len, struct err *e);

/* Is the text what base64_put() makes of one or more bytes? */
bool base64_is_valid(const char *text);

/* Adds the bytes of a text that is valid. */
MUST_CHECK int base64_get(const char *text, struct buf *to, struct err *e);

#endif
