#ifndef MKOS_STAGE_UKI_UPDATE_H
#define MKOS_STAGE_UKI_UPDATE_H

/* A UKI that is there as the source of all parts that are not given anew. */

#include "stage/uki_gathered.h"

/*
 * Opens options->update, and its stub becomes that of *g. *ret_given are the options that say
 * only what is new: nothing is taken for granted that a UKI made from nothing would get.
 */
MUST_CHECK int uki_update_begin(const struct uki_options *options, struct uki_gathered *g,
				struct uki_options *ret_given, struct err *e);

/* Puts the old sections between those that were gathered, each where it stood. */
MUST_CHECK int uki_update_finish(const struct uki_options *options, struct uki_gathered *g,
				 struct err *e);

/* Fails when the file was written to since it was opened. */
MUST_CHECK int uki_update_unchanged(const struct uki_update *u, struct err *e);

void uki_update_free(struct uki_update *u);

#endif
