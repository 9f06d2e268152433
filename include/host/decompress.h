#ifndef MKOS_HOST_DECOMPRESS_H
#define MKOS_HOST_DECOMPRESS_H

/* Unpacks what the kernel unpacks. */

#include "base/sink.h"
#include "base/source.h"

#include <stdbool.h>

/* Can it be unpacked here? Names are those of initrd_form(): gzip, zstd, xz, lzma, lz4. */
bool decompress_knows(const char *form);

struct decompress_job {
	const char *form;
	const struct source *from;
	uint64_t offset; /* where it begins */
	uint64_t max;	 /* more bytes than this are refused */
	struct sink *out;
	/* NULL: not wanted. Told now and then, and at the end of each frame or member: so many bytes
	 * of the source, counted from the offset, made so many unpacked ones. */
	int (*mark)(void *context, uint64_t packed, uint64_t unpacked, struct err *e);
	void *context;
};

/*
 * Unpacks from offset on into a sink until no more of that form follows, zeros
 * between aside; ret_end is that offset, of lz4 that of the zeros. Checksums are compared; more than
 * `max` bytes are refused. Memory is bounded: a window of zstd or xz may have 128 MiB.
 */
MUST_CHECK int decompress_job_run(const struct decompress_job *job, uint64_t *ret_end,
				  struct err *e);
MUST_CHECK int decompress(const char *form, const struct source *from, uint64_t offset,
			  uint64_t max, struct sink *out, uint64_t *ret_end, struct err *e);

#endif
