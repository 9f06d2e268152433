#ifndef MKOS_STAGE_INITRD_SIZES_H
#define MKOS_STAGE_INITRD_SIZES_H

/*
 * What each file and folder of an initramfs takes in it. Of compressed data this is an estimate:
 * the decompressor tells now and then how far it got (at the end of each gzip member, and at least
 * every 256 KiB, of lz4 every 8 MiB), and what lies between is shared out by size.
 */

#include "base/source.h"
#include "stage/initrd_read.h"

struct initrd_size {
	char *name;	   /* "." for the root */
	const char *label; /* the end of it that is not its folder's name */
	bool folder;
	uint64_t packed, size; /* of a folder with all below it; size is that of content */
	unsigned int depth;    /* of the root: 0 */
	size_t parent;	       /* while it is made */
};

struct initrd_sizes {
	struct initrd_size *all; /* a folder, then what is in it, the largest first */
	size_t n, cap;
	uint64_t file; /* bytes of it */
	uint64_t rest; /* that no entry takes: trailers, zeros, what cannot be unpacked here */
};

void initrd_sizes_done(struct initrd_sizes *s);
#define AUTO_INITRD_SIZES AUTO(initrd_sizes_done) struct initrd_sizes

/* Several entries of one name are one, with what all of them take. */
MUST_CHECK int initrd_sizes_read(const struct source *from, const struct initrd_limits *limits,
				 struct initrd_sizes *ret, struct err *e);

#endif
