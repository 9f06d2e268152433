#ifndef MKOS_FORMAT_OS_RELEASE_H
#define MKOS_FORMAT_OS_RELEASE_H

/*
 * os-release(5): lines NAME=VALUE, where the value may stand in single or double
 * quotes; in double ones a backslash takes what is special from the next letter.
 */

#include "base/buf.h"

#include <stdbool.h>
#include <stddef.h>

/* Appends the value of the last line of that name; ret_found is false when there is none. */
MUST_CHECK int os_release_value(const char *text, size_t len, const char *name, struct buf *to,
				bool *ret_found, struct err *e);

#endif
