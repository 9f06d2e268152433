#include "host/certificate.h"

#include "host/file.h"
#include "host/libcrypto.h"

#include <limits.h>
#include <string.h>
#include <time.h>

enum { CERTIFICATE_FILE_MAX = 1 << 20 };

void certificate_facts_done(struct certificate_facts *f)
{
	free(f->subject);
	free(f->issuer);
	*f = (struct certificate_facts){.subject = NULL};
}

static void certificate_done(struct certificate *c)
{
	if (c->x509)
		crypto.X509_free(c->x509);
	buf_done(&c->der);
	certificate_facts_done(&c->facts);
}

void certificates_done(struct certificates *c)
{
	for (size_t i = 0; i < c->n; i++)
		certificate_done(&c->v[i]);
	free(c->v);
	if (c->provider)
		crypto.OSSL_PROVIDER_unload(c->provider);
	*c = (struct certificates){.v = NULL};
}

static int name_text(const X509_NAME *name, char **ret, struct err *e)
{
	AUTO(libcrypto_bio_free) BIO *bio = crypto.BIO_new(crypto.BIO_s_mem());
	AUTO_BUF text = BUF_INIT;
	char piece[256];
	int n;

	if (!bio)
		return err_memory(e);
	/* Control characters are escaped: a terminal must not take orders from a certificate. */
	if (crypto.X509_NAME_print_ex(bio, name, 0,
				      XN_FLAG_RFC2253 & ~(unsigned long)ASN1_STRFLGS_ESC_MSB) < 0)
		return libcrypto_fail(e, "read the name in a certificate");
	while ((n = crypto.BIO_read(bio, piece, sizeof(piece))) > 0)
		if (buf_put(&text, piece, (size_t)n, e) < 0)
			return -1;
	return buf_take(&text, ret, e);
}

static int time_of(const ASN1_TIME *t, int64_t *ret, struct err *e)
{
	struct tm utc;

	if (!t || crypto.ASN1_TIME_to_tm(t, &utc) != 1)
		return libcrypto_fail(e, "read a date of a certificate");
	*ret = timegm(&utc);
	return 0;
}

int certificate_facts_read(const void *x509, struct certificate_facts *ret, struct err *e)
{
	AUTO(certificate_facts_done) struct certificate_facts f = {.subject = NULL};
	const EVP_PKEY *key = crypto.X509_get0_pubkey(x509);

	if (name_text(crypto.X509_get_subject_name(x509), &f.subject, e) < 0 ||
	    name_text(crypto.X509_get_issuer_name(x509), &f.issuer, e) < 0 ||
	    time_of(crypto.X509_get0_notBefore(x509), &f.not_before, e) < 0 ||
	    time_of(crypto.X509_get0_notAfter(x509), &f.not_after, e) < 0)
		return -1;
	if (key) {
		f.is_rsa = crypto.EVP_PKEY_get_base_id(key) == EVP_PKEY_RSA;
		f.bits = (unsigned int)crypto.EVP_PKEY_get_bits(key);
	}
	*ret = f;
	f = (struct certificate_facts){.subject = NULL};
	return 0;
}

static int fill(struct certificate *c, struct err *e)
{
	unsigned char *der = NULL;
	int len = crypto.i2d_X509(c->x509, &der);
	int r;

	if (len < 0)
		return libcrypto_fail(e, "encode a certificate");
	r = buf_put(&c->der, der, (size_t)len, e);
	crypto.CRYPTO_free(der, __FILE__, __LINE__);
	return r < 0 ? -1 : certificate_facts_read(c->x509, &c->facts, e);
}

int certificates_add(struct certificates *to, void *x509, struct err *e)
{
	struct certificate *v = realloc(to->v, (to->n + 1) * sizeof(*v));

	if (!v) {
		crypto.X509_free(x509);
		return err_memory(e);
	}
	to->v = v;
	v += to->n;
	*v = (struct certificate){.x509 = x509};
	if (fill(v, e) < 0) {
		certificate_done(v);
		return -1;
	}
	to->n++;
	return 0;
}

static int append_pem(struct certificates *to, const struct buf *text, struct err *e)
{
	AUTO(libcrypto_bio_free) BIO *bio = crypto.BIO_new_mem_buf(text->data, (int)text->len);
	X509 *x509;

	if (!bio)
		return err_memory(e);
	while ((x509 = crypto.PEM_read_bio_X509(bio, NULL, NULL, NULL)))
		if (certificates_add(to, x509, e) < 0)
			return -1;
	return 0;
}

int certificates_load(const char *path, struct certificates *to, struct err *e)
{
	AUTO_BUF text = BUF_INIT;
	const unsigned char *at;
	size_t before = to->n;
	X509 *x509;

	if (libcrypto_load(e) < 0)
		return -1;
	if (file_read(path, CERTIFICATE_FILE_MAX, &text, e) < 0)
		return err_ctx(e, "certificate");
	at = (const unsigned char *)buf_str(&text);
	crypto.ERR_clear_error();
	x509 = crypto.d2i_X509(NULL, &at, (long)text.len);
	if (x509)
		return certificates_add(to, x509, e);
	if (text.len && append_pem(to, &text, e) < 0)
		return -1;
	crypto.ERR_clear_error();
	if (to->n == before)
		return err_set(e, ERR_INPUT, "'%s' holds no certificate, as PEM or DER", path);
	return 0;
}

static int take_from_store(OSSL_STORE_CTX *store, struct certificates *to, struct err *e)
{
	while (!crypto.OSSL_STORE_eof(store)) {
		OSSL_STORE_INFO *info = crypto.OSSL_STORE_load(store);
		X509 *x509 = NULL;

		if (!info)
			break;
		if (crypto.OSSL_STORE_INFO_get_type(info) == OSSL_STORE_INFO_CERT)
			x509 = crypto.OSSL_STORE_INFO_get1_CERT(info);
		crypto.OSSL_STORE_INFO_free(info);
		if (x509 && certificates_add(to, x509, e) < 0)
			return -1;
	}
	return 0;
}

int certificates_load_by(const char *provider, const char *uri, struct certificates *to,
			 struct err *e)
{
	AUTO(libcrypto_store_close) OSSL_STORE_CTX *store = NULL;
	size_t before = to->n;

	if (!provider)
		return certificates_load(uri, to, e);
	if (!to->provider && libcrypto_provider(provider, &to->provider, e) < 0)
		return -1;
	store = crypto.OSSL_STORE_open(uri, NULL, NULL, NULL, NULL);
	if (!store)
		return libcrypto_fail(e, "certificate '%s', by provider '%s'", uri, provider);
	crypto.OSSL_STORE_expect(store, OSSL_STORE_INFO_CERT);
	if (take_from_store(store, to, e) < 0)
		return -1;
	crypto.ERR_clear_error();
	if (to->n == before)
		return err_set(e, ERR_INPUT, "provider '%s' has no certificate '%s'", provider,
			       uri);
	return 0;
}

int certificates_add_der(struct certificates *to, const void *der, size_t len, struct err *e)
{
	const unsigned char *at = der;
	X509 *x509;

	if (libcrypto_load(e) < 0)
		return -1;
	x509 = len > LONG_MAX ? NULL : crypto.d2i_X509(NULL, &at, (long)len);
	crypto.ERR_clear_error();
	return x509 ? certificates_add(to, x509, e)
		    : err_set(e, ERR_INPUT, "this is no certificate in DER");
}

bool certificate_fits_key(const struct certificate *c, const struct private_key *k)
{
	bool fits = crypto.X509_check_private_key(c->x509, k->key) == 1;

	crypto.ERR_clear_error();
	return fits;
}

int certificate_verify(const struct certificate *c, const void *data, size_t len,
		       const void *signature, size_t signature_len, bool *ret, struct err *e)
{
	AUTO(libcrypto_context_free) EVP_MD_CTX *context = crypto.EVP_MD_CTX_new();
	EVP_PKEY *key = crypto.X509_get0_pubkey(c->x509);

	if (!context)
		return err_memory(e);
	if (!key || crypto.EVP_DigestVerifyInit(context, NULL, crypto.EVP_sha256(), NULL, key) != 1)
		return libcrypto_fail(e, "use the key of certificate '%s'", c->facts.subject);
	*ret = crypto.EVP_DigestVerify(context, signature, signature_len, data, len) == 1;
	crypto.ERR_clear_error();
	return 0;
}
