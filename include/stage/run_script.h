#ifndef MKOS_STAGE_RUN_SCRIPT_H
#define MKOS_STAGE_RUN_SCRIPT_H

/* The steps of a scripted run, driven by what the guest prints. */

#include "stage/run.h"

#include <sys/types.h>

/* Descriptors of a running QEMU. */
struct run_guest {
	pid_t pid;
	int console_in;	 /* to type into */
	int console_out; /* what the guest prints */
	int monitor;	 /* QEMU's machine monitor (QMP), a socket */
};

/*
 * Does the steps and waits for QEMU's end, copying the console to standard
 * output and to `log` (-1: none). Kills QEMU when time is up, when one of the
 * `signals` (a signalfd) comes, and on failure; it is reaped in any case. A
 * guest that reset itself did not power off: that is a failure.
 */
MUST_CHECK int run_script(const struct run_options *options, const struct run_guest *guest, int log,
			  int signals, struct err *e);

/* Kills QEMU and reaps it. */
void run_end(pid_t pid);

#endif
