#ifndef MKOS_STAGE_INITRAMFS_PROGRAMS_H
#define MKOS_STAGE_INITRAMFS_PROGRAMS_H

/*
 * Do the programs of an image find what they are started with: scripts their interpreter, programs
 * theirs and all libraries, those of libraries too? What they load while they run (dlopen) is not
 * known. Part of initramfs_check().
 */

#include "stage/initramfs.h"

/* Looks at every executable file of the plan; what is missing is doubtful. */
MUST_CHECK int initramfs_check_programs(const struct initramfs_options *options,
					const struct image_tree *plan, struct err *e);

#endif
