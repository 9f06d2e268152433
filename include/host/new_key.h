#ifndef MKOS_HOST_NEW_KEY_H
#define MKOS_HOST_NEW_KEY_H

/* Makes RSA keys, and certificates that they sign themselves, by libcrypto. */

#include "base/sink.h"
#include "host/certificate.h"
#include "host/private_key.h"

/* Guards the process, too. */
MUST_CHECK int new_key_make(unsigned int bits, struct private_key *ret, struct err *e);

/*
 * As PEM: PKCS #8, with a passphrase encrypted by AES-256 under PBKDF2 (RFC 8018); without one (NULL)
 * for everybody who may read the file.
 */
MUST_CHECK int new_key_write(const struct private_key *k, const char *passphrase, struct sink *to,
			     struct err *e);

/* The public half as PEM: SubjectPublicKeyInfo. */
MUST_CHECK int new_key_write_public(const struct private_key *k, struct sink *to, struct err *e);

struct new_certificate {
	const char *name; /* its subject's CN */
	int64_t not_before;
	int64_t not_after;
};

/*
 * Appends a certificate of the key: for signatures, not for issuing further certificates. Its serial
 * number is random.
 */
MUST_CHECK int new_certificate_make(const struct private_key *k, const struct new_certificate *what,
				    struct certificates *to, struct err *e);

MUST_CHECK int new_certificate_write(const struct certificate *c, struct sink *to, struct err *e);

#endif
