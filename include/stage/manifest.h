#ifndef MKOS_STAGE_MANIFEST_H
#define MKOS_STAGE_MANIFEST_H

/*
 * target/manifest.json: every artefact with its hash and the inputs it was
 * made from. What the inputs say is compared with what they are now, so only
 * what changed is made again. No path of this machine and no time is in it.
 */

#include "base/buf.h"
#include "base/err.h"
#include "host/hash.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A name and a value: "sha256:HEX" of a file, or a text such as a compiler's version. */
struct input {
	char *name;
	char *value;
};

struct inputs {
	struct input *v;
	size_t n;
};

#define INPUTS_INIT       \
	{                 \
		.v = NULL \
	}

void inputs_done(struct inputs *i);
#define AUTO_INPUTS AUTO(inputs_done) struct inputs

MUST_CHECK int inputs_add(struct inputs *i, const char *name, const char *value, struct err *e);

bool inputs_equal(const struct inputs *a, const struct inputs *b);

/* A hash over all names and values. */
MUST_CHECK int inputs_hash(const struct inputs *i, char ret_hex[HASH_HEX], struct err *e);

struct artefact {
	char *name; /* "kernel", "initramfs", "uki" */
	char *path;
	char *version; /* what it calls itself, or NULL */
	uint64_t size;
	char sha256[HASH_HEX];
	struct inputs inputs;
};

struct manifest {
	char *recipe; /* of the last run that made something, or NULL */
	struct artefact *artefacts;
	size_t n;
	bool changed; /* since it was loaded */
};

#define MANIFEST_INIT          \
	{                      \
		.recipe = NULL \
	}

void manifest_done(struct manifest *m);
#define AUTO_MANIFEST AUTO(manifest_done) struct manifest

/* One that is missing or damaged counts as empty: everything is made again. */
MUST_CHECK int manifest_load(const char *path, struct manifest *ret, struct err *e);

/* The artefact of that name, or NULL. */
const struct artefact *manifest_find(const struct manifest *m, const char *name);

/* Puts the artefact in place of the one of the same name; takes *a over, also on failure. */
MUST_CHECK int manifest_put(struct manifest *m, struct artefact *a, struct err *e);

MUST_CHECK int manifest_save(const struct manifest *m, const char *path, bool sync, struct err *e);

void artefact_done(struct artefact *a);
#define AUTO_ARTEFACT AUTO(artefact_done) struct artefact

#endif
