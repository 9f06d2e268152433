#ifndef MKOS_STAGE_UKI_GATHERED_H
#define MKOS_STAGE_UKI_GATHERED_H

/* What the options of a UKI came to: the content of its sections, opened. */

#include "format/pcr_policy.h"
#include "format/uki.h"
#include "stage/uki.h"
#include "stage/uki_parts.h"

struct uki_update;

struct uki_gathered {
	enum uki_kind kind;
	struct uki_parts base;
	struct uki_parts profiles; /* from the base's own .profile on */
	const struct source *stub;
	struct linux_image kernel;  /* of the base, when it has one */
	struct strv sbat;	    /* texts */
	struct pcr_policies given;  /* PCR signatures made elsewhere */
	struct pcr_policies filled; /* those that have their place */
	struct uki_update *update;  /* NULL: made from nothing */
};

#endif
