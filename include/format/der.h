#ifndef MKOS_FORMAT_DER_H
#define MKOS_FORMAT_DER_H

/*
 * ASN.1 in Distinguished Encoding Rules (ITU-T X.690, sections 8 and 10): what signatures consist
 * of. An item is
 *
 *	tag	1 byte; tag numbers above 30 are not used here
 *	length	1 byte up to 127, else 0x80 + n and n bytes, the highest first
 *	content
 */

#include "base/buf.h"

#include <stddef.h>
#include <stdint.h>

enum der_tag {
	DER_INTEGER = 0x02,
	DER_OCTET_STRING = 0x04,
	DER_NULL = 0x05,
	DER_OID = 0x06,
	DER_SEQUENCE = 0x30,
	DER_SET = 0x31,
	DER_CONTEXT_0 = 0xa0, /* [0], constructed */
};

MUST_CHECK int der_put(struct buf *to, enum der_tag tag, const void *content, size_t len,
		       struct err *e);

/* Makes everything from `start` to the end of the buffer the content of one item. */
MUST_CHECK int der_wrap(struct buf *to, size_t start, enum der_tag tag, struct err *e);

/* Bytes that are read from the front. */
struct der {
	const uint8_t *data;
	size_t len;
};

struct der_item {
	uint8_t tag;
	struct der content;
	struct der whole; /* with tag and length */
};

/* Takes the next item; an error when there is none, or it does not end in the bytes there are. */
MUST_CHECK int der_next(struct der *from, struct der_item *ret, struct err *e);

/* The same, where only this tag will do. */
MUST_CHECK int der_expect(struct der *from, enum der_tag tag, struct der_item *ret, struct err *e);

#endif
