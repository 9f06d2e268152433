#ifndef MKOS_STAGE_HASHES_H
#define MKOS_STAGE_HASHES_H

/*
 * Hashes of files that are looked at in every run, kept in target/.hashes with
 * what stat(2) says of the file. A file whose size, inode and times are the
 * same is not read again. A file that changed within the last two seconds is
 * never kept: it could change once more without its times showing it.
 */

#include "base/err.h"
#include "host/hash.h"

#include <stdbool.h>
#include <stddef.h>

struct hashes_entry;

struct hashes {
	struct hashes_entry *v;
	size_t n, cap;
	size_t *slots; /* of a hash table over the paths: 1 + index into v, 0 when free */
	size_t n_slots;
	bool changed;
};

#define HASHES_INIT       \
	{                 \
		.v = NULL \
	}

/* A file that is missing or damaged counts as empty. */
MUST_CHECK int hashes_load(const char *path, struct hashes *ret, struct err *e);
void hashes_done(struct hashes *h);
#define AUTO_HASHES AUTO(hashes_done) struct hashes

/* The SHA-256 of a file. */
MUST_CHECK int hashes_file(struct hashes *h, const char *path, char ret_hex[HASH_HEX],
			   struct err *e);

/* Writes the file when something in it changed. */
MUST_CHECK int hashes_save(const struct hashes *h, const char *path, struct err *e);

#endif
