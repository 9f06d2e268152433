#ifndef MKOS_HOST_REMOVE_H
#define MKOS_HOST_REMOVE_H

/* Deleting files and folders. Symbolic links are removed, never followed. */

#include "base/err.h"

#include <stdint.h>

/* Removes a file, or a folder with all that is in it; what is not there is no error. */
MUST_CHECK int remove_tree(const char *path, uint64_t *ret_bytes, struct err *e);

#endif
