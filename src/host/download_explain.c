#include "host/download_transfer.h"

#include <stdio.h>

enum { TIMEOUT_S = 30 };

/* What OpenSSL says of a certificate (openssl/x509_vfy.h). */
enum {
	V_OK = 0,
	V_UNSPECIFIED = 1, /* libcurl compares the names before it asks for the rest */
	V_NOT_YET_VALID = 9,
	V_EXPIRED = 10,
	V_SELF_SIGNED = 18,
	V_SELF_SIGNED_IN_CHAIN = 19,
	V_NO_ISSUER = 20,
	V_NO_ISSUER_LEAF = 21,
};

uint64_t transfer_timeout_s(const struct transfer *t)
{
	return t->options->timeout_s ? t->options->timeout_s : TIMEOUT_S;
}

static int explain_certificate(const struct transfer *t, struct err *e)
{
	long result = -1;
	const char *why = t->message;

	if (t->curl->curl_easy_getinfo(t->easy, CURLINFO_SSL_VERIFYRESULT, &result) != CURLE_OK)
		result = -1;
	switch (result) {
	case V_OK:
	case V_UNSPECIFIED:
		why = "it is for another host";
		break;
	case V_NOT_YET_VALID:
		why = "it is not valid yet (is the clock right?)";
		break;
	case V_EXPIRED:
		why = "it has expired (is the clock right?)";
		break;
	case V_SELF_SIGNED:
	case V_SELF_SIGNED_IN_CHAIN:
	case V_NO_ISSUER:
	case V_NO_ISSUER_LEAF:
		why = "nobody whom this machine trusts has signed it (install ca-certificates, or "
		      "name a file of authorities in CURL_CA_BUNDLE)";
		break;
	default:
		break;
	}
	return err_set(e, ERR_NETWORK, "the server's certificate is refused: %s", why);
}

static int explain_status(const struct transfer *t, struct err *e)
{
	long status = 0;

	if (t->curl->curl_easy_getinfo(t->easy, CURLINFO_RESPONSE_CODE, &status) != CURLE_OK)
		status = 0;
	if (status == 404 || status == 410)
		return err_set(e, ERR_NETWORK, "it is not there (the server answers %ld)", status);
	return err_set(e, ERR_NETWORK, "the server answers %ld", status);
}

static int explain_cut(const struct transfer *t, struct err *e)
{
	unsigned long long size = t->part.size;

	if (size == 0)
		return err_set(e, ERR_NETWORK,
			       "the connection was cut before the first byte, %u times", t->tries);
	if (!t->file->sha256)
		return err_set(e, ERR_NETWORK, "the connection was cut after %llu bytes", size);
	return err_set(e, ERR_NETWORK,
		       "the connection was cut after %llu bytes, %u times (they are kept: run "
		       "again to go on)",
		       size, t->tries);
}

int transfer_explain(const struct transfer *t, CURLcode code, struct err *e)
{
	switch (code) {
	case CURLE_UNSUPPORTED_PROTOCOL:
		if (t->location[0])
			return err_set(e, ERR_NETWORK,
				       "the server redirects to '%s', which is not https",
				       t->location);
		return err_set(e, ERR_INPUT, "it is not an https URL");
	case CURLE_URL_MALFORMAT:
		return err_set(e, ERR_INPUT, "it is not a URL");
	case CURLE_TOO_MANY_REDIRECTS:
		return err_set(e, ERR_NETWORK, "the server redirects in circles");
	case CURLE_PEER_FAILED_VERIFICATION:
		return explain_certificate(t, e);
	case CURLE_SSL_CACERT_BADFILE:
		return err_set(e, ERR_INPUT,
			       "the file of certificate authorities '%s' is of no use",
			       curl_authorities() ? curl_authorities() : "of libcurl");
	case CURLE_HTTP_RETURNED_ERROR:
		return explain_status(t, e);
	case CURLE_COULDNT_RESOLVE_PROXY:
		return err_set(e, ERR_NETWORK, "the name of the proxy is not known here");
	case CURLE_COULDNT_RESOLVE_HOST:
		return err_set(e, ERR_NETWORK, "the name of the server is not known here");
	case CURLE_COULDNT_CONNECT:
		return err_set(e, ERR_NETWORK, "there is no connection to the server");
	case CURLE_OPERATION_TIMEDOUT:
		return err_set(e, ERR_NETWORK, "nothing came for %llu seconds, %u times",
			       (unsigned long long)transfer_timeout_s(t), t->tries);
	case CURLE_PARTIAL_FILE:
	case CURLE_GOT_NOTHING:
	case CURLE_SEND_ERROR:
	case CURLE_RECV_ERROR:
	case CURLE_HTTP2:
	case CURLE_HTTP2_STREAM:
		return explain_cut(t, e);
	case CURLE_OUT_OF_MEMORY:
		return err_memory(e);
	default:
		return err_set(e, ERR_NETWORK, "%s",
			       t->message[0] ? t->message : "libcurl failed without a reason");
	}
}
