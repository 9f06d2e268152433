#ifndef MKOS_HOST_POOL_H
#define MKOS_HOST_POOL_H

/*
 * Threads that work on numbered tasks in any order, and finish them in order.
 * No more than `window` tasks are between the two, so what they hold is
 * bounded. What comes out depends on the tasks alone, also which error: that
 * of the first task that fails.
 */

#include "base/err.h"

#include <stddef.h>

enum { POOL_THREADS_MAX = 32 };

struct pool_task {
	size_t index;
	size_t slot;	     /* below `window`: whatever is kept for it until it is finished */
	unsigned int thread; /* below `threads` */
};

struct pool_job {
	void *context;
	size_t n;
	unsigned int threads; /* 1: everything happens in the caller's */
	size_t window;	      /* at least `threads` */
	int (*work)(void *context, const struct pool_task *task, struct err *e);
	/* One at a time, in the order of the index; NULL: nothing to do. */
	int (*finish)(void *context, const struct pool_task *task, struct err *e);
};

/* Returns when all is done, or the first error; the caller's thread works too. */
MUST_CHECK int pool_run(const struct pool_job *job, struct err *e);

/* Processors that this process may use, POOL_THREADS_MAX at most. */
unsigned int pool_processors(void);

#endif
