#ifndef MKOS_FORMAT_INI_H
#define MKOS_FORMAT_INI_H

/*
 * The INI form of our recipes: "[section]" or "[section name]", "key = value",
 * comments behind '#' or ';' at the start of a line. A line that begins with
 * white space goes on with the value before it. Lines have no limit, sections
 * may come again, and every entry knows its line.
 */

#include "base/err.h"

#include <stddef.h>

struct ini_entry {
	const char *section; /* "" before the first section */
	const char *key;
	const char *value; /* without the blanks around it; continued lines joined by '\n' */
	size_t line;
};

struct ini {
	char *name; /* of the file, for messages */
	char *text; /* what the entries point into */
	struct ini_entry *entries;
	size_t n;
};

#define INI_INIT             \
	{                    \
		.name = NULL \
	}

void ini_done(struct ini *ini);
#define AUTO_INI AUTO(ini_done) struct ini

/* The text is copied. */
MUST_CHECK int ini_parse(const char *text, size_t len, const char *name, struct ini *ret,
			 struct err *e);

#endif
