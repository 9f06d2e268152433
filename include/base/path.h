#ifndef MKOS_BASE_PATH_H
#define MKOS_BASE_PATH_H

/* Paths as text; nothing here looks at a file system. */

#include "base/err.h"

#include <stdbool.h>

/* "folder/name"; name alone when it is absolute or folder is "" or ".". */
MUST_CHECK int path_join(const char *folder, const char *name, char **ret, struct err *e);

/* What stands behind the last '/'. */
const char *path_base(const char *path);

/* What stands before the last '/': "." when there is none, "/" for the root. */
MUST_CHECK int path_folder(const char *path, char **ret, struct err *e);

/* An absolute path without ".", ".." and what they take away; "" for the root. */
MUST_CHECK int path_without_dots(const char *path, char **ret, struct err *e);

/* Does text end with the suffix? */
bool text_ends_with(const char *text, const char *suffix);

#endif
