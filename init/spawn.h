#ifndef MKOS_INIT_SPAWN_H
#define MKOS_INIT_SPAWN_H

#include "settings.h"

#include <sys/types.h>

/* What a child says of a start that failed: "cannot be executed", and the errno or 0. */
struct spawn_failure {
	const char *what;
	int error;
};

/*
 * Starts the service's program in a session of its own, with a clean environment and no signal
 * blocked or ignored; out is what it writes to. *ret_report is a descriptor, never blocking, that
 * ends when the program runs and gives one spawn_failure when it cannot be executed. Returns the
 * process, or -1 with errno set.
 */
pid_t spawn(const struct service_settings *s, int out, int *ret_report)
	__attribute__((warn_unused_result));

/* Reads the report: 1 the program runs, 0 not known yet, -1 it could not be started. */
int spawn_result(int report, struct spawn_failure *ret_failure);

#endif
