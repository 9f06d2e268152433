#ifndef MKOS_FORMAT_INITLIST_H
#define MKOS_FORMAT_INITLIST_H

/*
 * The list of what is in an initramfs, as the kernel's usr/gen_init_cpio reads
 * it, one entry a line:
 *
 *	file  NAME LOCATION MODE UID GID [HARDLINK...]
 *	dir   NAME MODE UID GID
 *	nod   NAME MODE UID GID b|c MAJOR MINOR
 *	slink NAME TARGET MODE UID GID
 *	pipe  NAME MODE UID GID
 *	sock  NAME MODE UID GID
 *
 * and, beyond gen_init_cpio, the content of a folder, "double quotes" around a
 * word with blanks in it (\" and \\ inside), and comments behind an entry:
 *
 *	tree  NAME FOLDER
 *
 * ${VARIABLE} is replaced in LOCATION and FOLDER; one without a value is an
 * error. Blank lines and those that begin with # are left out.
 */

#include "base/err.h"

#include <stddef.h>
#include <stdint.h>

enum initlist_type {
	INITLIST_FILE,
	INITLIST_DIR,
	INITLIST_NOD,
	INITLIST_SLINK,
	INITLIST_PIPE,
	INITLIST_SOCK,
	INITLIST_TREE,
};

/* One line; valid during the call. */
struct initlist_line {
	enum initlist_type type;
	unsigned int number; /* from 1 */
	const char *name;
	const char *location; /* LOCATION, TARGET or FOLDER, else NULL */
	uint32_t mode;	      /* permissions, without the type */
	uint32_t uid, gid;
	char device; /* 'b' or 'c' of a nod */
	uint32_t major, minor;
	char *const *links; /* further names of a file */
	size_t n_links;
};

struct initlist_reader {
	const char *list; /* name of the list, for messages */
	void *context;
	/* The value of a variable, or NULL when it has none. */
	const char *(*lookup)(void *context, const char *variable);
	/* Every entry in order. A failure gets LIST:LINE in front. */
	int (*entry)(void *context, const struct initlist_line *line, struct err *e);
};

/* Errors are "LIST:LINE: sentence". */
MUST_CHECK int initlist_parse(const char *text, size_t len, const struct initlist_reader *reader,
			      struct err *e);

#endif
