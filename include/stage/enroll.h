#ifndef MKOS_STAGE_ENROLL_H
#define MKOS_STAGE_ENROLL_H

/* Writes a variable store for OVMF in which Secure Boot is on, with keys of one's own. */

#include "base/strv.h"

#include <stdbool.h>

struct enroll_options {
	const char *vars; /* a store of OVMF's without keys; it stays as it is */
	const char *pk;	  /* certificate files; NULL: the first of db */
	const char *kek;
	const struct strv *db;	/* certificates of those who may sign */
	const struct strv *dbx; /* what may not run though it is signed: SHA-256 of an image in hex
				 * digits, or a certificate */
	const char *output;
	bool sync;
};

MUST_CHECK int stage_enroll(const struct enroll_options *options, struct err *e);

#endif
