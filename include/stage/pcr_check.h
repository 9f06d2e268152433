#ifndef MKOS_STAGE_PCR_CHECK_H
#define MKOS_STAGE_PCR_CHECK_H

/*
 * Judges the signatures in a UKI's sections .pcrsig (format/pcr_policy.h): are they of values that PCR
 * 11 has when it boots, and by whose key.
 */

#include "base/source.h"
#include "format/pcr_policy.h"
#include "stage/measure.h"

#include <stdbool.h>
#include <stddef.h>

struct pcr_check_options {
	const struct strv *public_keys;	 /* files of those who may sign; NULL: none */
	const struct strv *certificates; /* the same */
	const char *certificate_provider;
	bool believe_pcrpkey;	   /* the key in the UKI may sign, too */
	const struct strv *phases; /* that are signed beside systemd's four; NULL: none */
};

struct pcr_check {
	struct pcr_policy policy; /* without ref and sig */
	size_t profile;
	const char *id;	   /* of the profile, "" when it has none; belongs to the report */
	const char *phase; /* the first in which PCR 11 has that value; NULL: in none */
	char *reference;   /* NULL: none */
	const char *fault; /* NULL: it is good */
};

struct pcr_report {
	struct measure_result measured;
	struct pcr_check *checks;
	size_t n;
	bool is_good; /* there is a signature, and each is good */
};

void pcr_report_done(struct pcr_report *r);
#define AUTO_PCR_REPORT AUTO(pcr_report_done) struct pcr_report

/* Of a UKI that is written, or only planned. */
MUST_CHECK int pcr_check(const struct source *uki, const struct pcr_check_options *options,
			 struct pcr_report *ret, struct err *e);

/* Fails with the first fault. */
MUST_CHECK int pcr_check_strictly(const struct source *uki, const struct pcr_check_options *options,
				  struct err *e);

#endif
