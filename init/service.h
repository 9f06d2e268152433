#ifndef MKOS_INIT_SERVICE_H
#define MKOS_INIT_SERVICE_H

#include "backoff.h"
#include "loop.h"
#include "settings.h"
#include "spawn.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct services;

/* A program that is kept running. pid is 0 while it waits for its next start. */
struct service {
	const char *name;
	const struct service_settings *settings;
	int64_t grace_ms;

	struct services *all;
	pid_t pid;
	int64_t started_ms;
	bool settled; /* its first start has worked or failed */
	struct spawn_failure failure;
	struct backoff backoff;
	struct loop_source report;
	struct loop_timer retry;
};

struct services {
	struct loop *loop;
	struct service item[SERVICES_MAX];
	size_t count;
	bool ready;
	bool stopping;
};

/*
 * Starts what is in the settings and in the file system, and keeps it running. A service whose process
 * ends is started again; its own children are left alone, since the virtual machines of mvirt-vmm
 * go on while it is away.
 *
 * "ready" is said once, when the first start of every service has had its result. A service that
 * could not be executed does not hold it back: its failure is said on a line of its own, it is
 * tried again for ever, and a machine with one broken service can still be reached through the
 * others, which waiting would hide.
 */
void services_start(struct services *all, struct loop *l, const struct settings *s);

/* For every process that PID 1 has reaped; of those that are no service it takes no notice. */
void services_ended(struct services *all, pid_t pid, int status);

/* No service is started any more. Returns the sum of what the running ones may take to stop. */
int64_t services_close(struct services *all);

/* Stops one service: its signal, its grace, then SIGKILL; at most until until_ms. */
void service_stop(struct service *s, int64_t until_ms);

#endif
