#include "host/public_key.h"

#include "host/file.h"
#include "host/libcrypto.h"

#include <string.h>

enum { KEY_FILE_MAX = 1 << 20 };

void public_key_done(struct public_key *k)
{
	buf_done(&k->der);
	buf_done(&k->pem);
	*k = (struct public_key)PUBLIC_KEY_INIT;
}

static void key_free(EVP_PKEY **k)
{
	if (*k)
		crypto.EVP_PKEY_free(*k);
}

static int encode_pem(EVP_PKEY *key, struct buf *to, struct err *e)
{
	AUTO(libcrypto_bio_free) BIO *bio = crypto.BIO_new(crypto.BIO_s_mem());
	char piece[1024];
	int n;

	if (!bio)
		return err_memory(e);
	if (crypto.PEM_write_bio_PUBKEY(bio, key) != 1)
		return libcrypto_fail(e, "encode a public key");
	while ((n = crypto.BIO_read(bio, piece, sizeof(piece))) > 0)
		if (buf_put(to, piece, (size_t)n, e) < 0)
			return -1;
	return 0;
}

static int encode(EVP_PKEY *key, struct public_key *ret, struct err *e)
{
	AUTO_PUBLIC_KEY k = PUBLIC_KEY_INIT;
	unsigned char *der = NULL;
	int len = crypto.i2d_PublicKey(key, &der);
	int r;

	if (len < 0)
		return libcrypto_fail(e, "encode a public key");
	r = buf_put(&k.der, der, (size_t)len, e);
	crypto.CRYPTO_free(der, __FILE__, __LINE__);
	if (r < 0 || encode_pem(key, &k.pem, e) < 0)
		return -1;
	k.is_rsa = crypto.EVP_PKEY_get_base_id(key) == EVP_PKEY_RSA;
	k.bits = (unsigned int)crypto.EVP_PKEY_get_bits(key);
	*ret = k;
	k = (struct public_key)PUBLIC_KEY_INIT;
	return 0;
}

/* PEM or DER; NULL when it is neither. */
static EVP_PKEY *decode(const struct buf *text)
{
	const unsigned char *at = (const unsigned char *)buf_str(text);
	EVP_PKEY *key = crypto.d2i_PUBKEY(NULL, &at, (long)text->len);

	if (!key && text->len) {
		AUTO(libcrypto_bio_free)
		BIO *bio = crypto.BIO_new_mem_buf(text->data, (int)text->len);

		key = bio ? crypto.PEM_read_bio_PUBKEY(bio, NULL, NULL, NULL) : NULL;
	}
	crypto.ERR_clear_error();
	return key;
}

int public_key_read(const struct buf *text, const char *name, struct public_key *ret, struct err *e)
{
	AUTO(key_free) EVP_PKEY *key = NULL;

	if (libcrypto_load(e) < 0)
		return -1;
	key = decode(text);
	return key ? encode(key, ret, e)
		   : err_set(e, ERR_INPUT, "'%s' holds no public key, as PEM or DER", name);
}

int public_key_load(const char *path, struct public_key *ret, struct err *e)
{
	AUTO_BUF text = BUF_INIT;

	if (file_read(path, KEY_FILE_MAX, &text, e) < 0)
		return err_ctx(e, "public key");
	return public_key_read(&text, path, ret, e);
}

int public_key_verify(const struct public_key *k, const struct buf *data,
		      const struct buf *signature, bool *ret, struct err *e)
{
	AUTO(key_free) EVP_PKEY *key = decode(&k->pem);
	AUTO(libcrypto_context_free) EVP_MD_CTX *context = crypto.EVP_MD_CTX_new();

	if (!key || !context)
		return err_memory(e);
	if (crypto.EVP_DigestVerifyInit(context, NULL, crypto.EVP_sha256(), NULL, key) != 1)
		return libcrypto_fail(e, "use a public key");
	*ret = crypto.EVP_DigestVerify(context, (const unsigned char *)buf_str(signature),
				       signature->len, (const unsigned char *)buf_str(data),
				       data->len) == 1;
	crypto.ERR_clear_error();
	return 0;
}

int public_key_of_private(const struct private_key *k, struct public_key *ret, struct err *e)
{
	return encode(k->key, ret, e);
}

int public_key_of_certificate(const struct certificate *c, struct public_key *ret, struct err *e)
{
	EVP_PKEY *key = crypto.X509_get0_pubkey(c->x509);

	if (!key)
		return libcrypto_fail(e, "use the key of certificate '%s'", c->facts.subject);
	return encode(key, ret, e);
}

bool public_key_equal(const struct public_key *a, const struct public_key *b)
{
	return a->der.len == b->der.len && memcmp(a->der.data, b->der.data, a->der.len) == 0;
}
