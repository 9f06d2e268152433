#ifndef MKOS_STAGE_VERIFY_H
#define MKOS_STAGE_VERIFY_H

/* Looks at every Secure Boot signature of an EFI program. */

#include "base/digest.h"
#include "base/strv.h"
#include "host/certificate.h"

#include <stdbool.h>

struct verify_signature {
	struct certificate_facts signer;
	bool is_good;
	bool is_intact;	 /* good, if its signer were trusted */
	char fault[256]; /* why firmware would not take it, in words */
	bool is_expired; /* or not valid yet: firmware does not look at dates, others do */
};

struct verify_report {
	char image_sha256[DIGEST_HEX];
	bool has_checksum; /* a checksum of 0 is none */
	bool checksum_is_right;
	uint64_t trailing; /* bytes behind the certificate table, which firmware refuses */
	struct verify_signature *signatures;
	size_t n_signatures;
	bool is_good; /* at least one signature is, and nothing is behind the table */
};

void verify_report_done(struct verify_report *r);
#define AUTO_VERIFY_REPORT AUTO(verify_report_done) struct verify_report

/*
 * `trusted` are files with certificates, as firmware has them in db: each ends a chain, a root or
 * not. NULL: signatures are looked at, but none is trusted.
 */
MUST_CHECK int stage_verify(const struct source *file, const struct strv *trusted,
			    struct verify_report *ret, struct err *e);

/* The same, with certificates that are in memory. */
MUST_CHECK int stage_verify_by(const struct source *file, const struct certificates *trusted,
			       struct verify_report *ret, struct err *e);

#endif
