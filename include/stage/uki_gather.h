#ifndef MKOS_STAGE_UKI_GATHER_H
#define MKOS_STAGE_UKI_GATHER_H

/* Options become the content of sections: files are opened and looked at, texts are read. */

#include "stage/uki_gathered.h"

/* Closes and frees what was gathered, the update it began with too. */
void uki_gathered_done(struct uki_gathered *g);

/*
 * `pcrpkey` is the content of .pcrpkey when no file is named, or NULL. What was gathered before a
 * failure stays, for uki_gathered_done().
 */
MUST_CHECK int uki_gather(const struct uki_options *options, const struct buf *pcrpkey,
			  struct uki_gathered *g, struct err *e);

#endif
