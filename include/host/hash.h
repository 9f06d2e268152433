#ifndef MKOS_HOST_HASH_H
#define MKOS_HOST_HASH_H

/* SHA-256 (FIPS 180-4) by libcrypto, as 64 lower-case hexadecimal digits. */

#include "base/err.h"
#include "base/source.h"

#include <stddef.h>
#include <stdint.h>

enum { HASH_HEX = 65 }; /* with the NUL */

MUST_CHECK int hash_bytes(const void *data, size_t len, char ret_hex[HASH_HEX], struct err *e);

/* len bytes of a source from offset on. */
MUST_CHECK int hash_source(const struct source *s, uint64_t offset, uint64_t len,
			   char ret_hex[HASH_HEX], struct err *e);

MUST_CHECK int hash_file(const char *path, char ret_hex[HASH_HEX], struct err *e);

#endif
