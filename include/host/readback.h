#ifndef MKOS_HOST_READBACK_H
#define MKOS_HOST_READBACK_H

/* What was written to an output that is not in place yet, as a source: to check it before. */

#include "base/source.h"
#include "host/output.h"

struct readback {
	struct source source; /* first */
	int fd;		      /* the output's */
};

/* Flushes the output. The source has what was written until now, and ends with the output. */
MUST_CHECK int readback_init(struct readback *r, struct output *o, struct err *e);

#endif
