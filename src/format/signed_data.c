#include "format/signed_data.h"

/* AlgorithmIdentifiers: 2.16.840.1.101.3.4.2.1 (SHA-256) and 1.2.840.113549.1.1.1 (RSA). */
static const uint8_t sha256[] = {0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01,
				 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00};
static const uint8_t rsa[] = {0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86,
			      0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00};

/* 1.2.840.113549.1.7.2, signedData */
static const uint8_t signed_data_oid[] = {0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x02};

static const uint8_t version_1 = 1;

static int put(struct buf *to, const struct der *d, struct err *e)
{
	return d->len ? buf_put(to, d->data, d->len, e) : 0;
}

/* IssuerAndSerialNumber (RFC 2315, 6.7), both taken from TBSCertificate (RFC 5280, 4.1). */
static int put_issuer_and_serial(struct buf *to, struct der certificate, struct err *e)
{
	struct der_item outer, tbs, version, serial, algorithm, issuer;
	size_t start = to->len;

	if (der_expect(&certificate, DER_SEQUENCE, &outer, e) < 0 ||
	    der_expect(&outer.content, DER_SEQUENCE, &tbs, e) < 0)
		return err_ctx(e, "certificate");
	/* The version is left out of certificates of version 1. */
	if (tbs.content.len && tbs.content.data[0] == DER_CONTEXT_0 &&
	    der_next(&tbs.content, &version, e) < 0)
		return err_ctx(e, "certificate");
	if (der_expect(&tbs.content, DER_INTEGER, &serial, e) < 0 ||
	    der_expect(&tbs.content, DER_SEQUENCE, &algorithm, e) < 0 ||
	    der_expect(&tbs.content, DER_SEQUENCE, &issuer, e) < 0)
		return err_ctx(e, "certificate");
	if (put(to, &issuer.whole, e) < 0 || put(to, &serial.whole, e) < 0)
		return -1;
	return der_wrap(to, start, DER_SEQUENCE, e);
}

/* The attributes lose their tag: they are [0] IMPLICIT here. */
static int put_attributes(struct buf *to, struct der attributes, struct err *e)
{
	struct der_item set;

	if (!attributes.len)
		return 0;
	if (der_expect(&attributes, DER_SET, &set, e) < 0)
		return err_ctx(e, "attributes");
	return der_put(to, DER_CONTEXT_0, set.content.data, set.content.len, e);
}

static int put_signer_info(const struct signed_data *s, struct buf *to, struct err *e)
{
	size_t start = to->len;

	if (der_put(to, DER_INTEGER, &version_1, 1, e) < 0 ||
	    put_issuer_and_serial(to, s->certificates[0], e) < 0 ||
	    buf_put(to, sha256, sizeof(sha256), e) < 0 ||
	    put_attributes(to, s->attributes, e) < 0 || buf_put(to, rsa, sizeof(rsa), e) < 0 ||
	    der_put(to, DER_OCTET_STRING, s->signature.data, s->signature.len, e) < 0)
		return -1;
	return der_wrap(to, start, DER_SEQUENCE, e);
}

static int put_content(const struct signed_data *s, struct buf *to, struct err *e)
{
	size_t start = to->len;

	if (der_put(to, DER_OID, s->content_type.data, s->content_type.len, e) < 0)
		return -1;
	if (s->content.len && der_put(to, DER_CONTEXT_0, s->content.data, s->content.len, e) < 0)
		return -1;
	return der_wrap(to, start, DER_SEQUENCE, e);
}

static int put_certificates(const struct signed_data *s, struct buf *to, struct err *e)
{
	size_t start = to->len;

	for (size_t i = 0; i < s->n_certificates; i++)
		if (put(to, &s->certificates[i], e) < 0)
			return -1;
	return der_wrap(to, start, DER_CONTEXT_0, e);
}

int signed_data_write(const struct signed_data *s, struct buf *to, struct err *e)
{
	size_t start = to->len;
	size_t inner, set;

	if (s->has_content_info &&
	    der_put(to, DER_OID, signed_data_oid, sizeof(signed_data_oid), e) < 0)
		return -1;
	inner = to->len;
	if (der_put(to, DER_INTEGER, &version_1, 1, e) < 0)
		return -1;
	set = to->len;
	if (buf_put(to, sha256, sizeof(sha256), e) < 0 || der_wrap(to, set, DER_SET, e) < 0 ||
	    put_content(s, to, e) < 0 || put_certificates(s, to, e) < 0)
		return -1;
	set = to->len;
	if (put_signer_info(s, to, e) < 0 || der_wrap(to, set, DER_SET, e) < 0 ||
	    der_wrap(to, inner, DER_SEQUENCE, e) < 0)
		return -1;
	if (!s->has_content_info)
		return 0;
	if (der_wrap(to, inner, DER_CONTEXT_0, e) < 0)
		return -1;
	return der_wrap(to, start, DER_SEQUENCE, e);
}
