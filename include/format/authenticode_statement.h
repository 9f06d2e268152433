#ifndef MKOS_FORMAT_AUTHENTICODE_STATEMENT_H
#define MKOS_FORMAT_AUTHENTICODE_STATEMENT_H

/*
 * What a signature of a PE image says (Microsoft, "Windows Authenticode Portable Executable Signature
 * Format"): SpcIndirectDataContent, which holds the digest of format/authenticode.h.
 */

#include "format/der.h"

#include <stdbool.h>

enum { AUTHENTICODE_SHA256 = 32 };

/* 1.3.6.1.4.1.311.2.1.4, the content type */
extern const struct der authenticode_content_type;

/* SpcIndirectDataContent for an image with that SHA-256. */
MUST_CHECK int authenticode_statement_write(const uint8_t image[AUTHENTICODE_SHA256],
					    struct buf *to, struct err *e);

/* The part of a written statement that is digested for the signature: without tag and length. */
MUST_CHECK int authenticode_statement_digested(struct der statement, struct der *ret,
					       struct err *e);

/*
 * The SET of authenticated attributes that a key signs: the content type, and the SHA-256 of the
 * statement's digested part. No signing time, so that they are the same each time.
 */
MUST_CHECK int authenticode_attributes_write(const uint8_t statement[AUTHENTICODE_SHA256],
					     struct buf *to, struct err *e);

struct authenticode_statement {
	struct der digested;
	struct der digest; /* of the image */
	bool is_sha256;
};

/* The statement in a ContentInfo with SignedData. The signature is not looked at. */
MUST_CHECK int authenticode_statement_read(struct der pkcs7, struct authenticode_statement *ret,
					   struct err *e);

#endif
