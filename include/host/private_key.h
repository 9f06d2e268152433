#ifndef MKOS_HOST_PRIVATE_KEY_H
#define MKOS_HOST_PRIVATE_KEY_H

/*
 * Private keys by libcrypto: from a PEM or DER file, or, named by a "pkcs11:" URI (RFC 7512), in a
 * token, by a provider or else the engine pkcs11; or from where an engine or a provider has it.
 * Nothing of a key gets into a core dump.
 */

#include "base/buf.h"
#include "host/passphrase.h"

struct private_key {
	void *key;	/* EVP_PKEY of libcrypto; NULL: none */
	void *engine;	/* ENGINE that holds it, or NULL */
	void *provider; /* OSSL_PROVIDER that does, or NULL */
};

#define PRIVATE_KEY_INIT    \
	{                   \
		.key = NULL \
	}

/* By whom a key is had that is not in a file, and a certificate; NULL: by nobody in particular. */
struct key_holders {
	const char *engine;   /* the name of an engine of libcrypto */
	const char *provider; /* or that of a provider, which knows the key's URI */
	const char *certificate_provider;
};

/* From now on neither a core dump nor another process of this user shows what is in memory. */
void private_key_guard(void);

/* Guards the process, too. */
MUST_CHECK int private_key_load(const char *where, const struct key_holders *holders,
				const struct passphrase_source *passphrase, struct private_key *ret,
				struct err *e);

/* RSA (PKCS #1 v1.5) with SHA-256 over the data. The same bytes each time. */
MUST_CHECK int private_key_sign(const struct private_key *k, const void *data, size_t len,
				struct buf *ret, struct err *e);

void private_key_done(struct private_key *k);
#define AUTO_PRIVATE_KEY AUTO(private_key_done) struct private_key

#endif
