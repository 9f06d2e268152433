#ifndef MKOS_STAGE_EVENTLOG_H
#define MKOS_STAGE_EVENTLOG_H

/*
 * Compares what a firmware's event log says was measured with what was
 * predicted, event by event, for each register and bank. The log is replayed, not
 * believed to be that of a TPM: for that its registers have to have the same values.
 */

#include "format/tpm_eventlog.h"
#include "stage/measure.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What of a log parts from the prediction, or that nothing does. */
struct eventlog_check {
	unsigned int pcr;
	enum digest_kind bank;
	struct digest_value logged, predicted; /* what the register comes to */
	size_t alike;			       /* events that are as predicted */
	bool parts;
	/* The first event that is not; none when the log ends before what was predicted. */
	bool has_event;
	uint64_t number;
	char type[TPM_EVENT_TEXT], text[TPM_EVENT_TEXT];
	struct digest_value event;
	/* What was predicted in its place; NULL: nothing more. */
	const char *what;
	struct digest_value wanted;
};

struct eventlog_report {
	uint64_t events; /* of the log, the header aside */
	size_t variant;	 /* of the predictions, the one that it is most like */
	struct eventlog_check *checks;
	size_t n;
	bool parts; /* one of them does */
};

void eventlog_report_done(struct eventlog_report *r);
#define AUTO_EVENTLOG_REPORT AUTO(eventlog_report_done) struct eventlog_report

/*
 * `results` are of the same UKI, with trails and without phases, and outlive the report. Banks
 * that the log has not are passed over; `banks` are those that were asked for by name.
 */
MUST_CHECK int stage_eventlog(const char *path, const struct measure_result *results, size_t n,
			      const bool banks[DIGEST_KINDS], struct eventlog_report *ret,
			      struct err *e);

#endif
