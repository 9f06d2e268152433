#include "format/authenticode_statement.h"

#include <string.h>

static const uint8_t content_type_oid[] = {0x2b, 0x06, 0x01, 0x04, 0x01,
					   0x82, 0x37, 0x02, 0x01, 0x04};
const struct der authenticode_content_type = {content_type_oid, sizeof(content_type_oid)};

/* 1.2.840.113549.1.7.2 signedData, 2.16.840.1.101.3.4.2.1 SHA-256 */
static const uint8_t signed_data_oid[] = {0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x02};
static const uint8_t sha256_oid[] = {0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01};

/* SpcPeImageData without flags and with an empty file name, as all signers write it. */
static const uint8_t pe_image_data[] = {
	0x30, 0x17, 0x06, 0x0a, 0x2b, 0x06, 0x01, 0x04, 0x01, 0x82, 0x37, 0x02, 0x01,
	0x0f, 0x30, 0x09, 0x03, 0x01, 0x00, 0xa0, 0x04, 0xa2, 0x02, 0x80, 0x00,
};
/* DigestInfo up to the SHA-256 itself */
static const uint8_t digest_info[] = {
	0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01,
	0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04, 0x20,
};
/* Attribute contentType (1.2.840.113549.1.9.3) with its value */
static const uint8_t content_type_attribute[] = {
	0x30, 0x19, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x03, 0x31,
	0x0c, 0x06, 0x0a, 0x2b, 0x06, 0x01, 0x04, 0x01, 0x82, 0x37, 0x02, 0x01, 0x04,
};
/* Attribute messageDigest (1.2.840.113549.1.9.4) up to the SHA-256 */
static const uint8_t digest_attribute[] = {
	0x30, 0x2f, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7,
	0x0d, 0x01, 0x09, 0x04, 0x31, 0x22, 0x04, 0x20,
};

int authenticode_statement_write(const uint8_t image[AUTHENTICODE_SHA256], struct buf *to,
				 struct err *e)
{
	size_t start = to->len;

	if (buf_put(to, pe_image_data, sizeof(pe_image_data), e) < 0 ||
	    buf_put(to, digest_info, sizeof(digest_info), e) < 0 ||
	    buf_put(to, image, AUTHENTICODE_SHA256, e) < 0)
		return -1;
	return der_wrap(to, start, DER_SEQUENCE, e);
}

int authenticode_statement_digested(struct der statement, struct der *ret, struct err *e)
{
	struct der_item outer;

	if (der_expect(&statement, DER_SEQUENCE, &outer, e) < 0)
		return -1;
	*ret = outer.content;
	return 0;
}

int authenticode_attributes_write(const uint8_t statement[AUTHENTICODE_SHA256], struct buf *to,
				  struct err *e)
{
	size_t start = to->len;

	/* In the order that DER demands of a SET: by their bytes (X.690, 11.6). */
	if (buf_put(to, content_type_attribute, sizeof(content_type_attribute), e) < 0 ||
	    buf_put(to, digest_attribute, sizeof(digest_attribute), e) < 0 ||
	    buf_put(to, statement, AUTHENTICODE_SHA256, e) < 0)
		return -1;
	return der_wrap(to, start, DER_SET, e);
}

static int expect_oid(struct der *from, const uint8_t *oid, size_t len, const char *what,
		      struct err *e)
{
	struct der_item item;

	if (der_expect(from, DER_OID, &item, e) < 0)
		return -1;
	if (item.content.len != len || memcmp(item.content.data, oid, len) != 0)
		return err_set(e, ERR_INPUT, "DER: the content is not %s", what);
	return 0;
}

/* Down to SpcIndirectDataContent: ContentInfo > [0] > SignedData > ContentInfo > [0]. */
static int find_statement(struct der pkcs7, struct der_item *ret, struct err *e)
{
	struct der_item outer, explicit, signed_data, version, algorithms, inner;

	if (der_expect(&pkcs7, DER_SEQUENCE, &outer, e) < 0 ||
	    expect_oid(&outer.content, signed_data_oid, sizeof(signed_data_oid), "SignedData", e) <
		    0 ||
	    der_expect(&outer.content, DER_CONTEXT_0, &explicit, e) < 0 ||
	    der_expect(&explicit.content, DER_SEQUENCE, &signed_data, e) < 0 ||
	    der_expect(&signed_data.content, DER_INTEGER, &version, e) < 0 ||
	    der_expect(&signed_data.content, DER_SET, &algorithms, e) < 0 ||
	    der_expect(&signed_data.content, DER_SEQUENCE, &inner, e) < 0 ||
	    expect_oid(&inner.content, content_type_oid, sizeof(content_type_oid),
		       "a statement of an image", e) < 0 ||
	    der_expect(&inner.content, DER_CONTEXT_0, &explicit, e) < 0)
		return -1;
	return der_expect(&explicit.content, DER_SEQUENCE, ret, e);
}

int authenticode_statement_read(struct der pkcs7, struct authenticode_statement *ret, struct err *e)
{
	struct der_item statement, data, info, algorithm, oid, digest;
	struct der rest;

	if (find_statement(pkcs7, &statement, e) < 0)
		return -1;
	rest = statement.content;
	if (der_expect(&rest, DER_SEQUENCE, &data, e) < 0 ||
	    der_expect(&rest, DER_SEQUENCE, &info, e) < 0 ||
	    der_expect(&info.content, DER_SEQUENCE, &algorithm, e) < 0 ||
	    der_expect(&algorithm.content, DER_OID, &oid, e) < 0 ||
	    der_expect(&info.content, DER_OCTET_STRING, &digest, e) < 0)
		return -1;
	*ret = (struct authenticode_statement){
		.digested = statement.content,
		.digest = digest.content,
		.is_sha256 = oid.content.len == sizeof(sha256_oid) &&
			     memcmp(oid.content.data, sha256_oid, sizeof(sha256_oid)) == 0,
	};
	return 0;
}
