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

static void bio_free(BIO **b)
{
	if (*b)
		crypto.BIO_free(*b);
}

static void key_free(EVP_PKEY **k)
{
	if (*k)
		crypto.EVP_PKEY_free(*k);
}

static int encode_pem(EVP_PKEY *key, struct buf *to, struct err *e)
{
	AUTO(bio_free) BIO *bio = crypto.BIO_new(crypto.BIO_s_mem());
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

int public_key_load(const char *path, struct public_key *ret, struct err *e)
{
	AUTO(bio_free) BIO *bio = NULL;
	AUTO(key_free) EVP_PKEY *key = NULL;
	AUTO_BUF text = BUF_INIT;
	const unsigned char *at;

	if (libcrypto_load(e) < 0)
		return -1;
	if (file_read(path, KEY_FILE_MAX, &text, e) < 0)
		return err_ctx(e, "public key");
	at = (const unsigned char *)buf_str(&text);
	key = crypto.d2i_PUBKEY(NULL, &at, (long)text.len);
	if (!key && text.len) {
		bio = crypto.BIO_new_mem_buf(text.data, (int)text.len);
		if (!bio)
			return err_memory(e);
		key = crypto.PEM_read_bio_PUBKEY(bio, NULL, NULL, NULL);
	}
	crypto.ERR_clear_error();
	if (!key)
		return err_set(e, ERR_INPUT, "'%s' holds no public key, as PEM or DER", path);
	return encode(key, ret, e);
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
