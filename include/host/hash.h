#ifndef MKOS_HOST_HASH_H
#define MKOS_HOST_HASH_H

/* SHA-256 (FIPS 180-4) by libcrypto, as 64 lower-case hexadecimal digits. */

#include "base/err.h"
#include "base/source.h"

#include <stddef.h>
#include <stdint.h>

enum { HASH_HEX = 65 }; /* with the NUL */

/* For bytes that come in pieces. */
struct hash {
	void *context; /* libcrypto's; NULL: not begun */
};

#define HASH_INIT                \
	{                        \
		.context = NULL, \
	}

/* Begins, also anew. */
MUST_CHECK int hash_begin(struct hash *h, struct err *e);
MUST_CHECK int hash_put(struct hash *h, const void *data, size_t len, struct err *e);

/* Of what was put so far; more may follow. */
MUST_CHECK int hash_hex(const struct hash *h, char ret_hex[HASH_HEX], struct err *e);
void hash_done(struct hash *h);
#define AUTO_HASH AUTO(hash_done) struct hash

MUST_CHECK int hash_bytes(const void *data, size_t len, char ret_hex[HASH_HEX], struct err *e);

/* len bytes of a source from offset on. */
MUST_CHECK int hash_source(const struct source *s, uint64_t offset, uint64_t len,
			   char ret_hex[HASH_HEX], struct err *e);

MUST_CHECK int hash_file(const char *path, char ret_hex[HASH_HEX], struct err *e);

#endif
