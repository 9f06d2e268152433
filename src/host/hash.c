#include "host/hash.h"

#include "base/cleanup.h"
#include "host/file.h"
#include "host/libcrypto.h"

#include <string.h>

enum { PIECE = 256 * 1024 };

void hash_done(struct hash *h)
{
	if (h->context)
		crypto.EVP_MD_CTX_free(h->context);
	*h = (struct hash)HASH_INIT;
}

static const EVP_MD *method(enum digest_kind kind)
{
	switch (kind) {
	case DIGEST_SHA1:
		return crypto.EVP_sha1();
	case DIGEST_SHA384:
		return crypto.EVP_sha384();
	case DIGEST_SHA512:
		return crypto.EVP_sha512();
	default:
		return crypto.EVP_sha256();
	}
}

static int put(struct digest *d, const void *data, size_t len, struct err *e)
{
	if (crypto.EVP_DigestUpdate(((struct hash *)d)->context, data, len) != 1)
		return err_set(e, ERR_SYSTEM, "libcrypto failed in a digest (%s)",
			       digest_name(d->kind));
	return 0;
}

static int finish(struct digest *d, struct digest_value *ret, struct err *e)
{
	void *context = ((struct hash *)d)->context;

	if (crypto.EVP_DigestFinal_ex(context, ret->bytes, NULL) != 1 ||
	    crypto.EVP_DigestInit_ex(context, method(d->kind), NULL) != 1)
		return err_set(e, ERR_SYSTEM, "libcrypto failed to finish a digest (%s)",
			       digest_name(d->kind));
	return 0;
}

static const struct digest_ops ops = {.put = put, .finish = finish};

int hash_begin_kind(struct hash *h, enum digest_kind kind, struct err *e)
{
	if (libcrypto_load(e) < 0)
		return -1;
	if (!h->context)
		h->context = crypto.EVP_MD_CTX_new();
	if (!h->context)
		return err_memory(e);
	h->digest = (struct digest){.ops = &ops, .kind = kind};
	if (crypto.EVP_DigestInit_ex(h->context, method(kind), NULL) != 1)
		return err_set(e, ERR_SYSTEM, "libcrypto has no %s", digest_name(kind));
	return 0;
}

int hash_begin(struct hash *h, struct err *e)
{
	return hash_begin_kind(h, DIGEST_SHA256, e);
}

int hash_put(struct hash *h, const void *data, size_t len, struct err *e)
{
	return put(&h->digest, data, len, e);
}

int hash_hex(const struct hash *h, char ret_hex[HASH_HEX], struct err *e)
{
	AUTO(libcrypto_context_free) EVP_MD_CTX *copy = crypto.EVP_MD_CTX_new();
	struct digest_value value;
	char hex[DIGEST_HEX];

	if (!copy)
		return err_memory(e);
	if (crypto.EVP_MD_CTX_copy_ex(copy, h->context) != 1 ||
	    crypto.EVP_DigestFinal_ex(copy, value.bytes, NULL) != 1)
		return err_set(e, ERR_SYSTEM, "libcrypto failed to finish a SHA-256");
	digest_to_hex(DIGEST_SHA256, &value, hex);
	memcpy(ret_hex, hex, HASH_HEX);
	return 0;
}

int hash_bytes(const void *data, size_t len, char ret_hex[HASH_HEX], struct err *e)
{
	AUTO_HASH h = HASH_INIT;

	if (hash_begin(&h, e) < 0 || hash_put(&h, data, len, e) < 0)
		return -1;
	return hash_hex(&h, ret_hex, e);
}

int hash_source(const struct source *s, uint64_t offset, uint64_t len, char ret_hex[HASH_HEX],
		struct err *e)
{
	AUTO_HASH h = HASH_INIT;
	AUTO_FREE char *piece = malloc(len < PIECE ? (size_t)len + 1 : PIECE);

	if (!piece)
		return err_memory(e);
	if (hash_begin(&h, e) < 0)
		return -1;
	while (len) {
		size_t n = len < PIECE ? (size_t)len : PIECE;

		if (source_read(s, offset, piece, n, e) < 0 || hash_put(&h, piece, n, e) < 0)
			return -1;
		offset += n;
		len -= n;
	}
	return hash_hex(&h, ret_hex, e);
}

int hash_file(const char *path, char ret_hex[HASH_HEX], struct err *e)
{
	AUTO_FILE_SOURCE f = FILE_SOURCE_INIT;

	if (file_source_open(&f, path, e) < 0 ||
	    hash_source(&f.source, 0, f.source.size, ret_hex, e) < 0)
		return -1;
	return file_source_unchanged(&f, e);
}
