#ifndef MKOS_STAGE_CLEAN_H
#define MKOS_STAGE_CLEAN_H

/*
 * Deletes what was built, kernel/ and target/, and with `downloads` cache/ as
 * well. A folder without our mark is left alone and is an error; so is a
 * project in which another run is at work.
 */

#include "base/err.h"

#include <stdbool.h>
#include <stdint.h>

MUST_CHECK int stage_clean(bool downloads, uint64_t *ret_bytes, struct err *e);

#endif
