#ifndef MKOS_HOST_CURL_H
#define MKOS_HOST_CURL_H

/* libcurl, loaded when the first download begins. For host/download* alone. */

#include "base/err.h"
#include "host/dynlib.h"

/* Without the type checks the names stay what they are, and can be members. */
#define CURL_DISABLE_TYPECHECK
#include <curl/curl.h>

#define CURL_SYMBOLS(X)             \
	X(curl_global_init)         \
	X(curl_easy_init)           \
	X(curl_easy_cleanup)        \
	X(curl_easy_setopt)         \
	X(curl_easy_getinfo)        \
	X(curl_multi_init)          \
	X(curl_multi_cleanup)       \
	X(curl_multi_add_handle)    \
	X(curl_multi_remove_handle) \
	X(curl_multi_perform)       \
	X(curl_multi_poll)          \
	X(curl_multi_info_read)

struct curl_library {
	DYNLIB_FIELDS(CURL_SYMBOLS)
};

/* Loads libcurl and makes it ready. */
MUST_CHECK int curl_load(const struct curl_library **ret, struct err *e);

/* Where the certificate authorities are, as curl(1) finds them; NULL: as libcurl was built. */
const char *curl_authorities(void);

#endif
