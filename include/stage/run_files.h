#ifndef MKOS_STAGE_RUN_FILES_H
#define MKOS_STAGE_RUN_FILES_H

/*
 * The files that a run has for itself in its folder: variable store, EFI system
 * partition, the parts of a UKI. Made, or told as the commands that make them.
 */

#include "base/err.h"
#include "stage/run_plan.h"

MUST_CHECK int run_files_make(const struct run_plan *p, struct err *e);
void run_files_print(const struct run_plan *p);

/* A word as a shell takes it for one. */
void run_print_word(const char *word);

#endif
