#ifndef MKOS_HOST_SPILL_H
#define MKOS_HOST_SPILL_H

/*
 * A file without a name, below TMPDIR or /var/tmp: what is too large for memory is written to it as
 * a sink and then read as a source. It is gone with its last descriptor, whatever happens.
 */

#include "base/sink.h"
#include "host/file.h"

struct spill {
	struct sink sink; /* first */
	int fd;
};

#define SPILL_INIT        \
	{                 \
		.fd = -1, \
	}

MUST_CHECK int spill_begin(struct spill *s, struct err *e);
void spill_done(struct spill *s);
#define AUTO_SPILL AUTO(spill_done) struct spill

/* What was written, as a source under that name; the spill is closed. */
MUST_CHECK int spill_take(struct spill *s, const char *name, struct file_source *ret,
			  struct err *e);

#endif
