#ifndef MKOS_STAGE_UKI_PIDEISN_H
#define MKOS_STAGE_UKI_PIDEISN_H

/*
 * The words of command lines that are for PID 1, pideisn.KEY=VALUE, judged when the UKI is made: one
 * that is wrong would be told on a console that nobody may see, and skipped.
 */

#include "stage/uki_gather.h"

/*
 * Of every .cmdline in what was gathered, when its initrds hold pideisn as /init; words for a foreign
 * one are none of ours. They are read only when one is wrong.
 */
MUST_CHECK int uki_check_pideisn(const struct uki_options *options, const struct uki_gathered *g,
				 struct err *e);

/* Of a recipe's command line, whose PID 1 is pideisn: the first wrong word is an error. */
MUST_CHECK int pideisn_check_words(const char *path, const char *cmdline, struct err *e);

#endif
