#ifndef MKOS_CLI_MEASURE_EVENTLOG_H
#define MKOS_CLI_MEASURE_EVENTLOG_H

/* How an event log and the prediction compare, in words. */

#include "cli/json_output.h"
#include "stage/eventlog.h"

/* A line for each register and bank. */
void eventlog_print(const struct eventlog_report *r, const struct measure_result *predicted);

/* Members of the object that is open. */
void eventlog_json(const struct eventlog_report *r, const struct measure_result *predicted,
		   struct json_writer *w);

#endif
