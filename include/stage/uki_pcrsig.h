#ifndef MKOS_STAGE_UKI_PCRSIG_H
#define MKOS_STAGE_UKI_PCRSIG_H

/* The sections .pcrsig of a UKI: one for the whole, or one behind each .profile. */

#include "stage/pcr_signing.h"
#include "stage/uki_gathered.h"

/*
 * Measures the plan of what was gathered, adds a .pcrsig for each profile that is to be signed to
 * the latter, and all policies to *all. The plan has to be made anew then.
 */
MUST_CHECK int uki_pcrsig_sign(const struct pcr_signers *signers, const struct uki_plan *plan,
			       struct uki_gathered *g, struct pcr_policies *all, struct err *e);

/* Reads the signatures that the options give into g->given. */
MUST_CHECK int uki_pcrsig_read(const struct uki_options *options, struct uki_gathered *g,
			       struct err *e);

/* Adds them as they are, as the .pcrsig of a UKI without profiles. */
MUST_CHECK int uki_pcrsig_put(struct uki_gathered *g, struct err *e);

/*
 * Puts an old .pcrsig, which has policies, with their signatures out of g->given. Fails when there
 * is a policy without.
 */
MUST_CHECK int uki_pcrsig_fill(struct uki_gathered *g, struct uki_parts *to,
			       const struct source *file, const struct pe_section *old,
			       struct err *e);

/* After the last one: fails when one of g->given is of no policy there is. */
MUST_CHECK int uki_pcrsig_filled(struct uki_gathered *g, struct err *e);

#endif
