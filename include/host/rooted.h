#ifndef MKOS_HOST_ROOTED_H
#define MKOS_HOST_ROOTED_H

/* Files as a program sees them whose root is a folder: a system that is not the running one. */

#include "base/err.h"
#include "base/strv.h"

/*
 * Where the path of the folder's system is on the host, symbolic links followed as they are meant
 * there: absolute ones begin at the folder. NULL when nothing is there. A root of NULL is the host's.
 */
MUST_CHECK int rooted_find(const char *root, const char *path, char **ret, struct err *e);

/* Adds the paths below the root that match a shell pattern, sorted; none is no error. */
MUST_CHECK int rooted_match(const char *root, const char *pattern, struct strv *to, struct err *e);

#endif
