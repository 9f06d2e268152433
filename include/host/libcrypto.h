#ifndef MKOS_HOST_LIBCRYPTO_H
#define MKOS_HOST_LIBCRYPTO_H

/* The functions of libcrypto 3 that digests, keys, certificates and signatures need, loaded on demand. */

#include "base/err.h"
#include "host/dynlib.h"

/* Engines are deprecated, and the only road to tokens where no provider for them is installed. */
#define OPENSSL_SUPPRESS_DEPRECATED

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/engine.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/pkcs7.h>
#include <openssl/provider.h>
#include <openssl/rsa.h>
#include <openssl/store.h>
#include <openssl/ui.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#define LIBCRYPTO_SYMBOLS(X)              \
	X(ASN1_TIME_set)                  \
	X(ASN1_TIME_to_tm)                \
	X(BIO_free)                       \
	X(BIO_new)                        \
	X(BIO_new_mem_buf)                \
	X(BIO_read)                       \
	X(BIO_s_mem)                      \
	X(BN_free)                        \
	X(BN_new)                         \
	X(BN_rand)                        \
	X(BN_to_ASN1_INTEGER)             \
	X(CRYPTO_free)                    \
	X(ENGINE_by_id)                   \
	X(ENGINE_ctrl_cmd_string)         \
	X(ENGINE_finish)                  \
	X(ENGINE_free)                    \
	X(ENGINE_init)                    \
	X(ENGINE_load_private_key)        \
	X(ERR_clear_error)                \
	X(ERR_peek_last_error)            \
	X(ERR_reason_error_string)        \
	X(EVP_DigestFinal_ex)             \
	X(EVP_DigestInit_ex)              \
	X(EVP_DigestSign)                 \
	X(EVP_DigestSignInit)             \
	X(EVP_DigestUpdate)               \
	X(EVP_DigestVerify)               \
	X(EVP_DigestVerifyInit)           \
	X(EVP_MD_CTX_copy_ex)             \
	X(EVP_MD_CTX_free)                \
	X(EVP_MD_CTX_new)                 \
	X(EVP_PKEY2PKCS8)                 \
	X(EVP_PKEY_Q_keygen)              \
	X(EVP_PKEY_free)                  \
	X(EVP_PKEY_get_base_id)           \
	X(EVP_PKEY_get_bits)              \
	X(EVP_aes_256_cbc)                \
	X(EVP_sha1)                       \
	X(EVP_sha256)                     \
	X(EVP_sha384)                     \
	X(EVP_sha512)                     \
	X(OBJ_obj2nid)                    \
	X(OPENSSL_sk_free)                \
	X(OPENSSL_sk_num)                 \
	X(OPENSSL_sk_value)               \
	X(OSSL_PROVIDER_try_load)         \
	X(OSSL_PROVIDER_unload)           \
	X(OSSL_STORE_INFO_free)           \
	X(OSSL_STORE_INFO_get1_CERT)      \
	X(OSSL_STORE_INFO_get1_PKEY)      \
	X(OSSL_STORE_INFO_get_type)       \
	X(OSSL_STORE_attach)              \
	X(OSSL_STORE_close)               \
	X(OSSL_STORE_eof)                 \
	X(OSSL_STORE_expect)              \
	X(OSSL_STORE_load)                \
	X(OSSL_STORE_open)                \
	X(PEM_read_bio_PUBKEY)            \
	X(PEM_read_bio_X509)              \
	X(PEM_write_bio_PKCS8)            \
	X(PEM_write_bio_PUBKEY)           \
	X(PEM_write_bio_PrivateKey)       \
	X(PEM_write_bio_X509)             \
	X(PKCS7_free)                     \
	X(PKCS7_get0_signers)             \
	X(PKCS7_verify)                   \
	X(PKCS8_PRIV_KEY_INFO_free)       \
	X(PKCS8_encrypt)                  \
	X(UI_UTIL_wrap_read_pem_callback) \
	X(UI_destroy_method)              \
	X(X509V3_EXT_conf_nid)            \
	X(X509V3_set_ctx)                 \
	X(X509_EXTENSION_free)            \
	X(X509_NAME_add_entry_by_txt)     \
	X(X509_NAME_print_ex)             \
	X(X509_SIG_free)                  \
	X(X509_STORE_add_cert)            \
	X(X509_STORE_free)                \
	X(X509_STORE_new)                 \
	X(X509_STORE_set_flags)           \
	X(X509_STORE_set_purpose)         \
	X(X509_add_ext)                   \
	X(X509_check_private_key)         \
	X(X509_free)                      \
	X(X509_get0_notAfter)             \
	X(X509_get0_notBefore)            \
	X(X509_get0_pubkey)               \
	X(X509_get_issuer_name)           \
	X(X509_get_serialNumber)          \
	X(X509_get_subject_name)          \
	X(X509_getm_notAfter)             \
	X(X509_getm_notBefore)            \
	X(X509_new)                       \
	X(X509_set_issuer_name)           \
	X(X509_set_pubkey)                \
	X(X509_set_version)               \
	X(X509_sign)                      \
	X(d2i_PKCS7)                      \
	X(d2i_PUBKEY)                     \
	X(d2i_X509)                       \
	X(i2d_PublicKey)                  \
	X(i2d_X509)

struct libcrypto {
	DYNLIB_FIELDS(LIBCRYPTO_SYMBOLS)
};

/* Usable after libcrypto_load(). */
extern struct libcrypto crypto;

MUST_CHECK int libcrypto_load(struct err *e);

/* Loads a provider beside those that are there by default; the caller unloads it. */
MUST_CHECK int libcrypto_provider(const char *name, void **ret, struct err *e);

/* For AUTO(). */
void libcrypto_bio_free(BIO **b);
void libcrypto_context_free(EVP_MD_CTX **c);
void libcrypto_store_close(OSSL_STORE_CTX **s);

/* Fills *e with the text, ": " and libcrypto's reason for its last failure; returns -1. */
int libcrypto_fail(struct err *e, const char *format, ...) PRINTF_LIKE(2, 3);

#endif
