#ifndef MKOS_HOST_PUBLIC_KEY_H
#define MKOS_HOST_PUBLIC_KEY_H

/* Public keys by libcrypto, in the forms that others want of them. */

#include "base/buf.h"
#include "host/certificate.h"
#include "host/private_key.h"

#include <stdbool.h>

struct public_key {
	bool is_rsa;
	unsigned int bits;
	struct buf der; /* the key alone: for RSA a PKCS #1 RSAPublicKey */
	struct buf pem; /* SubjectPublicKeyInfo, "-----BEGIN PUBLIC KEY-----" */
};

#define PUBLIC_KEY_INIT         \
	{                       \
		.is_rsa = false \
	}

void public_key_done(struct public_key *k);
#define AUTO_PUBLIC_KEY AUTO(public_key_done) struct public_key

/* From a file, PEM or DER, with a SubjectPublicKeyInfo. */
MUST_CHECK int public_key_load(const char *path, struct public_key *ret, struct err *e);

/* The same from memory; `name` is told in messages. */
MUST_CHECK int public_key_read(const struct buf *text, const char *name, struct public_key *ret,
			       struct err *e);

/* Is the signature this key's over the data (RSA PKCS #1 v1.5, SHA-256)? */
MUST_CHECK int public_key_verify(const struct public_key *k, const struct buf *data,
				 const struct buf *signature, bool *ret, struct err *e);

MUST_CHECK int public_key_of_private(const struct private_key *k, struct public_key *ret,
				     struct err *e);
MUST_CHECK int public_key_of_certificate(const struct certificate *c, struct public_key *ret,
					 struct err *e);

bool public_key_equal(const struct public_key *a, const struct public_key *b);

#endif
