#ifndef MKOS_STAGE_INITRAMFS_PIDEISN_H
#define MKOS_STAGE_INITRAMFS_PIDEISN_H

/* What PID 1 would say about its configuration when the image boots. Part of initramfs_plan(). */

#include "stage/initramfs.h"

/* Every sentence is doubtful: PID 1 skips what is wrong, and the image does not do what it says. */
MUST_CHECK int initramfs_check_pideisn(const struct initramfs_options *options,
				       const struct image_tree *plan, struct err *e);

#endif
