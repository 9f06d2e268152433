#ifndef MKOS_STAGE_UKI_GATHER_H
#define MKOS_STAGE_UKI_GATHER_H

/* Options become the content of sections: files are opened and looked at, texts are read. */

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

void uki_gathered_done(struct uki_gathered *g);

/*
 * `pcrpkey` is the content of .pcrpkey when no file is named, or NULL. What was gathered before a
 * failure stays, for uki_gathered_done().
 */
MUST_CHECK int uki_gather(const struct uki_options *options, const struct buf *pcrpkey,
			  struct uki_gathered *g, struct err *e);

/* TEXT or @PATH. A file without content is refused: that is hardly what was meant. */
MUST_CHECK int uki_read_value(const char *value, const char *what, struct buf *to, struct err *e);

#endif
