#ifndef MKOS_STAGE_INITRAMFS_CHECK_H
#define MKOS_STAGE_INITRAMFS_CHECK_H

/* Would this image start? Part of initramfs_plan(). */

#include "stage/initramfs.h"

/*
 * An /init that the kernel cannot start is an error; none at all is doubtful,
 * and so are programs whose interpreter is not in the image.
 */
MUST_CHECK int initramfs_check(const struct initramfs_options *options,
			       const struct image_tree *plan, struct err *e);

#endif
