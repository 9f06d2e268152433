#ifndef MKOS_STAGE_INITRAMFS_VERIFY_H
#define MKOS_STAGE_INITRAMFS_VERIFY_H

/* Is what was written what was meant? Part of initramfs_write(). */

#include "base/source.h"
#include "stage/initramfs_fill.h"

/*
 * Unpacks the output again and compares every entry, and the content of every
 * file, with the plan and the sums taken when it was read; content that the
 * kernel copied from file to file is not read again. The archive begins at `base`.
 */
MUST_CHECK int initramfs_verify(const struct initramfs_source *written, const struct source *output,
				uint64_t base, struct err *e);

#endif
