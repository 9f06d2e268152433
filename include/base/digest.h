#ifndef MKOS_BASE_DIGEST_H
#define MKOS_BASE_DIGEST_H

/*
 * Message digests (FIPS 180-4) as an interface: formats that are made of digests
 * say what is hashed, whoever stands above brings the implementation.
 */

#include "base/err.h"
#include "base/sink.h"
#include "base/source.h"

#include <stddef.h>
#include <stdint.h>

enum digest_kind { DIGEST_SHA1, DIGEST_SHA256, DIGEST_SHA384, DIGEST_SHA512, DIGEST_KINDS };

enum { DIGEST_MAX = 64 };

/* Of any kind: the first digest_size() bytes count. */
struct digest_value {
	uint8_t bytes[DIGEST_MAX];
};

size_t digest_size(enum digest_kind kind);
const char *digest_name(enum digest_kind kind); /* "sha256" */

/* The kind of that name in upper or lower case, or -1. */
int digest_kind_of(const char *name);

enum { DIGEST_HEX = 2 * DIGEST_MAX + 1 };
void digest_to_hex(enum digest_kind kind, const struct digest_value *value, char ret[DIGEST_HEX]);

struct digest;

struct digest_ops {
	int (*put)(struct digest *d, const void *data, size_t len, struct err *e);
	int (*finish)(struct digest *d, struct digest_value *ret, struct err *e);
};

struct digest {
	const struct digest_ops *ops;
	enum digest_kind kind;
};

MUST_CHECK int digest_put(struct digest *d, const void *data, size_t len, struct err *e);

/* Of what was put; the next bytes begin another. */
MUST_CHECK int digest_finish(struct digest *d, struct digest_value *ret, struct err *e);

/* A digest of each kind that is wanted, so that bytes are read once for all; the rest is NULL. */
struct digests {
	struct digest *of[DIGEST_KINDS];
};

MUST_CHECK int digests_put(const struct digests *d, const void *data, size_t len, struct err *e);
MUST_CHECK int digests_range(const struct digests *d, const struct source *from, uint64_t offset,
			     uint64_t len, struct err *e);
MUST_CHECK int digests_zeros(const struct digests *d, uint64_t len, struct err *e);
/* Fills ret[kind] for each kind there is. */
MUST_CHECK int digests_finish(const struct digests *d, struct digest_value ret[DIGEST_KINDS],
			      struct err *e);

#endif
