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
 *	tree    NAME FOLDER [KEY=VALUE...]
 *	overlay NAME FOLDER [KEY=VALUE...]	the same, but wins over what is there
 *	archive FILE [KEY=VALUE...]		entries of another initramfs, which win too
 *	elf     NAME FILE [KEY=VALUE...]	a program, with its libraries
 *	set     PATTERN KEY=VALUE...		of entries that are there
 *
 * with the keys uid, gid, mode, file-mode, dir-mode, mtime and exclude=PATTERN,
 * a shell pattern for names below NAME, which may be given again.
 *
 * ${VARIABLE} is replaced in LOCATION, FOLDER and FILE; one without a value is an
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
	INITLIST_OVERLAY,
	INITLIST_ARCHIVE,
	INITLIST_ELF,
	INITLIST_SET,
};

/* What the keys of a line say; INITLIST_UNSET where they say nothing. */
#define INITLIST_UNSET (-1)

struct initlist_settings {
	int64_t uid, gid, mtime;
	int32_t file_mode, dir_mode;
	const char *const *excludes;
	size_t n_excludes;
};

/* One line; valid during the call. */
struct initlist_line {
	enum initlist_type type;
	unsigned int number;  /* from 1 */
	const char *name;     /* PATTERN of a set; NULL of an archive */
	const char *location; /* LOCATION, TARGET, FOLDER or FILE, else NULL */
	uint32_t mode;	      /* permissions, without the type */
	uint32_t uid, gid;
	char device; /* 'b' or 'c' of a nod */
	uint32_t major, minor;
	char *const *links; /* further names of a file */
	size_t n_links;
	struct initlist_settings settings;
};

struct initlist_reader {
	const char *list;   /* name of the list, for messages */
	unsigned int *line; /* number of the one read last, 0 before the first */
	void *context;
	/* The value of a variable, or NULL when it has none. */
	const char *(*lookup)(void *context, const char *variable);
	/* Every entry in order. A failure gets LIST:LINE in front. */
	int (*entry)(void *context, const struct initlist_line *line, struct err *e);
};

/* Reads lines; a list can be given in several parts of whole lines. Errors are "LIST:LINE: sentence". */
MUST_CHECK int initlist_parse(const char *text, size_t len, const struct initlist_reader *reader,
			      struct err *e);

#endif
