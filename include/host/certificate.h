#ifndef MKOS_HOST_CERTIFICATE_H
#define MKOS_HOST_CERTIFICATE_H

/* X.509 certificates (RFC 5280) by libcrypto. */

#include "base/buf.h"
#include "host/private_key.h"

#include <stdbool.h>
#include <stdint.h>

/* Names as in RFC 2253 ("CN=mvirt db"); times in seconds since 1970. */
struct certificate_facts {
	char *subject;
	char *issuer;
	bool is_rsa;
	unsigned int bits;
	int64_t not_before;
	int64_t not_after;
};

void certificate_facts_done(struct certificate_facts *f);

struct certificate {
	void *x509;	/* libcrypto's */
	struct buf der; /* the same, encoded */
	struct certificate_facts facts;
};

/* A file may hold several: the first is the one that is meant, the others lead to its root. */
struct certificates {
	struct certificate *v;
	size_t n;
	void *provider; /* OSSL_PROVIDER that they are from, or NULL */
};

/* Appends the certificates of a PEM file, or the one of a DER file. */
MUST_CHECK int certificates_load(const char *path, struct certificates *to, struct err *e);

/*
 * Appends those that the provider of that name knows by the URI; without a provider it is a file. One
 * provider for all.
 */
MUST_CHECK int certificates_load_by(const char *provider, const char *uri, struct certificates *to,
				    struct err *e);

/* Appends libcrypto's X509, which it takes over, also on failure. */
MUST_CHECK int certificates_add(struct certificates *to, void *x509, struct err *e);

/* Appends the one that is encoded there. */
MUST_CHECK int certificates_add_der(struct certificates *to, const void *der, size_t len,
				    struct err *e);

void certificates_done(struct certificates *c);
#define AUTO_CERTIFICATES AUTO(certificates_done) struct certificates

bool certificate_fits_key(const struct certificate *c, const struct private_key *k);

/* Is the signature that of this certificate's key over the data (RSA, SHA-256)? */
MUST_CHECK int certificate_verify(const struct certificate *c, const void *data, size_t len,
				  const void *signature, size_t signature_len, bool *ret,
				  struct err *e);

/* Fills facts from libcrypto's X509. */
MUST_CHECK int certificate_facts_read(const void *x509, struct certificate_facts *ret,
				      struct err *e);

#endif
