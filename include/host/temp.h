#ifndef MKOS_HOST_TEMP_H
#define MKOS_HOST_TEMP_H

/*
 * A private folder for the time of a run, below TMPDIR or /tmp. What a killed
 * run left behind is removed by the next that makes one.
 */

#include "base/err.h"

struct temp_folder {
	char *path; /* NULL: none */
	int lock;   /* says that its run is alive */
};

#define TEMP_FOLDER_INIT   \
	{                  \
		.lock = -1 \
	}

MUST_CHECK int temp_folder_make(struct temp_folder *t, struct err *e);

/* Deletes it with all that is in it. */
void temp_folder_remove(struct temp_folder *t);
#define AUTO_TEMP_FOLDER AUTO(temp_folder_remove) struct temp_folder

#endif
