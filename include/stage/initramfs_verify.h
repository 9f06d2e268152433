#ifndef MKOS_STAGE_INITRAMFS_VERIFY_H
#define MKOS_STAGE_INITRAMFS_VERIFY_H

/* Is what was written what was meant? Part of initramfs_write(). */

#include "base/source.h"
#include "stage/initramfs_fill.h"

/*
 * Unpacks the output again and compares every entry, and the content of every
 * file, with the plan and the sums taken when it was read. Of an archive that
 * is not compressed the structure is compared, from the first header to the
 * last, and content only with its 070702 sum. The archive begins at `base`.
 */
MUST_CHECK int initramfs_verify(const struct initramfs_source *written, const struct source *output,
				uint64_t base, struct err *e);

#endif
