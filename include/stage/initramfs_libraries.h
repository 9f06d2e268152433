#ifndef MKOS_STAGE_INITRAMFS_LIBRARIES_H
#define MKOS_STAGE_INITRAMFS_LIBRARIES_H

/* Where the dynamic loader looks for a library. */

#include "base/err.h"
#include "host/elf.h"

#include <stdbool.h>

struct library_search {
	void *context;
	/* Is there a library under this absolute path, for a program like `facts`? */
	bool (*is_there)(void *context, const char *path, const struct elf_facts *facts);
};

/* Who needs libraries. */
struct library_user {
	const char *path; /* absolute, in the image */
	const struct elf_facts *facts;
};

/*
 * The path of a library that somebody needs: in his own folders first ($ORIGIN is that of
 * the path), then in Debian's and the usual ones. NULL when it is nowhere.
 */
MUST_CHECK int library_find(const struct library_search *search, const struct library_user *user,
			    const char *library, char **ret, struct err *e);

#endif
