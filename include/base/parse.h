#ifndef MKOS_BASE_PARSE_H
#define MKOS_BASE_PARSE_H

/* Numbers out of text. The whole text has to be the number: no sign, no blanks, no rest. */

#include "base/err.h"

#include <stdbool.h>
#include <stdint.h>

/* base 8, 10 or 16, without prefix. Refuses a value over max. `what` names the value. */
MUST_CHECK int parse_number(const char *text, unsigned int base, uint64_t max, const char *what,
			    uint64_t *ret, struct err *e);

/* A decimal number of bytes, with K, M, G or T, or KiB and so on (powers of 1024), behind it or not. */
MUST_CHECK int parse_size(const char *text, const char *what, uint64_t *ret, struct err *e);

/*
 * Kernel versions: "6.12.117", "6.12", "6.18-rc3" (which is before 6.18).
 * Only the first three numbers and -rc count.
 */
struct version {
	unsigned int major, minor, patch;
	unsigned int rc; /* 0: a release */
};

MUST_CHECK int parse_version(const char *text, struct version *ret, struct err *e);

/* < 0, 0, > 0 as a is older than, the same as or newer than b. */
int version_compare(const struct version *a, const struct version *b);

#endif
