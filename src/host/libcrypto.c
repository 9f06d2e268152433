#include "host/libcrypto.h"

#include <stdarg.h>
#include <stdio.h>

struct libcrypto crypto;

#define ROW(f) {#f, (void **)&crypto.f},
static const struct dynlib_symbol symbols[] = {LIBCRYPTO_SYMBOLS(ROW)};
static bool loaded;
static const struct dynlib library = {
	"libcrypto.so.3", "libssl3", symbols, ARRAY_LEN(symbols), &loaded,
};

int libcrypto_load(struct err *e)
{
	return dynlib_load(&library, e);
}

int libcrypto_provider(const char *name, void **ret, struct err *e)
{
	if (libcrypto_load(e) < 0)
		return -1;
	*ret = crypto.OSSL_PROVIDER_try_load(NULL, name, 1);
	if (*ret)
		return 0;
	crypto.ERR_clear_error();
	return err_set(e, ERR_MISSING, "libcrypto has no provider '%s' here", name);
}

void libcrypto_bio_free(BIO **b)
{
	if (*b)
		crypto.BIO_free(*b);
}

void libcrypto_context_free(EVP_MD_CTX **c)
{
	if (*c)
		crypto.EVP_MD_CTX_free(*c);
}

void libcrypto_store_close(OSSL_STORE_CTX **s)
{
	if (*s)
		crypto.OSSL_STORE_close(*s);
}

int libcrypto_fail(struct err *e, const char *format, ...)
{
	const char *reason = crypto.ERR_reason_error_string(crypto.ERR_peek_last_error());
	char text[sizeof(e->text)];
	va_list ap;

	va_start(ap, format);
	vsnprintf(text, sizeof(text), format, ap);
	va_end(ap);
	crypto.ERR_clear_error();
	return err_set(e, ERR_INPUT, "%s: %s", text, reason ? reason : "libcrypto says no reason");
}
