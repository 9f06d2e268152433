#ifndef MKOS_STAGE_INITRAMFS_MISSING_H
#define MKOS_STAGE_INITRAMFS_MISSING_H

/* What programs of an image need and do not find there: told once for each thing. */

#include "stage/initramfs.h"

enum initramfs_needed { INITRAMFS_LINKED, INITRAMFS_SCRIPT, INITRAMFS_SCRIPT_BY_ENV };

struct initramfs_need {
	const char *name;
	const char *by; /* the library that needs it; NULL: the program itself */
	const struct image_entry *who;
	enum initramfs_needed how;
	bool not_executable; /* it is there, but nobody can execute it */
};

struct initramfs_missing {
	struct initramfs_missed *all;
	size_t n, cap;
};

void initramfs_missing_done(struct initramfs_missing *m);

/* Texts are copied; the entry has to live as long. */
MUST_CHECK int initramfs_missing_add(struct initramfs_missing *m, const struct initramfs_need *need,
				     struct err *e);

MUST_CHECK int initramfs_missing_tell(const struct initramfs_missing *m,
				      const struct initramfs_options *options, struct err *e);

#endif
