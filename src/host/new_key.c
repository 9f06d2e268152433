#include "host/new_key.h"

#include "host/libcrypto.h"

#include <string.h>

/* PBKDF2's rounds (with HMAC-SHA-256): a third of a second, where libcrypto's 2048 are none at all. */
enum { ROUNDS = 600000, SALT_BYTES = 16, SERIAL_BITS = 159 };

static void plain_free(PKCS8_PRIV_KEY_INFO **p)
{
	if (*p)
		crypto.PKCS8_PRIV_KEY_INFO_free(*p);
}

static void encrypted_free(X509_SIG **s)
{
	if (*s)
		crypto.X509_SIG_free(*s);
}

static void number_free(BIGNUM **n)
{
	if (*n)
		crypto.BN_free(*n);
}

static void x509_free(X509 **x)
{
	if (*x)
		crypto.X509_free(*x);
}

int new_key_make(unsigned int bits, struct private_key *ret, struct err *e)
{
	if (libcrypto_load(e) < 0)
		return -1;
	private_key_guard();
	crypto.ERR_clear_error();
	*ret = (struct private_key)PRIVATE_KEY_INIT;
	ret->key = crypto.EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)bits);
	return ret->key ? 0 : libcrypto_fail(e, "make an RSA key of %u bits", bits);
}

/* libcrypto wipes the memory of a BIO itself. */
static int pour(BIO *from, struct sink *to, struct err *e)
{
	char piece[1024];
	int n, r = 0;

	while (r == 0 && (n = crypto.BIO_read(from, piece, sizeof(piece))) > 0)
		r = sink_put(to, piece, (size_t)n, e);
	explicit_bzero(piece, sizeof(piece));
	return r;
}

static int put_encrypted(BIO *to, const EVP_PKEY *key, const char *passphrase)
{
	AUTO(plain_free) PKCS8_PRIV_KEY_INFO *plain = crypto.EVP_PKEY2PKCS8(key);
	AUTO(encrypted_free) X509_SIG *sealed = NULL;

	if (!plain)
		return -1;
	sealed = crypto.PKCS8_encrypt(-1, crypto.EVP_aes_256_cbc(), passphrase,
				      (int)strlen(passphrase), NULL, SALT_BYTES, ROUNDS, plain);
	return sealed && crypto.PEM_write_bio_PKCS8(to, sealed) == 1 ? 0 : -1;
}

static int put_plain(BIO *to, const EVP_PKEY *key)
{
	return crypto.PEM_write_bio_PrivateKey(to, key, NULL, NULL, 0, NULL, NULL) == 1 ? 0 : -1;
}

int new_key_write(const struct private_key *k, const char *passphrase, struct sink *to,
		  struct err *e)
{
	AUTO(libcrypto_bio_free) BIO *bio = crypto.BIO_new(crypto.BIO_s_mem());

	if (!bio || (passphrase ? put_encrypted(bio, k->key, passphrase) : put_plain(bio, k->key)))
		return libcrypto_fail(e, "encode a private key");
	return pour(bio, to, e);
}

int new_key_write_public(const struct private_key *k, struct sink *to, struct err *e)
{
	AUTO(libcrypto_bio_free) BIO *bio = crypto.BIO_new(crypto.BIO_s_mem());

	if (!bio || crypto.PEM_write_bio_PUBKEY(bio, k->key) != 1)
		return libcrypto_fail(e, "encode a public key");
	return pour(bio, to, e);
}

static int add_extension(X509 *x, int nid, const char *value)
{
	X509V3_CTX context;
	X509_EXTENSION *extension;
	int r;

	crypto.X509V3_set_ctx(&context, x, x, NULL, NULL, 0);
	extension = crypto.X509V3_EXT_conf_nid(NULL, &context, nid, value);
	r = extension && crypto.X509_add_ext(x, extension, -1) == 1 ? 0 : -1;
	if (extension)
		crypto.X509_EXTENSION_free(extension);
	return r;
}

static int set_serial(X509 *x)
{
	AUTO(number_free) BIGNUM *n = crypto.BN_new();

	return n && crypto.BN_rand(n, SERIAL_BITS, BN_RAND_TOP_ANY, BN_RAND_BOTTOM_ANY) == 1 &&
			       crypto.BN_to_ASN1_INTEGER(n, crypto.X509_get_serialNumber(x))
		       ? 0
		       : -1;
}

static int set_name(X509 *x, const char *name)
{
	X509_NAME *subject = crypto.X509_get_subject_name(x);

	if (crypto.X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8,
					      (const unsigned char *)name, -1, -1, 0) != 1)
		return -1;
	return crypto.X509_set_issuer_name(x, subject) == 1 ? 0 : -1;
}

static int fill(X509 *x, const struct private_key *k, const struct new_certificate *what)
{
	if (crypto.X509_set_version(x, X509_VERSION_3) != 1 || set_serial(x) < 0 ||
	    !crypto.ASN1_TIME_set(crypto.X509_getm_notBefore(x), (time_t)what->not_before) ||
	    !crypto.ASN1_TIME_set(crypto.X509_getm_notAfter(x), (time_t)what->not_after) ||
	    set_name(x, what->name) < 0 || crypto.X509_set_pubkey(x, k->key) != 1)
		return -1;
	/* No wider than what it is for: whoever has this key can issue no others that firmware takes. */
	if (add_extension(x, NID_basic_constraints, "critical,CA:FALSE") < 0 ||
	    add_extension(x, NID_key_usage, "critical,digitalSignature") < 0 ||
	    add_extension(x, NID_subject_key_identifier, "hash") < 0)
		return -1;
	return crypto.X509_sign(x, k->key, crypto.EVP_sha256()) > 0 ? 0 : -1;
}

int new_certificate_make(const struct private_key *k, const struct new_certificate *what,
			 struct certificates *to, struct err *e)
{
	AUTO(x509_free) X509 *x = crypto.X509_new();
	X509 *filled;

	if (!x)
		return err_memory(e);
	crypto.ERR_clear_error();
	if (fill(x, k, what) < 0)
		return libcrypto_fail(e, "make a certificate for '%s'", what->name);
	filled = x;
	x = NULL;
	return certificates_add(to, filled, e);
}

int new_certificate_write(const struct certificate *c, struct sink *to, struct err *e)
{
	AUTO(libcrypto_bio_free) BIO *bio = crypto.BIO_new(crypto.BIO_s_mem());

	if (!bio || crypto.PEM_write_bio_X509(bio, c->x509) != 1)
		return libcrypto_fail(e, "encode a certificate");
	return pour(bio, to, e);
}
