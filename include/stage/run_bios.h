#ifndef MKOS_STAGE_RUN_BIOS_H
#define MKOS_STAGE_RUN_BIOS_H

/* Does a BIOS find something to start in an ISO or a disk? One that does not stays mute. */

#include "base/source.h"
#include "stage/run_plan.h"

/* Refuses an image that has nothing; one that cannot be looked into (qcow2) passes. */
MUST_CHECK int run_check_bios(const struct run_plan *p, const struct source *image, struct err *e);

#endif
