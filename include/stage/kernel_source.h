#ifndef MKOS_STAGE_KERNEL_SOURCE_H
#define MKOS_STAGE_KERNEL_SOURCE_H

/*
 * Where the kernel's source is on this machine (what comes from elsewhere is in
 * cache/ by then): "distro", the newest
 * /usr/src/linux-source-*.tar.xz of the distribution, a tarball, or a folder
 * (which is never written to).
 */

#include "base/parse.h"
#include "stage/hashes.h"
#include "stage/manifest.h"
#include "stage/project.h"

#include <stdbool.h>

struct kernel_source {
	char *archive; /* NULL: a folder */
	char sha256[HASH_HEX];
	char *folder; /* the source tree, once it is unpacked */
};

#define KERNEL_SOURCE_INIT      \
	{                       \
		.archive = NULL \
	}

void kernel_source_done(struct kernel_source *s);
#define AUTO_KERNEL_SOURCE AUTO(kernel_source_done) struct kernel_source

/* Finds what `where` names and hashes an archive; nothing is unpacked. */
MUST_CHECK int kernel_source_find(const char *where, struct hashes *hashes,
				  struct kernel_source *ret, struct err *e);

/* Adds what identifies the source to a list of inputs. */
MUST_CHECK int kernel_source_inputs(const struct kernel_source *s, struct inputs *to,
				    struct err *e);

/* Unpacks an archive into cache/src unless that was done before. */
MUST_CHECK int kernel_source_unpack(const struct kernel_source *s, struct err *e);

/* The version that the tree's Makefile states, also as text ("6.12.117"). */
MUST_CHECK int kernel_source_version(const struct kernel_source *s, struct version *ret,
				     char **ret_text, struct err *e);

#endif
