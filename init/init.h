#ifndef MKOS_INIT_INIT_H
#define MKOS_INIT_INIT_H

#include "service.h"
#include "settings.h"
#include "shared/loop.h"
#include "signals.h"

#include <stdbool.h>
#include <sys/types.h>

/* All that PID 1 knows. One of it exists, and there is no heap. */
struct init {
	struct loop loop;
	struct loop_source signals;
	struct settings settings;
	struct services services;
	enum request request; /* the first one; later ones do not change it */
	int asked_by;	      /* the signal that brought it */
	pid_t helper;	      /* the child that helper.h waits for, or 0 */
	int helper_status;    /* what it ended with */
	bool childless;	      /* seen when the last child was reaped: there is no other process */
};

/* Reaps every child that has ended: many deaths may come as one SIGCHLD. */
void init_reap(struct init *i);

#endif
