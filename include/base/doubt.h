#ifndef MKOS_BASE_DOUBT_H
#define MKOS_BASE_DOUBT_H

/* What may be meant as it is, but hardly is: told, or refused by those who want to be sure. */

#include "base/err.h"

#include <stdbool.h>

/* Warns and returns 0, or when strict fails with the sentence (ERR_INPUT). */
MUST_CHECK int doubt(bool strict, struct err *e, const char *format, ...) PRINTF_LIKE(3, 4);

#endif
