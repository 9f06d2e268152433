#include "host/pkcs7.h"

#include "host/libcrypto.h"

static void pkcs7_free(PKCS7 **p)
{
	if (*p)
		crypto.PKCS7_free(*p);
}

static void store_free(X509_STORE **s)
{
	if (*s)
		crypto.X509_STORE_free(*s);
}

static void stack_free(OPENSSL_STACK **s)
{
	if (*s)
		crypto.OPENSSL_sk_free(*s);
}

void pkcs7_verdict_done(struct pkcs7_verdict *v)
{
	certificate_facts_done(&v->signer);
	buf_done(&v->signer_der);
}

static int make_store(const struct certificates *trusted, X509_STORE **ret, struct err *e)
{
	AUTO(store_free) X509_STORE *store = crypto.X509_STORE_new();

	if (!store)
		return err_memory(e);
	for (size_t i = 0; i < trusted->n; i++)
		if (crypto.X509_STORE_add_cert(store, trusted->v[i].x509) != 1)
			return libcrypto_fail(e, "trust certificate '%s'",
					      trusted->v[i].facts.subject);
	crypto.X509_STORE_set_flags(store, X509_V_FLAG_PARTIAL_CHAIN | X509_V_FLAG_NO_CHECK_TIME);
	crypto.X509_STORE_set_purpose(store, X509_PURPOSE_ANY);
	*ret = TAKE(store);
	return 0;
}

static int verify(PKCS7 *p7, X509_STORE *store, const void *content, size_t len, int flags,
		  bool *ret, struct err *e)
{
	AUTO(libcrypto_bio_free) BIO *bio = crypto.BIO_new_mem_buf(content, (int)len);

	if (!bio)
		return err_memory(e);
	*ret = crypto.PKCS7_verify(p7, NULL, store, bio, NULL, PKCS7_BINARY | flags) == 1;
	crypto.ERR_clear_error();
	return 0;
}

static int read_signer(PKCS7 *p7, struct pkcs7_verdict *v, struct err *e)
{
	AUTO(stack_free) OPENSSL_STACK *signers = NULL;
	unsigned char *der = NULL;
	X509 *x509;
	int len, r;

	if (crypto.OBJ_obj2nid(p7->type) != NID_pkcs7_signed)
		return err_set(e, ERR_INPUT, "it is no SignedData");
	signers = (OPENSSL_STACK *)crypto.PKCS7_get0_signers(p7, NULL, 0);
	if (!signers || crypto.OPENSSL_sk_num(signers) < 1)
		return libcrypto_fail(e, "its signer's certificate is not in it");
	x509 = crypto.OPENSSL_sk_value(signers, 0);
	len = crypto.i2d_X509(x509, &der);
	if (len < 0)
		return libcrypto_fail(e, "encode its signer's certificate");
	r = buf_put(&v->signer_der, der, (size_t)len, e);
	crypto.CRYPTO_free(der, __FILE__, __LINE__);
	return r < 0 ? -1 : certificate_facts_read(x509, &v->signer, e);
}

int pkcs7_check(const void *der, size_t len, const void *content, size_t content_len,
		const struct certificates *trusted, struct pkcs7_verdict *ret, struct err *e)
{
	AUTO(pkcs7_free) PKCS7 *p7 = NULL;
	AUTO(store_free) X509_STORE *store = NULL;
	AUTO_PKCS7_VERDICT v = {.intact = false};
	const unsigned char *at = der;

	if (libcrypto_load(e) < 0)
		return -1;
	p7 = crypto.d2i_PKCS7(NULL, &at, (long)len);
	if (!p7)
		return libcrypto_fail(e, "it cannot be read as PKCS#7");
	if (read_signer(p7, &v, e) < 0 || make_store(trusted, &store, e) < 0 ||
	    verify(p7, store, content, content_len, PKCS7_NOVERIFY, &v.intact, e) < 0 ||
	    verify(p7, store, content, content_len, 0, &v.trusted, e) < 0)
		return -1;
	*ret = v;
	v = (struct pkcs7_verdict){.intact = false};
	return 0;
}
