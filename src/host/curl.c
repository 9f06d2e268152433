#include "host/curl.h"

static struct curl_library library;

#define ROW(f) {#f, (void **)&library.f},
static const struct dynlib_symbol symbols[] = {CURL_SYMBOLS(ROW)};
static bool loaded;
static const struct dynlib libcurl = {
	"libcurl.so.4", "libcurl4", symbols, ARRAY_LEN(symbols), &loaded,
};

int curl_load(const struct curl_library **ret, struct err *e)
{
	bool first = !loaded;

	if (dynlib_load(&libcurl, e) < 0)
		return -1;
	if (first && library.curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		return err_set(e, ERR_SYSTEM, "libcurl cannot be made ready");
	*ret = &library;
	return 0;
}

const char *curl_authorities(void)
{
	static const char *const variables[] = {"CURL_CA_BUNDLE", "SSL_CERT_FILE"};

	for (size_t i = 0; i < ARRAY_LEN(variables); i++) {
		const char *value = getenv(variables[i]);

		if (value && *value)
			return value;
	}
	return NULL;
}
