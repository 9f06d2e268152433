#ifndef MKOS_HOST_DEVICE_USE_H
#define MKOS_HOST_DEVICE_USE_H

/* Who uses a disk: what /proc and /sys say of it, its partitions and what is built on them. */

#include "base/err.h"

#include <sys/types.h>

/* Fails with a sentence that names the user of the disk. `path` is for that. */
MUST_CHECK int device_check_unused(const char *path, dev_t disk, struct err *e);

/* The same from these files, which have the form of /proc/self/mountinfo and /proc/swaps. */
struct device_tables {
	const char *mounts;
	const char *swaps;
	const char *devices; /* /sys/dev/block */
};

MUST_CHECK int device_check_tables(const struct device_tables *tables, const char *path, dev_t disk,
				   struct err *e);

#endif
