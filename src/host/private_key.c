#include "host/private_key.h"

#include "host/file.h"
#include "host/libcrypto.h"

#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>

enum { KEY_FILE_MAX = 1 << 20 };

/* What the callback needs, and what it has to tell. */
struct question {
	const struct passphrase_source *from;
	const char *where;
	bool answered;
	bool failed;
	struct err error;
};

static int answer(char *to, int size, int writing, void *context)
{
	struct question *q = context;
	char text[PASSPHRASE_MAX];
	size_t len;
	int r;

	(void)writing;
	if (q->failed || passphrase_get(q->from, q->where, text, sizeof(text), &q->error) < 0) {
		q->failed = true;
		return -1;
	}
	q->answered = true;
	len = strlen(text);
	r = len <= (size_t)size ? (int)len : -1;
	if (r >= 0)
		memcpy(to, text, len);
	explicit_bzero(text, sizeof(text));
	return r;
}

static void ui_method_free(UI_METHOD **m)
{
	if (*m)
		crypto.UI_destroy_method(*m);
}

void private_key_guard(void)
{
	const struct rlimit none = {0, 0};

	prctl(PR_SET_DUMPABLE, 0);
	setrlimit(RLIMIT_CORE, &none);
}

static EVP_PKEY *take_from_store(OSSL_STORE_CTX *store)
{
	EVP_PKEY *key = NULL;

	while (!key && !crypto.OSSL_STORE_eof(store)) {
		OSSL_STORE_INFO *info = crypto.OSSL_STORE_load(store);

		if (!info)
			break;
		if (crypto.OSSL_STORE_INFO_get_type(info) == OSSL_STORE_INFO_PKEY)
			key = crypto.OSSL_STORE_INFO_get1_PKEY(info);
		crypto.OSSL_STORE_INFO_free(info);
	}
	return key;
}

static void wipe(struct buf *b)
{
	if (b->data)
		explicit_bzero(b->data, b->len);
	buf_done(b);
}

/* The store reads memory, not the path, in which it would look for the scheme of a URI. */
static int load_file(const char *where, const UI_METHOD *ui, struct question *q,
		     struct private_key *ret, struct err *e)
{
	AUTO(wipe) struct buf text = BUF_INIT;
	AUTO(libcrypto_bio_free) BIO *bio = NULL;
	AUTO(libcrypto_store_close) OSSL_STORE_CTX *store = NULL;

	/* Room for all of it at once: growing would leave copies behind. */
	if (buf_reserve(&text, KEY_FILE_MAX, e) < 0 || file_read(where, KEY_FILE_MAX, &text, e) < 0)
		return err_ctx(e, "private key");
	bio = crypto.BIO_new_mem_buf(text.data, (int)text.len);
	if (!bio)
		return err_memory(e);
	store = crypto.OSSL_STORE_attach(bio, "file", NULL, NULL, ui, q, NULL, NULL, NULL);
	if (!store)
		return libcrypto_fail(e, "private key '%s'", where);
	crypto.OSSL_STORE_expect(store, OSSL_STORE_INFO_PKEY);
	ret->key = take_from_store(store);
	return 0;
}

/* With a provider for tokens installed and configured, libcrypto knows the scheme. */
static void load_by_provider(const char *uri, const UI_METHOD *ui, struct question *q,
			     struct private_key *ret)
{
	AUTO(libcrypto_store_close)
	OSSL_STORE_CTX *store = crypto.OSSL_STORE_open(uri, ui, q, NULL, NULL);

	if (!store)
		return;
	crypto.OSSL_STORE_expect(store, OSSL_STORE_INFO_PKEY);
	ret->key = take_from_store(store);
}

static int load_by_engine(const char *uri, ENGINE *engine, UI_METHOD *ui, struct question *q,
			  struct private_key *ret, struct err *e)
{
	/* It would print its own lines beside our sentence. Engines without the order ignore it. */
	crypto.ENGINE_ctrl_cmd_string(engine, "QUIET", NULL, 1);
	if (!crypto.ENGINE_init(engine)) {
		crypto.ENGINE_free(engine);
		return libcrypto_fail(e, "start the engine that holds '%s'", uri);
	}
	crypto.ENGINE_free(engine);
	ret->engine = engine;
	ret->key = crypto.ENGINE_load_private_key(engine, uri, ui, q);
	return 0;
}

static int load_from_token(const char *uri, UI_METHOD *ui, struct question *q,
			   struct private_key *ret, struct err *e)
{
	ENGINE *engine;

	load_by_provider(uri, ui, q, ret);
	if (ret->key || q->failed)
		return 0;
	crypto.ERR_clear_error();
	engine = crypto.ENGINE_by_id("pkcs11");
	if (!engine)
		return err_set(e, ERR_MISSING,
			       "private key '%s' is in a token, and libcrypto has neither a "
			       "provider nor an engine for tokens here: install "
			       "libengine-pkcs11-openssl",
			       uri);
	return load_by_engine(uri, engine, ui, q, ret, e);
}

static int load_from_holder(const char *uri, const struct key_holders *holders, UI_METHOD *ui,
			    struct question *q, struct private_key *ret, struct err *e)
{
	ENGINE *engine;

	if (holders->provider) {
		if (libcrypto_provider(holders->provider, &ret->provider, e) < 0)
			return -1;
		load_by_provider(uri, ui, q, ret);
		return 0;
	}
	crypto.ERR_clear_error();
	engine = crypto.ENGINE_by_id(holders->engine);
	if (!engine)
		return err_set(e, ERR_MISSING, "libcrypto has no engine '%s' here",
			       holders->engine);
	return load_by_engine(uri, engine, ui, q, ret, e);
}

static int explain(const struct question *q, struct err *e)
{
	crypto.ERR_clear_error();
	if (q->failed) {
		*e = q->error;
		return -1;
	}
	return err_set(e, ERR_INPUT, "'%s' holds no private key that can be read%s", q->where,
		       q->answered ? ": the passphrase is wrong, or it is damaged" : "");
}

int private_key_load(const char *where, const struct key_holders *holders,
		     const struct passphrase_source *passphrase, struct private_key *ret,
		     struct err *e)
{
	struct question q = {.from = passphrase, .where = where, .error = ERR_INIT};
	AUTO(ui_method_free) UI_METHOD *ui = NULL;
	AUTO_PRIVATE_KEY k = PRIVATE_KEY_INIT;
	int r = 0;

	if (libcrypto_load(e) < 0)
		return -1;
	private_key_guard();
	ui = crypto.UI_UTIL_wrap_read_pem_callback(answer, 0);
	if (!ui)
		return err_memory(e);
	if (holders && (holders->engine || holders->provider))
		r = load_from_holder(where, holders, ui, &q, &k, e);
	else
		r = strncmp(where, "pkcs11:", 7) ? load_file(where, ui, &q, &k, e)
						 : load_from_token(where, ui, &q, &k, e);
	if (r < 0)
		return -1;
	if (!k.key)
		return explain(&q, e);
	*ret = k;
	k = (struct private_key)PRIVATE_KEY_INIT;
	return 0;
}

int private_key_sign(const struct private_key *k, const void *data, size_t len, struct buf *ret,
		     struct err *e)
{
	AUTO(libcrypto_context_free) EVP_MD_CTX *context = crypto.EVP_MD_CTX_new();
	size_t size;

	if (!context)
		return err_memory(e);
	if (crypto.EVP_DigestSignInit(context, NULL, crypto.EVP_sha256(), NULL, k->key) != 1 ||
	    crypto.EVP_DigestSign(context, NULL, &size, data, len) != 1)
		return libcrypto_fail(e, "sign");
	if (buf_reserve(ret, size, e) < 0)
		return -1;
	if (crypto.EVP_DigestSign(context, (unsigned char *)ret->data + ret->len, &size, data,
				  len) != 1)
		return libcrypto_fail(e, "sign");
	ret->len += size;
	return 0;
}

void private_key_done(struct private_key *k)
{
	if (k->key)
		crypto.EVP_PKEY_free(k->key);
	if (k->engine)
		crypto.ENGINE_finish(k->engine);
	if (k->provider)
		crypto.OSSL_PROVIDER_unload(k->provider);
	*k = (struct private_key)PRIVATE_KEY_INIT;
}
