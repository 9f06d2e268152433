#ifndef MKOS_FORMAT_UKI_LINT_H
#define MKOS_FORMAT_UKI_LINT_H

/*
 * What is wrong with a finished UKI, whoever made it. Much of it boots in one
 * firmware and hangs in another, so no boot test finds it.
 */

#include "base/err.h"
#include "base/source.h"
#include "base/strv.h"

/* Sentences; after 100 of a kind no more are kept. */
struct uki_findings {
	struct strv errors;   /* against a specification, or a boot that fails somewhere */
	struct strv warnings; /* doubtful */
};

void uki_findings_done(struct uki_findings *f);
#define AUTO_UKI_FINDINGS AUTO(uki_findings_done) struct uki_findings

/* Fails only where the file cannot be read as PE at all. */
MUST_CHECK int uki_lint(const struct source *s, struct uki_findings *ret, struct err *e);

#endif
