#ifndef MKOS_FORMAT_VOLUME_H
#define MKOS_FORMAT_VOLUME_H

/* What readers of file systems say about a file, and its content as a source. */

#include "base/err.h"
#include "base/source.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A run of bytes within the volume. */
struct volume_extent {
	uint64_t offset, len;
};

struct volume_extents {
	struct volume_extent *v;
	size_t n, cap;
};

void volume_extents_done(struct volume_extents *x);
#define AUTO_VOLUME_EXTENTS AUTO(volume_extents_done) struct volume_extents

/* Joins the run with the last one where it goes on. */
MUST_CHECK int volume_extents_add(struct volume_extents *x, uint64_t offset, uint64_t len,
				  struct err *e);

struct volume_entry {
	const char *path; /* "EFI/BOOT/BOOTX64.EFI"; UTF-8 without control characters */
	bool is_folder;
	uint64_t size;
	const struct volume_extents *content;
};

/* Called for each entry, a folder before what is in it; what it is given is valid meanwhile. */
struct volume_visitor {
	void *context;
	int (*visit)(void *context, const struct volume_entry *entry, struct err *e);
};

/* Folders within folders: images with more are refused. */
enum { VOLUME_DEPTH_MAX = 32 };

/* The content of an entry; volume and extents outlive it. */
struct volume_source {
	struct source source; /* first */
	const struct source *volume;
	const struct volume_extents *extents;
};

/* An error when the extents have fewer bytes than size, or are not in the volume. */
MUST_CHECK int volume_source_init(struct volume_source *v, const struct source *volume,
				  const struct volume_extents *extents, uint64_t size,
				  struct err *e);

/* Replaces what could order a terminal about, and '/', in the name that begins here. */
void volume_clean_name(char *name);

#endif
