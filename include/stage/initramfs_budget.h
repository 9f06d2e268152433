#ifndef MKOS_STAGE_INITRAMFS_BUDGET_H
#define MKOS_STAGE_INITRAMFS_BUDGET_H

/* What an initramfs takes, and whether it may. Part of initramfs_write(). */

#include "stage/initramfs.h"

/* Fills the parts of the summary that the plan and the sizes tell. */
void initramfs_account(const struct image_tree *plan, struct initramfs_summary *s);

/* Fails when a budget of the options is exceeded, naming what grew since the output there. */
MUST_CHECK int initramfs_check_budget(const struct initramfs_options *options,
				      const struct image_tree *plan,
				      const struct initramfs_summary *s, struct err *e);

/* Does a kernel of this configuration (a .config) unpack what the options ask for? */
MUST_CHECK int initramfs_check_kernel(const struct initramfs_options *options, struct err *e);

#endif
