#ifndef MKOS_HOST_HASH_H
#define MKOS_HOST_HASH_H

/*
 * Digests by libcrypto: of every kind for formats that want one (base/digest.h), and for our own
 * use SHA-256 as 64 lower-case hexadecimal digits.
 */

#include "base/digest.h"
#include "base/err.h"
#include "base/source.h"

#include <stddef.h>
#include <stdint.h>

enum { HASH_HEX = 65 }; /* with the NUL */

/* For bytes that come in pieces. */
struct hash {
	struct digest digest; /* first */
	void *context;	      /* libcrypto's; NULL: not begun */
};

#define HASH_INIT                \
	{                        \
		.context = NULL, \
	}

/* Begins a digest of that kind, also anew: from then on h->digest can be used. */
MUST_CHECK int hash_begin_kind(struct hash *h, enum digest_kind kind, struct err *e);

/* Begins SHA-256, also anew. */
MUST_CHECK int hash_begin(struct hash *h, struct err *e);
MUST_CHECK int hash_put(struct hash *h, const void *data, size_t len, struct err *e);

/* Of what was put so far, when it is SHA-256; more may follow. */
MUST_CHECK int hash_hex(const struct hash *h, char ret_hex[HASH_HEX], struct err *e);
void hash_done(struct hash *h);
#define AUTO_HASH AUTO(hash_done) struct hash

MUST_CHECK int hash_bytes(const void *data, size_t len, char ret_hex[HASH_HEX], struct err *e);

/* len bytes of a source from offset on. */
MUST_CHECK int hash_source(const struct source *s, uint64_t offset, uint64_t len,
			   char ret_hex[HASH_HEX], struct err *e);

MUST_CHECK int hash_file(const char *path, char ret_hex[HASH_HEX], struct err *e);

#endif
