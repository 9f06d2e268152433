#ifndef MKOS_INIT_OUTPUT_H
#define MKOS_INIT_OUTPUT_H

#include "settings.h"
#include "shared/loop.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * What a service writes on its standard output and error: a pipe that PID 1 reads line by line and
 * puts on the console and into the log with the service's name in front. A line that is longer
 * than the buffer comes in pieces. It stays open from one start to the next, since processes that
 * the service left behind write to it too.
 */
struct output {
	struct loop_source in;
	int out; /* for the service, -1 until output_open() */
	const struct service_settings *settings;
	char line[256];
	size_t len;
};

/* Makes the pipe; false with errno set. Does nothing if there is one. */
bool output_open(struct output *o, struct loop *l, const struct service_settings *s)
	__attribute__((warn_unused_result));

/* Reads what is there without waiting, at most what fits a pipe: before the service's end is told. */
void output_drain(struct output *o);

#endif
