#ifndef MKOS_STAGE_INITRAMFS_LIBRARIES_H
#define MKOS_STAGE_INITRAMFS_LIBRARIES_H

/*
 * Where the dynamic loader looks for a library: that of glibc (ld.so(8)) or, by the program's
 * interpreter, that of musl. LD_LIBRARY_PATH, hardware capabilities and what a program loads while
 * it runs (dlopen) are not known here.
 */

#include "base/buf.h"
#include "base/err.h"
#include "host/elf.h"

#include <stdbool.h>

/* The files of a system that say where its libraries are. */
struct library_system {
	void *context;
	/* Appends the file's text; *ret_found tells whether it is there. */
	int (*read)(void *context, const char *path, struct buf *to, bool *ret_found,
		    struct err *e);
	/* Adds the paths that match a shell pattern, sorted. */
	int (*match)(void *context, const char *pattern, struct strv *to, struct err *e);
};

/* Folders beside those that the loaders are built with. */
struct library_folders {
	struct strv glibc;   /* of ld.so.conf */
	struct strv musl[2]; /* for 64 and 32 bits, instead of the usual ones */
	bool has_musl[2];
};

void library_folders_done(struct library_folders *f);
#define AUTO_LIBRARY_FOLDERS AUTO(library_folders_done) struct library_folders

/* ld.so itself reads /etc/ld.so.cache, which ldconfig makes: with needs_cache only a system that
 * has one has the folders of ld.so.conf. */
MUST_CHECK int library_folders_read(const struct library_system *system, bool needs_cache,
				    struct library_folders *ret, struct err *e);

/* Who needs libraries: a program, or a library, by which it came. */
struct library_user {
	const char *path; /* absolute, in the image */
	const struct elf_facts *facts;
	const struct library_user *by; /* NULL: it is the program */
};

/* Where a library may be. */
struct library_place {
	const char *path;		   /* absolute */
	const struct elf_facts *facts;	   /* of who needs it: the library has to be of its kind */
	const struct library_user *origin; /* the path begins with his folder: $ORIGIN; or NULL */
};

struct library_search {
	const struct library_folders *folders;
	void *context;
	bool (*is_there)(void *context, const struct library_place *place);
};

/*
 * The path of a library that somebody needs, in memory of the caller's: in his own folders
 * (RPATH, RUNPATH, $ORIGIN) first, then in the loader's. NULL when it is nowhere.
 */
MUST_CHECK int library_find(const struct library_search *search, const struct library_user *user,
			    const char *library, char **ret, struct err *e);

/* Does the search for what this one needs depend on who needs it? */
bool library_has_heirs(const struct library_user *user);

#endif
