#ifndef MKOS_STAGE_ENROLL_H
#define MKOS_STAGE_ENROLL_H

/* Writes a variable store for OVMF in which Secure Boot is on, with keys of one's own. */

#include "stage/key_lists.h"

#include <stdbool.h>
#include <stdint.h>

struct enroll_options {
	const char *vars; /* a store of OVMF's without keys; it stays as it is */
	struct key_words keys;
	const char *output;
	bool sync;
};

struct enroll_summary {
	uint64_t size;
	size_t entries[EFI_KEY_VARIABLES]; /* certificates, and digests in dbx */
};

MUST_CHECK int stage_enroll(const struct enroll_options *options, struct enroll_summary *ret,
			    struct err *e);

#endif
