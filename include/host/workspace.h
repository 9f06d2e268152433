#ifndef MKOS_HOST_WORKSPACE_H
#define MKOS_HOST_WORKSPACE_H

/*
 * The folders that we make in a project: cache/, kernel/ and target/. Each
 * carries a mark, so that clean never deletes a folder of somebody else's, and
 * the mark of target/ is what two runs in one project lock.
 */

#include "base/err.h"

#include <stdbool.h>
#include <stdint.h>

/* Makes the folder if need be and marks it. One with files in it but no mark is refused. */
MUST_CHECK int workspace_folder(const char *folder, struct err *e);

/* Does the folder carry our mark? */
bool workspace_is_ours(const char *folder);

/*
 * Takes the lock of a marked folder; the descriptor holds it until it is
 * closed. When another run has it the error names its process.
 */
MUST_CHECK int workspace_lock(const char *folder, int *ret_fd, struct err *e);

/* Deletes a marked folder with its content; one that is not there is no error. */
MUST_CHECK int workspace_remove(const char *folder, uint64_t *ret_bytes, struct err *e);

#endif
