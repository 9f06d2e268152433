#include "stage/eventlog.h"

#include "host/file.h"
#include "host/hash.h"

#include <stdlib.h>
#include <string.h>

/* Firmware gives a log 64 KiB to begin with, and few need more. */
enum { EVENTLOG_MAX = 16 << 20 };

struct comparing {
	struct buf text;
	struct tpm_eventlog start; /* at the first event */
	struct hash hashes[DIGEST_KINDS];
	struct eventlog_report report;
};

void eventlog_report_done(struct eventlog_report *r)
{
	free(r->checks);
	*r = (struct eventlog_report){.n = 0};
}

static void comparing_done(struct comparing *c)
{
	buf_done(&c->text);
	for (size_t i = 0; i < DIGEST_KINDS; i++)
		hash_done(&c->hashes[i]);
	eventlog_report_done(&c->report);
}

/* Reads all of the log once, so that what is wrong with it is told whatever is compared. */
static int open_log(struct comparing *c, const char *path, struct err *e)
{
	struct tpm_eventlog log;
	struct tpm_event event;
	int r;

	/* In /sys it has no size. */
	if (file_read_stream(path, EVENTLOG_MAX, &c->text, e) < 0 ||
	    tpm_eventlog_init(&c->start, buf_str(&c->text), c->text.len, path, e) < 0)
		return -1;
	log = c->start;
	while ((r = tpm_eventlog_next(&log, &event, e)) > 0)
		c->report.events++;
	return r;
}

static int check_banks(struct comparing *c, const bool asked[DIGEST_KINDS], struct err *e)
{
	bool any = false;

	for (size_t i = 0; i < DIGEST_KINDS; i++) {
		enum digest_kind kind = (enum digest_kind)i;

		if (asked[i] && !c->start.has[i])
			return err_set(e, ERR_INPUT, "'%s' has no bank %s", c->start.name,
				       digest_name(kind));
		if (!c->start.has[i])
			continue;
		if (hash_begin_kind(&c->hashes[i], kind, e) < 0)
			return -1;
		any = true;
	}
	return any ? 0
		   : err_set(e, ERR_INPUT,
			     "'%s' has none of the banks sha1, sha256, sha384, sha512",
			     c->start.name);
}

static void note_parting(struct eventlog_check *check, const struct tpm_event *event)
{
	check->parts = true;
	check->has_event = true;
	check->number = event->number;
	tpm_event_type_text(event->type, check->type);
	tpm_event_describe(event, check->text);
	check->event = event->digests[check->bank];
}

static void note_wanted(struct eventlog_check *check, const struct pcr_trail *trail)
{
	check->parts = true;
	if (check->alike == trail->n)
		return;
	check->what = trail->of[check->alike].what;
	check->wanted = trail->of[check->alike].event;
}

/* One more event of the register: is it the one that was predicted? */
static void compare_event(struct eventlog_check *check, const struct pcr_trail *trail,
			  const struct tpm_event *event)
{
	const struct digest_value *got = &event->digests[check->bank];

	if (check->parts)
		return;
	if (check->alike < trail->n &&
	    !memcmp(got->bytes, trail->of[check->alike].event.bytes, digest_size(check->bank))) {
		check->alike++;
		return;
	}
	note_parting(check, event);
	note_wanted(check, trail);
}

static int compare_value(struct comparing *c, const struct measure_value *v,
			 struct eventlog_check *check, struct err *e)
{
	struct tpm_eventlog log = c->start;
	struct tpm_event event;
	struct pcr pcr;
	int r;

	*check = (struct eventlog_check){.pcr = v->pcr, .bank = v->bank, .predicted = v->value};
	pcr_init(&pcr, v->bank);
	while ((r = tpm_eventlog_next(&log, &event, e)) > 0) {
		if (event.pcr != v->pcr || event.type == TPM_EVENT_NO_ACTION)
			continue;
		if (!event.has[v->bank])
			return err_set(e, ERR_INPUT, "'%s': event %llu has no digest for %s",
				       log.name, (unsigned long long)event.number,
				       digest_name(v->bank));
		if (pcr_extend(&pcr, &c->hashes[v->bank].digest, &event.digests[v->bank], e) < 0)
			return -1;
		compare_event(check, v->trail, &event);
	}
	if (r < 0)
		return -1;
	if (!check->parts && check->alike < v->trail->n)
		note_wanted(check, v->trail);
	check->logged = pcr.value;
	return 0;
}

static int by_register(const void *a, const void *b)
{
	const struct eventlog_check *x = a, *y = b;

	if (x->pcr != y->pcr)
		return x->pcr < y->pcr ? -1 : 1;
	return (int)x->bank - (int)y->bank;
}

/* All values of one variant, into a report of their own. */
static int compare_variant(struct comparing *c, const struct measure_result *results, size_t n,
			   size_t variant, struct eventlog_report *ret, struct err *e)
{
	AUTO_EVENTLOG_REPORT report = {.events = c->report.events, .variant = variant};
	size_t most = 0;

	for (size_t i = 0; i < n; i++)
		most += results[i].n_values;
	report.checks = calloc(most + 1, sizeof(*report.checks));
	if (!report.checks)
		return err_memory(e);
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < results[i].n_values; k++) {
			const struct measure_value *v = &results[i].values[k];

			if (v->variant != variant || !c->start.has[v->bank])
				continue;
			if (compare_value(c, v, &report.checks[report.n], e) < 0)
				return -1;
			report.parts = report.parts || report.checks[report.n].parts;
			report.n++;
		}
	qsort(report.checks, report.n, sizeof(*report.checks), by_register);
	*ret = report;
	report = (struct eventlog_report){.n = 0};
	return 0;
}

static size_t likeness(const struct eventlog_report *r)
{
	size_t sum = 0;

	for (size_t i = 0; i < r->n; i++)
		sum += r->checks[i].alike;
	return sum;
}

/* Is it more like the log than what was found before? */
static bool is_better(const struct eventlog_report *r, const struct eventlog_report *than)
{
	if (!than->checks)
		return true;
	if (r->parts != than->parts)
		return than->parts;
	return likeness(r) > likeness(than);
}

int stage_eventlog(const char *path, const struct measure_result *results, size_t n,
		   const bool banks[DIGEST_KINDS], struct eventlog_report *ret, struct err *e)
{
	AUTO(comparing_done) struct comparing c = {.text = BUF_INIT};
	size_t variants = n ? results[0].n_variants : 0;

	if (open_log(&c, path, e) < 0 || check_banks(&c, banks, e) < 0)
		return -1;
	for (size_t i = 0; i < variants; i++) {
		struct eventlog_report report;

		if (compare_variant(&c, results, n, i, &report, e) < 0)
			return -1;
		if (is_better(&report, &c.report)) {
			eventlog_report_done(&c.report);
			c.report = report;
		} else {
			eventlog_report_done(&report);
		}
	}
	*ret = c.report;
	c.report = (struct eventlog_report){.n = 0};
	return 0;
}
