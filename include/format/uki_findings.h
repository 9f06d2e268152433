#ifndef MKOS_FORMAT_UKI_FINDINGS_H
#define MKOS_FORMAT_UKI_FINDINGS_H

/* What is wrong with a UKI: each finding names its rule, the section and the cure. */

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>

struct uki_rule {
	const char *name;
	const char *cure; /* what to do, as an order */
};

struct uki_finding {
	const struct uki_rule *rule;
	char section[9]; /* "": the whole image */
	char *text;	 /* a sentence */
};

struct uki_finding_list {
	struct uki_finding *v;
	size_t n;
};

/* After 100 of a kind no more are kept. */
struct uki_findings {
	struct uki_finding_list
		errors; /* against a specification, or a boot that fails somewhere */
	struct uki_finding_list warnings; /* doubtful */
	/* A failure to keep a finding is kept, so that rules read as rules. */
	bool failed;
	struct err error;
};

#define UKI_FINDINGS_INIT        \
	{                        \
		.failed = false, \
	}

void uki_findings_done(struct uki_findings *f);
#define AUTO_UKI_FINDINGS AUTO(uki_findings_done) struct uki_findings

/* `section` may be NULL. */
void uki_wrong(struct uki_findings *f, const struct uki_rule *rule, const char *section,
	       const char *format, ...) PRINTF_LIKE(4, 5);
void uki_doubtful(struct uki_findings *f, const struct uki_rule *rule, const char *section,
		  const char *format, ...) PRINTF_LIKE(4, 5);

#endif
