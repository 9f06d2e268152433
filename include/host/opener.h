#ifndef MKOS_HOST_OPENER_H
#define MKOS_HOST_OPENER_H

/*
 * Looks at many files one after the other: the way to a folder is gone once for those that stand in
 * it side by side, and what is read is read by as few calls as can be. For one thread.
 */

#include "base/buf.h"
#include "base/err.h"

#include <stdint.h>
#include <sys/stat.h>

struct opener {
	int fd;		   /* the folder's */
	struct buf folder; /* its path; empty: none is open */
};

#define OPENER_INIT      \
	{                \
		.fd = -1 \
	}

void opener_done(struct opener *o);
#define AUTO_OPENER AUTO(opener_done) struct opener

/* What stat() says of the path. */
MUST_CHECK int opener_stat(struct opener *o, const char *path, struct stat *ret, struct err *e);

/*
 * Reads up to len bytes at an offset; ret_len says how many there are. ret_after is what fstat()
 * says of the file when that is done.
 */
struct opener_range {
	const char *path;
	uint64_t offset;
	void *to;
	size_t len;
};

MUST_CHECK int opener_read(struct opener *o, const struct opener_range *range, size_t *ret_len,
			   struct stat *ret_after, struct err *e);

#endif
