#ifndef MKOS_HOST_NEW_FILES_H
#define MKOS_HOST_NEW_FILES_H

/*
 * Several files that belong together and replace nothing: all of them come to be, or none. Every
 * name is looked at before the first byte is written.
 */

#include "host/output.h"

struct new_file {
	struct output out; /* written through out.sink */
	char *path;
	bool is_placed;
};

struct new_files {
	struct new_file *v;
	size_t n;
	size_t max;
	char *folder; /* made for them, or NULL */
	bool sync;
};

/* Room for `max` files. */
MUST_CHECK int new_files_begin(struct new_files *s, size_t max, bool sync, struct err *e);

/* A folder for them, the user's alone, unless there is one. */
MUST_CHECK int new_files_make_folder(struct new_files *s, const char *path, struct err *e);

/* One file more; a private one is 0600. The pointer is valid until the end. */
MUST_CHECK int new_files_add(struct new_files *s, const char *path, bool is_private,
			     struct new_file **ret, struct err *e);

MUST_CHECK int new_files_commit(struct new_files *s, struct err *e);

/* What was not committed is gone. */
void new_files_done(struct new_files *s);
#define AUTO_NEW_FILES AUTO(new_files_done) struct new_files

#endif
