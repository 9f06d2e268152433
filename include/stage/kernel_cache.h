#ifndef MKOS_STAGE_KERNEL_CACHE_H
#define MKOS_STAGE_KERNEL_CACHE_H

/*
 * Kernels that were built before, kept per user in
 * $XDG_CACHE_HOME/mvirt-mkos (or ~/.cache/mvirt-mkos) under the hash of all
 * that went into them: a second checkout or a fresh clone need not build them
 * again. The 24 that were used last are kept. A cache that cannot be read or written costs time, never the build.
 */

#include "base/err.h"
#include "stage/manifest.h"

#include <stdbool.h>

/* Copies the kept bzImage, vmlinux and .config into kernel/; *ret_found tells whether there is one. */
MUST_CHECK int kernel_cache_get(const struct inputs *inputs, bool sync, bool *ret_found,
				struct err *e);

/* Keeps kernel/'s bzImage, vmlinux and .config. Warns when it cannot. */
void kernel_cache_put(const struct inputs *inputs);

#endif
