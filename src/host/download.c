#include "host/download.h"

#include "base/path.h"
#include "host/clock.h"
#include "host/download_transfer.h"
#include "host/progress.h"

#include <stdio.h>

enum { AT_ONCE = 4, LOOK_MS = 100 };

/* All transfers of one call. */
struct run {
	const struct curl_library *curl;
	CURLM *multi;
	struct transfer *transfers;
	size_t n;	/* those that were begun */
	size_t running; /* those that are in `multi` */
	struct progress progress;
};

static void run_done(struct run *r)
{
	for (size_t i = 0; i < r->n; i++) {
		struct transfer *t = &r->transfers[i];

		if (t->state == TRANSFER_RUNS)
			r->curl->curl_multi_remove_handle(r->multi, t->easy);
		transfer_done(t, true);
	}
	if (r->multi)
		r->curl->curl_multi_cleanup(r->multi);
	free(r->transfers);
}

static int failed_of(const struct transfer *t, struct err *e)
{
	struct err why = *e;

	if ((why.kind != ERR_NETWORK && why.kind != ERR_LIMIT) || !t->file->instead)
		return err_ctx(e, "fetch '%.400s'", t->file->url);
	return err_set(e, why.kind, "fetch '%.300s': %.300s: %.300s", t->file->url, why.text,
		       t->file->instead);
}

static int start(struct run *r, struct transfer *t, struct err *e)
{
	if (transfer_request(t, e) < 0)
		return failed_of(t, e);
	if (r->curl->curl_multi_add_handle(r->multi, t->easy) != CURLM_OK) {
		t->state = TRANSFER_WAITS;
		return err_memory(e);
	}
	r->running++;
	return 0;
}

/* Starts those whose time has come; *ret_left: how many are not done. */
static int start_ready(struct run *r, size_t *ret_left, struct err *e)
{
	uint64_t now = clock_ms();

	*ret_left = 0;
	for (size_t i = 0; i < r->n; i++) {
		struct transfer *t = &r->transfers[i];

		*ret_left += t->state != TRANSFER_DONE;
		if (t->state == TRANSFER_WAITS && t->not_before_ms <= now && r->running < AT_ONCE &&
		    start(r, t, e) < 0)
			return -1;
	}
	return 0;
}

static struct transfer *transfer_of(struct run *r, const CURL *easy)
{
	for (size_t i = 0; i < r->n; i++)
		if (r->transfers[i].easy == easy)
			return &r->transfers[i];
	return NULL;
}

static int take_ended(struct run *r, struct err *e)
{
	const CURLMsg *message;
	int left;

	while ((message = r->curl->curl_multi_info_read(r->multi, &left))) {
		struct transfer *t = transfer_of(r, message->easy_handle);
		CURLcode code = message->data.result;

		if (message->msg != CURLMSG_DONE || !t)
			continue;
		r->curl->curl_multi_remove_handle(r->multi, t->easy);
		r->running--;
		t->state = TRANSFER_WAITS;
		if (transfer_ended(t, code, e) < 0)
			return failed_of(t, e);
	}
	return 0;
}

/* "3.1 MiB of 140.2 MiB, 2.0 MiB/s, 1 m 08 s left"; what is left only when every size is known. */
static void show(struct run *r)
{
	uint64_t have = 0, total = 0, received = 0, ms = clock_ms() - r->progress.started_ms + 1;
	char got[32], all[32], rate[32], left[32], text[160];
	bool known = true;
	uint64_t a_second;

	for (size_t i = 0; i < r->n; i++) {
		const struct transfer *t = &r->transfers[i];

		have += t->state == TRANSFER_DONE ? t->total : t->part.size;
		total += t->total;
		received += t->received;
		known = known && t->total;
	}
	a_second = received * 1000 / ms;
	size_text(have, got, sizeof(got));
	size_text(a_second, rate, sizeof(rate));
	if (known && a_second && total >= have)
		snprintf(text, sizeof(text), "%s of %s, %s/s, %s left", got,
			 size_text(total, all, sizeof(all)), rate,
			 duration_text((total - have) * 1000 / a_second, left, sizeof(left)));
	else
		snprintf(text, sizeof(text), "%s, %s/s", got, rate);
	progress_update(&r->progress, text);
}

static int run_all(struct run *r, struct err *e)
{
	size_t left;
	int running;

	for (;;) {
		if (start_ready(r, &left, e) < 0)
			return -1;
		if (left == 0)
			return 0;
		if (r->curl->curl_multi_perform(r->multi, &running) != CURLM_OK)
			return err_set(e, ERR_SYSTEM, "libcurl failed");
		if (take_ended(r, e) < 0)
			return -1;
		show(r);
		if (r->curl->curl_multi_poll(r->multi, NULL, 0, LOOK_MS, NULL) != CURLM_OK)
			return err_set(e, ERR_SYSTEM, "libcurl failed to wait");
	}
}

static int begin(struct run *r, const struct download *files, size_t n,
		 const struct download_options *options, struct err *e)
{
	if (curl_load(&r->curl, e) < 0)
		return -1;
	r->multi = r->curl->curl_multi_init();
	r->transfers = calloc(n, sizeof(*r->transfers));
	if (!r->multi || !r->transfers)
		return err_memory(e);
	while (r->n < n) {
		struct transfer *t = &r->transfers[r->n];

		/* Also one that could not be begun is to be released. */
		if (transfer_begin(t, r->curl, &files[r->n++], options, e) < 0)
			return -1;
	}
	return 0;
}

int download_all(const struct download *files, size_t n, const struct download_options *options,
		 uint64_t *ret_bytes, struct err *e)
{
	AUTO(run_done) struct run r = {.multi = NULL};
	uint64_t bytes = 0;
	char what[128];
	int result;

	if (n == 0) {
		*ret_bytes = 0;
		return 0;
	}
	if (begin(&r, files, n, options, e) < 0)
		return -1;
	if (n == 1)
		snprintf(what, sizeof(what), "fetch %.100s", path_base(files[0].path));
	else
		snprintf(what, sizeof(what), "fetch %zu files", n);
	progress_begin(&r.progress, what);
	result = run_all(&r, e);
	progress_end(&r.progress);
	for (size_t i = 0; i < n; i++)
		bytes += r.transfers[i].received;
	if (result == 0)
		*ret_bytes = bytes;
	return result;
}
