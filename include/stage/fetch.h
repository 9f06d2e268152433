#ifndef MKOS_STAGE_FETCH_H
#define MKOS_STAGE_FETCH_H

/*
 * What a project needs from elsewhere, into cache/: the kernel's tarball when
 * its source is kernel.org or a URL, and payload that has a URL, or that has a
 * pin and is given no file. Every file has a SHA-256 before anything is asked
 * of the network: from config/pins, the recipe or the command line, or, for a
 * kernel, from the list that kernel.org signs.
 */

#include "stage/hashes.h"
#include "stage/project.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FETCH_PINS "config/pins"

enum fetch_what { FETCH_KERNEL = 1, FETCH_PAYLOAD = 2, FETCH_ALL = 3 };

struct fetch_options {
	bool offline;
	const char *mirror;	 /* NULL: MVIRT_MKOS_MIRROR, or none */
	uint64_t timeout_s;	 /* 0: the default */
	bool ask_signature;	 /* a kernel without a pin: ask kernel.org's signed list */
	const char *keyring;	 /* for that list; NULL: fetched */
	const char *fingerprint; /* of the key that has to have signed it; NULL: kernel.org's */
};

struct fetch_item {
	char *name;
	char *path;    /* in cache/; of a file of the user's: where that is */
	char *url;     /* NULL: only the hash of the user's file is looked at */
	char *origin;  /* the URL without the mirror */
	char *option;  /* how else it can be given: "--payload firmware=PATH" */
	char *instead; /* what else can be done to have it */
	char sha256[HASH_HEX];
	uint64_t size; /* 0: not known */
	bool pinned;
	bool came; /* over the network, in this run */
};

struct fetch_plan {
	struct fetch_item *v;
	size_t n;
};

#define FETCH_PLAN_INIT   \
	{                 \
		.v = NULL \
	}

void fetch_plan_done(struct fetch_plan *p);
#define AUTO_FETCH_PLAN AUTO(fetch_plan_done) struct fetch_plan

/*
 * Finds out what is needed and where it will be: the project's kernel source
 * and payload then name files in cache/. Nothing is fetched yet, but with
 * ask_signature the list of a kernel without a pin.
 */
MUST_CHECK int fetch_plan(struct project *p, const struct fetch_options *o, enum fetch_what what,
			  struct fetch_plan *ret, struct err *e);

/* Fetches what is not in cache/ with the right hash. */
MUST_CHECK int fetch_run(struct fetch_plan *plan, const struct fetch_options *o,
			 struct hashes *hashes, bool sync, struct err *e);

/* Writes the lines that config/pins lacks; *ret_lines: how many. */
MUST_CHECK int fetch_pin(const struct fetch_plan *plan, bool sync, size_t *ret_lines,
			 struct err *e);

/* The URL with the mirror, if there is one, in place of "https://". */
MUST_CHECK int fetch_mirrored(const struct fetch_options *o, const char *url, char **ret,
			      struct err *e);

/*
 * The SHA-256 of a file of kernel.org from the list sha256sums.asc at `url`,
 * whose signature is checked first.
 */
MUST_CHECK int fetch_signed_sha256(const struct fetch_options *o, const char *url, const char *name,
				   char ret_hex[HASH_HEX], struct err *e);

#endif
