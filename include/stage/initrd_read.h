#ifndef MKOS_STAGE_INITRD_READ_H
#define MKOS_STAGE_INITRD_READ_H

/*
 * Reads any initramfs, segment by segment as the kernel does: archives that
 * follow each other, plain or compressed, with zeros between them.
 */

#include "base/source.h"
#include "format/cpio.h"

struct initrd_segment {
	const char *compression; /* as initrd_form() names it; "none" */
	bool listed;		 /* false: it cannot be unpacked here, and ends the reading */
	uint64_t offset, size;	 /* in the file */
	uint64_t unpacked, entries;
	size_t trailers;
	bool zeros_behind; /* four or more, where the decoder did not go over them */
};

struct initrd_visitor {
	void *context;
	/*
	 * Every entry in order. data_at is where its data stands in the file, when
	 * it stands there as it is; else UINT64_MAX.
	 */
	int (*entry)(void *context, const struct cpio_found *found, uint64_t data_at,
		     struct err *e);
	/* A piece of the data of the entry told last; NULL: not wanted. */
	int (*data)(void *context, const void *data, size_t len, struct err *e);
	/* After the entries of a segment; NULL: not wanted. */
	int (*segment)(void *context, const struct initrd_segment *segment, struct err *e);
};

/* What is refused, so that a file made for it fills no memory and no disk. */
struct initrd_limits {
	uint64_t unpacked; /* bytes of all segments together; 0: 64 GiB */
	uint64_t entries;  /* 0: 16 million */
};

/* For who wants to know what entries take in the file: counted from the begin of the segment. */
struct initrd_places {
	void *context;
	/* The entry told last ends behind so many unpacked bytes. */
	int (*end)(void *context, uint64_t unpacked, struct err *e);
	/* So many bytes of the file made so many unpacked ones; in order, a plain segment has none. */
	int (*mark)(void *context, uint64_t packed, uint64_t unpacked, struct err *e);
};

MUST_CHECK int initrd_read_places(const struct source *from, const struct initrd_visitor *visitor,
				  const struct initrd_places *places,
				  const struct initrd_limits *limits, struct err *e);
MUST_CHECK int initrd_read(const struct source *from, const struct initrd_visitor *visitor,
			   const struct initrd_limits *limits, struct err *e);

#endif
