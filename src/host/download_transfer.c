#include "host/download_transfer.h"

#include "host/clock.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

enum { TRIES = 3, REDIRECTS = 10, BACK_OFF_MS = 1000, SLOWEST = 64 };

static int commit(struct transfer *t, struct err *e)
{
	t->total = t->part.size;
	t->state = TRANSFER_DONE;
	return part_commit(&t->part, t->file->path, t->options->sync, e);
}

int transfer_begin(struct transfer *t, const struct curl_library *curl, const struct download *file,
		   const struct download_options *options, struct err *e)
{
	uint64_t max = file->size && file->size < file->max_bytes ? file->size : file->max_bytes;
	char hex[HASH_HEX];

	*t = (struct transfer){
		.curl = curl,
		.file = file,
		.options = options,
		.part = PART_INIT,
		.total = file->size,
	};
	/* What was not meant to be gone on with is of no use. */
	if (part_open(&t->part, file->path, file->sha256 ? max : 0, e) < 0)
		return -1;
	if (!file->sha256 || t->part.size == 0)
		return 0;
	/* An earlier run may have ended just before the rename. */
	if (hash_hex(&t->part.hash, hex, e) < 0)
		return -1;
	return strcmp(hex, file->sha256) ? 0 : commit(t, e);
}

void transfer_done(struct transfer *t, bool keep)
{
	if (t->easy)
		t->curl->curl_easy_cleanup(t->easy);
	t->easy = NULL;
	part_close(&t->part, keep && t->file->sha256);
}

/* "bytes 100-199/200": what is sent begins at 100. */
static bool range_start(const char *value, uint64_t *ret)
{
	char *end;

	value += strspn(value, " \t");
	if (strncasecmp(value, "bytes ", 6) || value[6] < '0' || value[6] > '9')
		return false;
	*ret = strtoull(value + 6, &end, 10);
	return *end == '-';
}

static bool header_is(const char *line, size_t len, const char *name)
{
	size_t n = strlen(name);

	return len > n && line[n] == ':' && !strncasecmp(line, name, n);
}

/* Called with each line of each head, those of redirects included. */
static size_t on_header(char *data, size_t size, size_t n, void *context)
{
	struct transfer *t = context;
	size_t len = size * n;
	char line[512];

	snprintf(line, sizeof(line), "%.*s", (int)(len < sizeof(line) ? len : sizeof(line) - 1),
		 data);
	line[strcspn(line, "\r\n")] = '\0';
	if (!strncmp(line, "HTTP/", 5)) {
		t->has_range = false;
		t->html = false;
	} else if (header_is(line, len, "content-range")) {
		t->has_range = range_start(line + 14, &t->range_start);
	} else if (header_is(line, len, "content-type")) {
		t->html = strcasestr(line, "text/html") != NULL;
	} else if (header_is(line, len, "location")) {
		const char *value = line + 9 + strspn(line + 9, " \t");

		snprintf(t->location, sizeof(t->location), "%.200s", value);
	}
	return len;
}

static int too_long(const struct transfer *t, struct err *e)
{
	if (t->file->size)
		return err_set(e, ERR_LIMIT, "it is longer than the %llu bytes it has to have",
			       (unsigned long long)t->file->size);
	return err_set(e, ERR_LIMIT, "it is longer than the %llu bytes that are allowed",
		       (unsigned long long)t->file->max_bytes);
}

static uint64_t cap(const struct transfer *t)
{
	return t->file->size ? t->file->size : t->file->max_bytes;
}

/* Looks at the head of the reply, before the first byte of its body is taken. */
static int look(struct transfer *t, struct err *e)
{
	curl_off_t length = -1;
	long status = 0;

	t->looked = true;
	if (t->curl->curl_easy_getinfo(t->easy, CURLINFO_RESPONSE_CODE, &status) != CURLE_OK ||
	    t->curl->curl_easy_getinfo(t->easy, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &length) !=
		    CURLE_OK)
		return err_set(e, ERR_SYSTEM, "libcurl cannot tell how the server answered");
	if (status == 206 && (!t->has_range || t->range_start != t->from)) {
		t->wrong_range = true;
		return err_set(e, ERR_NETWORK,
			       "the server sent another part of the file than was asked for");
	}
	if (status != 200 && status != 206)
		return err_set(e, ERR_NETWORK, "the server answered %ld", status);
	/* A server that knows no ranges sends all of it. */
	if (status == 200 && t->from) {
		if (part_restart(&t->part, e) < 0)
			return -1;
		t->from = 0;
	}
	if (length >= 0 && (uint64_t)length > cap(t) - t->from)
		return too_long(t, e);
	if (length > 0)
		t->total = t->from + (uint64_t)length;
	return 0;
}

static int take(struct transfer *t, const char *data, size_t len, struct err *e)
{
	if (!t->looked && look(t, e) < 0)
		return -1;
	if (len > cap(t) - t->part.size)
		return too_long(t, e);
	t->received += len;
	return part_put(&t->part, data, len, e);
}

static size_t on_data(char *data, size_t size, size_t n, void *context)
{
	struct transfer *t = context;
	size_t len = size * n;

	/* Any other number than len breaks the request off. */
	return take(t, data, len, &t->failure) < 0 ? len + 1 : len;
}

#define SET(t, option, value) ((t)->curl->curl_easy_setopt((t)->easy, option, value) != CURLE_OK)

static int configure(struct transfer *t, struct err *e)
{
	const char *authorities = curl_authorities();
	long seconds = (long)transfer_timeout_s(t);
	char range[32];

	snprintf(range, sizeof(range), "%llu-", (unsigned long long)t->from);
	if (SET(t, CURLOPT_URL, t->file->url) || SET(t, CURLOPT_PROTOCOLS_STR, "https") ||
	    SET(t, CURLOPT_REDIR_PROTOCOLS_STR, "https") || SET(t, CURLOPT_FOLLOWLOCATION, 1L) ||
	    SET(t, CURLOPT_MAXREDIRS, (long)REDIRECTS) || SET(t, CURLOPT_FAILONERROR, 1L) ||
	    SET(t, CURLOPT_SSL_VERIFYPEER, 1L) || SET(t, CURLOPT_SSL_VERIFYHOST, 2L) ||
	    (authorities && SET(t, CURLOPT_CAINFO, authorities)) || SET(t, CURLOPT_NOSIGNAL, 1L) ||
	    SET(t, CURLOPT_CONNECTTIMEOUT, seconds) ||
	    SET(t, CURLOPT_LOW_SPEED_LIMIT, (long)SLOWEST) ||
	    SET(t, CURLOPT_LOW_SPEED_TIME, seconds) ||
	    SET(t, CURLOPT_USERAGENT, "mvirt-mkos/" MKOS_VERSION) ||
	    SET(t, CURLOPT_ERRORBUFFER, t->message) ||
	    SET(t, CURLOPT_RANGE, t->from ? range : NULL) ||
	    SET(t, CURLOPT_HEADERFUNCTION, on_header) || SET(t, CURLOPT_HEADERDATA, t) ||
	    SET(t, CURLOPT_WRITEFUNCTION, on_data) || SET(t, CURLOPT_WRITEDATA, t) ||
	    SET(t, CURLOPT_PRIVATE, t))
		return err_set(e, ERR_SYSTEM,
			       "libcurl is too old, or was built without https: install libcurl4 "
			       "of this distribution");
	return 0;
}

int transfer_request(struct transfer *t, struct err *e)
{
	if (!t->easy)
		t->easy = t->curl->curl_easy_init();
	if (!t->easy)
		return err_memory(e);
	t->from = t->part.size;
	t->looked = t->has_range = t->wrong_range = t->html = false;
	t->location[0] = '\0';
	t->message[0] = '\0';
	t->failure = (struct err)ERR_INIT;
	t->tries++;
	t->state = TRANSFER_RUNS;
	return configure(t, e);
}

static long status_of(const struct transfer *t)
{
	long status = 0;

	return t->curl->curl_easy_getinfo(t->easy, CURLINFO_RESPONSE_CODE, &status) == CURLE_OK
		       ? status
		       : 0;
}

/* Failures that the next try may not have. */
static bool may_pass(const struct transfer *t, CURLcode code)
{
	long status;

	switch (code) {
	case CURLE_COULDNT_RESOLVE_PROXY:
	case CURLE_COULDNT_RESOLVE_HOST:
	case CURLE_COULDNT_CONNECT:
	case CURLE_PARTIAL_FILE:
	case CURLE_OPERATION_TIMEDOUT:
	case CURLE_GOT_NOTHING:
	case CURLE_SEND_ERROR:
	case CURLE_RECV_ERROR:
	case CURLE_HTTP2:
	case CURLE_HTTP2_STREAM:
	case CURLE_SSL_CONNECT_ERROR:
		return true;
	case CURLE_HTTP_RETURNED_ERROR:
		status = status_of(t);
		return status == 408 || status == 429 || status >= 500;
	default:
		return false;
	}
}

static int again(struct transfer *t, uint64_t pause_ms)
{
	t->state = TRANSFER_WAITS;
	t->not_before_ms = clock_ms() + pause_ms;
	return 0;
}

static int again_from_the_start(struct transfer *t, struct err *e)
{
	return part_restart(&t->part, e) < 0 ? -1 : again(t, 0);
}

static int wrong_hash(struct transfer *t, const char *hex, struct err *e)
{
	bool once_more = !t->started_over;

	t->started_over = true;
	if (part_restart(&t->part, e) < 0)
		return -1;
	/* What an earlier run left, or a try that was cut, may have been the wrong part of it. */
	if (once_more)
		return again(t, 0);
	return err_set(e, ERR_NETWORK, "what came has the SHA-256 %s, not %s%s", hex,
		       t->file->sha256,
		       t->html ? " (it is a web page: is there a login in the way?)" : "");
}

static int finish(struct transfer *t, struct err *e)
{
	char hex[HASH_HEX];

	if (!t->file->sha256)
		return commit(t, e);
	if (hash_hex(&t->part.hash, hex, e) < 0)
		return -1;
	return strcmp(hex, t->file->sha256) ? wrong_hash(t, hex, e) : commit(t, e);
}

int transfer_ended(struct transfer *t, CURLcode code, struct err *e)
{
	/* A reply without a body. */
	if (code == CURLE_OK && !t->looked && look(t, &t->failure) < 0)
		code = CURLE_WRITE_ERROR;
	/* An end without a length does not tell a whole file from a cut one. */
	if (code == CURLE_OK && t->part.size < t->file->size)
		code = CURLE_PARTIAL_FILE;
	if (code == CURLE_OK)
		return finish(t, e);
	if (t->tries < TRIES) {
		if (t->wrong_range ||
		    (code == CURLE_HTTP_RETURNED_ERROR && t->from && status_of(t) == 416))
			return again_from_the_start(t, e);
		if (may_pass(t, code))
			return again(t, BACK_OFF_MS << (t->tries - 1));
	}
	if (t->failure.kind == ERR_LIMIT && part_restart(&t->part, e) < 0)
		return -1;
	if (t->failure.kind != ERR_NONE) {
		*e = t->failure;
		return -1;
	}
	return transfer_explain(t, code, e);
}
