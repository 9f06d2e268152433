#ifndef MKOS_STAGE_SIGNER_H
#define MKOS_STAGE_SIGNER_H

/* A key and its certificate, or the certificate alone for signatures made elsewhere. */

#include "base/strv.h"
#include "format/der.h"
#include "host/certificate.h"
#include "host/private_key.h"

#include <stdbool.h>

struct signer_options {
	const char *key;		 /* a file or a pkcs11: URI; NULL: it is elsewhere */
	const struct strv *certificates; /* files; the first one's first is the signer's */
	struct passphrase_source passphrase;
	struct key_holders holders;
	bool strict; /* what is doubtful is an error instead of a logged warning */
};

struct signer {
	struct private_key key;
	struct certificates certificates;
	struct der *der; /* of each certificate */
};

#define SIGNER_INIT         \
	{                   \
		.der = NULL \
	}

/*
 * Refuses what firmware would refuse (a key that is not RSA or has less than 2048 bits) and a key that
 * does not fit its certificate; doubts a certificate that is out of date.
 */
MUST_CHECK int signer_load(const struct signer_options *options, struct signer *ret, struct err *e);
void signer_done(struct signer *s);
#define AUTO_SIGNER AUTO(signer_done) struct signer

#endif
