#ifndef MKOS_HOST_DOWNLOAD_TRANSFER_H
#define MKOS_HOST_DOWNLOAD_TRANSFER_H

/*
 * One file on its way: its part, the reply that is coming, and what its end
 * means: done, another try, or a failure. For host/download alone.
 */

#include "host/curl.h"
#include "host/download.h"
#include "host/download_part.h"

enum transfer_state { TRANSFER_WAITS, TRANSFER_RUNS, TRANSFER_DONE };

struct transfer {
	const struct curl_library *curl;
	const struct download *file;
	const struct download_options *options;
	CURL *easy;
	struct part part;
	enum transfer_state state;
	unsigned int tries;
	bool started_over;	/* after a wrong hash, which is done once */
	uint64_t not_before_ms; /* when the next try may begin */
	uint64_t received;	/* over the network, in all tries */
	uint64_t total;		/* of the file; 0: not known */

	/* Of the reply that is coming. */
	uint64_t from; /* what was asked for begins here */
	bool looked;   /* its head was looked at */
	bool has_range, wrong_range, html;
	uint64_t range_start;
	char location[256]; /* where the last redirect points to */
	char message[CURL_ERROR_SIZE];
	struct err failure; /* why we broke it off */
};

/* Opens the part. One that is whole already is put in place: nothing is left to do then. */
MUST_CHECK int transfer_begin(struct transfer *t, const struct curl_library *curl,
			      const struct download *file, const struct download_options *options,
			      struct err *e);

/* Makes the request for what is missing; t->easy is then ready to run. */
MUST_CHECK int transfer_request(struct transfer *t, struct err *e);

/* What the end of the request means; a failure is final. */
MUST_CHECK int transfer_ended(struct transfer *t, CURLcode code, struct err *e);

/* Releases everything; with `keep` the part stays for another run, when it may go on. */
void transfer_done(struct transfer *t, bool keep);

/* Seconds without a connection or a byte that end a try. */
uint64_t transfer_timeout_s(const struct transfer *t);

/* The sentence for a request that libcurl ended, without the URL; returns -1. */
int transfer_explain(const struct transfer *t, CURLcode code, struct err *e);

#endif
