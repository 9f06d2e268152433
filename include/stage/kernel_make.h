#ifndef MKOS_STAGE_KERNEL_MAKE_H
#define MKOS_STAGE_KERNEL_MAKE_H

/*
 * Runs of kbuild in kernel/ (O=): nothing of this machine, user or moment gets
 * into what it makes.
 */

#include "stage/kernel_source.h"

#define KERNEL_LOG PROJECT_TARGET "/kernel.log"

struct kernel_make {
	const struct kernel_source *source;
	const struct project *project;
	size_t expected_steps; /* for the progress line; 0: unknown */
	bool debug_info;       /* which would tell the folders it was compiled in */
	int lock; /* of target/: kbuild's children hold it too, should they outlive us */
};

/*
 * Makes one target; all that kbuild prints goes to target/kernel.log. `what` is
 * the progress line's text. When it fails the error has the log's first error.
 */
MUST_CHECK int kernel_make(const struct kernel_make *m, const char *target, const char *what,
			   struct err *e);

/* Makes a target that talks to the person at the terminal. */
MUST_CHECK int kernel_make_interactive(const struct kernel_make *m, const char *target,
				       struct err *e);

#endif
