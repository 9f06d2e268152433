#ifndef MKOS_BASE_STRV_H
#define MKOS_BASE_STRV_H

/* A growing list of strings it owns, always ended by NULL: fit for execv(). */

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>

struct strv {
	char **v; /* NULL while empty: use strv_argv() for exec */
	size_t n;
	size_t cap;
};

#define STRV_INIT         \
	{                 \
		.v = NULL \
	}

void strv_done(struct strv *s);
#define AUTO_STRV AUTO(strv_done) struct strv

/* Copies the text. */
MUST_CHECK int strv_add(struct strv *s, const char *text, struct err *e);
MUST_CHECK int strv_addf(struct strv *s, struct err *e, const char *format, ...) PRINTF_LIKE(3, 4);

/* Adds every text of the argument list, which ends with NULL. */
MUST_CHECK int strv_add_all(struct strv *s, struct err *e, ...) __attribute__((sentinel));

/* The words of text that stand between spaces, tabs and newlines. */
MUST_CHECK int strv_split(struct strv *s, const char *text, struct err *e);

bool strv_has(const struct strv *s, const char *text);

#endif
