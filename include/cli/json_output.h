#ifndef MKOS_CLI_JSON_OUTPUT_H
#define MKOS_CLI_JSON_OUTPUT_H

/* One JSON object as a command's answer: what --json asks for. */

#include "base/buf.h"
#include "base/err.h"
#include "format/json.h"

#include <stdbool.h>

/* The style that --json asks for. */
struct json_request {
	bool wanted;
	bool pretty;
};

/* `value` is that of the option; NULL: not given. */
MUST_CHECK int json_request_parse(const char *value, struct json_request *ret, struct err *e);

struct json_output {
	struct json_writer w; /* the object is open: members are written here */
	struct buf text;
};

void json_output_begin(struct json_output *o, const struct json_request *request);

/* Closes the object and writes it to standard output. */
MUST_CHECK int json_output_print(struct json_output *o, struct err *e);

void json_output_done(struct json_output *o);
#define AUTO_JSON_OUTPUT AUTO(json_output_done) struct json_output

#endif
