#ifndef MKOS_HOST_PKCS7_H
#define MKOS_HOST_PKCS7_H

/* Checks a PKCS#7 SignedData by libcrypto, in the way in which firmware does it. */

#include "host/certificate.h"

/* Of the first signer. */
struct pkcs7_verdict {
	struct certificate_facts signer;
	struct buf signer_der;
	bool intact;  /* the signature is that of the signer's key over the content */
	bool trusted; /* and the signer leads to one of the certificates given */
};

void pkcs7_verdict_done(struct pkcs7_verdict *v);
#define AUTO_PKCS7_VERDICT AUTO(pkcs7_verdict_done) struct pkcs7_verdict

/*
 * `content` is what was digested. Any of `trusted` ends the chain, a root or not, and dates do not
 * count: that is how UEFI 2.10, 32.5, has it. What cannot be read as PKCS#7 is an error.
 */
MUST_CHECK int pkcs7_check(const void *der, size_t len, const void *content, size_t content_len,
			   const struct certificates *trusted, struct pkcs7_verdict *ret,
			   struct err *e);

#endif
