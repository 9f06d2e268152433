#ifndef MKOS_HOST_PROCESS_H
#define MKOS_HOST_PROCESS_H

/*
 * Child processes. They get no descriptor of ours but the standard three, run
 * with LC_ALL=C and without the variables that steer make, kbuild, compilers
 * and compressors, and get SIGTERM when we end (what they started may not).
 * How a child ended is always looked at: a signal is no success.
 */

#include "base/err.h"
#include "base/strv.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct process_options {
	const struct strv *argv;	/* argv[0] is looked for in PATH */
	const struct strv *environment; /* "NAME=VALUE" to add or replace; may be NULL */
	const char *folder;		/* where it runs; NULL: here */
	int input;			/* its standard input; -1: nothing to read */
	int output;			/* its standard output; -1: /dev/null */
	int errors;			/* its standard error; -1: as its standard output */
	int extra;			/* one more descriptor, as number 3; -1: none */
};

#define PROCESS_OPTIONS_INIT                                         \
	{                                                            \
		.input = -1, .output = -1, .errors = -1, .extra = -1 \
	}

/* Starts the program; one that cannot be started is an error here, not an exit status. */
MUST_CHECK int process_start(const struct process_options *p, pid_t *ret, struct err *e);

/* Waits for the end; *ret_status is its exit status. Killed by a signal is an error. */
MUST_CHECK int process_wait(pid_t pid, const char *name, int *ret_status, struct err *e);

/*
 * As process_wait(), for at most timeout_ms; then the child is killed and
 * *ret_status is -1.
 */
MUST_CHECK int process_wait_for(pid_t pid, const char *name, uint64_t timeout_ms, int *ret_status,
				struct err *e);

/*
 * Called with each line of output, without its newline and with a NUL behind
 * it; a longer line than 64 KiB comes in pieces. -1 stops the child.
 */
typedef int process_line_fn(void *context, const char *line, size_t len, struct err *e);

/*
 * Runs the program to its end with both its outputs going to the line
 * function (p->output and p->errors are not used).
 */
MUST_CHECK int process_pump(const struct process_options *p, process_line_fn *on_line,
			    void *context, int *ret_status, struct err *e);

/* What the program prints on standard output, up to max bytes; an exit status but 0 is an error. */
MUST_CHECK int process_capture(const struct process_options *p, size_t max, char **ret_text,
			       struct err *e);

#endif
