#ifndef MKOS_FORMAT_SIGNED_DATA_H
#define MKOS_FORMAT_SIGNED_DATA_H

/*
 * Writes PKCS#7 SignedData of version 1 (RFC 2315, section 9) with one signer, RSA and SHA-256: the
 * form in which firmware takes signatures of images and of variables (UEFI 2.10, 32.2.4 and 8.2.2).
 */

#include "format/der.h"

#include <stdbool.h>

struct signed_data {
	bool has_content_info;	 /* signatures of images have it, those of variables do not */
	struct der content_type; /* an OID's content */
	struct der content;	 /* one item; empty: the content is elsewhere */
	struct der attributes;	 /* one SET, which was signed; empty: the content was */
	struct der signature;
	const struct der *certificates; /* the signer's first; at least that one */
	size_t n_certificates;
};

MUST_CHECK int signed_data_write(const struct signed_data *s, struct buf *to, struct err *e);

#endif
