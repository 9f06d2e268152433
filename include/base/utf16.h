#ifndef MKOS_BASE_UTF16_H
#define MKOS_BASE_UTF16_H

/* UTF-8 text to UTF-16 code units and back, as file systems and firmware name things. */

#include "base/err.h"

#include <stddef.h>
#include <stdint.h>

/*
 * Writes at most max units and how many there are. Text that is not UTF-8, or
 * is longer, is refused; `what` names the value.
 */
MUST_CHECK int utf16_from_text(const char *text, const char *what, uint16_t *to, size_t max,
			       size_t *ret_n, struct err *e);

/*
 * The other way, from little-endian units, up to the first 0: what is no character becomes U+FFFD.
 * The text needs at most 3 bytes for each unit, and its NUL.
 */
void utf16_to_text(const uint8_t *units, size_t n, char *to);

#endif
