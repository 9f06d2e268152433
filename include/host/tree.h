#ifndef MKOS_HOST_TREE_H
#define MKOS_HOST_TREE_H

/* The content of a folder in an order that depends on nothing but the names. */

#include "base/err.h"

#include <sys/stat.h>

struct tree_visitor {
	void *context;
	/*
	 * Every file, folder and whatever else is below the folder, by its path
	 * relative to it; a folder comes before what is in it. The status is
	 * that of a symbolic link itself. The path is valid during the call.
	 */
	int (*visit)(void *context, const char *path, const struct stat *status, struct err *e);
};

/*
 * Walks in the bytewise order of the whole paths, which is that of
 * `find | LC_ALL=C sort`. Follows no symbolic link but the folder itself. More
 * than 128 levels are refused. Whatever changes meanwhile is an error or not seen.
 */
MUST_CHECK int tree_walk(const char *folder, const struct tree_visitor *visitor, struct err *e);

#endif
