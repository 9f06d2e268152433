#ifndef MKOS_INIT_SERVICE_H
#define MKOS_INIT_SERVICE_H

#include "backoff.h"
#include "output.h"
#include "settings.h"
#include "shared/loop.h"
#include "spawn.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct services;

enum service_state {
	SERVICE_WAITING, /* for what it comes after */
	SERVICE_RUNNING,
	SERVICE_BACKOFF, /* for its next start */
	SERVICE_OVER,	 /* not started again */
};

/* A program that is kept running; pid is 0 unless it runs. */
struct service {
	const char *name;
	const struct service_settings *settings;
	int64_t grace_ms;

	struct services *all;
	enum service_state state;
	pid_t pid;
	pid_t heir;  /* becomes pid when that ends, if it is a child of PID 1 by then */
	int started; /* counts the first starts of all services: they stop the other way round */
	int64_t started_ms;
	bool reached;  /* it was ready once, or is over: what comes after it may start */
	bool settled;  /* reached, or its first start failed */
	bool stopping; /* it says so itself */
	int oom_kills;
	struct spawn_failure failure;
	struct backoff backoff;
	struct loop_source report;
	struct loop_timer retry; /* the next start */
	struct loop_timer limit; /* of being ready; then of its watchdog, or of its own stop */
	struct output output;
};

struct services {
	struct loop *loop;
	struct service item[SERVICES_MAX];
	size_t count;
	int started;
	bool complete; /* all are there, and those that wait for nothing are started */
	bool ready;
	bool stopping;
	void (*when_ready)(void *data);
	void *data;
};

/*
 * Starts the network, if the settings and the file system have it, before all else: what it waits
 * for, cables and servers, takes its time. To be called first.
 */
void services_start_network(struct services *all, struct loop *l, const struct settings *s);

/*
 * Starts what else is in the settings and in the file system, and keeps it running as the settings
 * say (pideisn.8). A service that others come after counts as reached once it is ready, and also when
 * it is over or late in saying so: one that is broken does not keep the machine from coming up.
 *
 * "ready" is said once, and when_ready called, when the first start of every service has had its
 * result; the network and those that wait for it are not waited for. A service that could
 * not be executed does not hold it back either: its failure is said on a line of its own, it is
 * tried again, and the machine can still be reached through the others.
 */
void services_start(struct services *all, const struct settings *s);

/* For every process that PID 1 has reaped; of those that are no service it takes no notice. */
void services_ended(struct services *all, pid_t pid, int status);

/* By its own signal; for services_stop, and for a main process that comes up meanwhile. */
void service_tell_to_stop(const struct service *s);

/* No service is started any more. Returns the sum of what the running ones may take to stop. */
int64_t services_close(struct services *all);

/* Stops all, the last started first, each in its own grace; at most until until_ms. */
void services_stop(struct services *all, int64_t until_ms);

#endif
