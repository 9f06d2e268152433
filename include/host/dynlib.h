#ifndef MKOS_HOST_DYNLIB_H
#define MKOS_HOST_DYNLIB_H

/*
 * Libraries that only some commands need are loaded when they are first used,
 * so that the others start fast, and a machine without them still gets a
 * sentence that names the package instead of an error of the loader.
 *
 * A user lists the functions once:
 *	#define MY_SYMBOLS(X) X(EVP_MD_CTX_new) X(EVP_MD_CTX_free)
 *	static struct { DYNLIB_FIELDS(MY_SYMBOLS) } my;
 *	#define ROW(f) {#f, (void **)&my.f},
 *	static const struct dynlib_symbol my_symbols[] = {MY_SYMBOLS(ROW)};
 * and calls my.EVP_MD_CTX_new() after dynlib_load() succeeded.
 */

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>

struct dynlib_symbol {
	const char *name;
	void **address;
};

struct dynlib {
	const char *file;    /* "libcrypto.so.3" */
	const char *package; /* the Debian package that has it */
	const struct dynlib_symbol *symbols;
	size_t n;
	bool *loaded;
};

#define DYNLIB_FIELD_(f)    __typeof__(f) *f;
#define DYNLIB_FIELDS(LIST) LIST(DYNLIB_FIELD_)

/* Does nothing when it is loaded already. Not for several threads at once. */
MUST_CHECK int dynlib_load(const struct dynlib *lib, struct err *e);

/* Can this library be loaded here? */
bool dynlib_is_there(const char *file);

#endif
