#ifndef MKOS_FORMAT_PINS_H
#define MKOS_FORMAT_PINS_H

/*
 * config/pins: the files that come from elsewhere, one line each,
 *
 *	SHA256  NAME  URL [SIZE]
 *
 * with the file's SHA-256 in hexadecimal, the name it is asked for by, an https
 * URL, and its size in bytes where it is known. '#' begins a comment line.
 *
 * And the lists that sha256sum(1) prints: "SHA256  NAME" lines.
 */

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { PIN_SHA256 = 65 }; /* with the NUL */

struct pin {
	char sha256[PIN_SHA256]; /* lower case */
	char *name, *url;
	uint64_t size; /* 0: not known */
	size_t line;
};

struct pins {
	struct pin *v;
	size_t n;
};

#define PINS_INIT         \
	{                 \
		.v = NULL \
	}

void pins_done(struct pins *p);
#define AUTO_PINS AUTO(pins_done) struct pins

/* `file` is told in messages, with the line. */
MUST_CHECK int pins_parse(const char *text, size_t len, const char *file, struct pins *ret,
			  struct err *e);

/* NULL when there is none of that name. */
const struct pin *pins_find(const struct pins *p, const char *name);

/* 64 hexadecimal digits, into lower case; `what` names the value. */
MUST_CHECK int pin_sha256(const char *text, const char *what, char ret[PIN_SHA256], struct err *e);

/* A file name that is safe in cache/: letters, digits and ._+-, not a dot in front. */
bool pin_name_is_safe(const char *name);

/* "https://" and a host behind it, without blanks. */
bool pin_url_is_https(const char *url);

/* The hash that the list has for the name; one that it has not, or twice, is an error. */
MUST_CHECK int sha256sums_find(const char *text, size_t len, const char *file, const char *name,
			       char ret[PIN_SHA256], struct err *e);

#endif
