#ifndef MKOS_STAGE_INITRD_LINT_H
#define MKOS_STAGE_INITRD_LINT_H

/* What the kernel would drop, misread or refuse of an initramfs made anywhere. */

#include "base/strv.h"
#include "stage/initrd_read.h"

struct initrd_findings {
	struct strv errors, warnings;
};

#define INITRD_FINDINGS_INIT        \
	{                           \
		.errors = STRV_INIT \
	}

void initrd_findings_done(struct initrd_findings *f);
#define AUTO_INITRD_FINDINGS AUTO(initrd_findings_done) struct initrd_findings

/* An archive that cannot be read to its end is an error in the findings too. */
MUST_CHECK int initrd_lint(const struct source *from, const struct initrd_limits *limits,
			   struct initrd_findings *ret, struct err *e);

#endif
