#include "output.h"

#include "console.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#define PIPE_BYTES (64 * 1024)

static void end_line(struct output *o)
{
	o->line[o->len] = '\0';
	console_service(o->settings->name, o->line, o->settings->output);
	o->len = 0;
}

static void take(struct output *o, const char *bytes, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (bytes[i] == '\n') {
			end_line(o);
		} else if (bytes[i] != '\r') {
			o->line[o->len++] = bytes[i];
			if (o->len + 1 == sizeof(o->line))
				end_line(o);
		}
	}
}

static ssize_t read_some(struct output *o)
{
	char bytes[1024];
	ssize_t got = read(o->in.fd, bytes, sizeof(bytes));

	if (got > 0)
		take(o, bytes, (size_t)got);
	return got;
}

static void on_output(void *data)
{
	read_some(data);
}

bool output_open(struct output *o, struct loop *l, const struct service_settings *s)
{
	int ends[2];

	if (o->out >= 0)
		return true;
	if (pipe2(ends, O_CLOEXEC) < 0)
		return false;
	/* Only our end: a service that finds its output full waits, as with any other pipe. */
	fcntl(ends[0], F_SETFL, O_NONBLOCK);
	o->settings = s;
	o->out = ends[1];
	o->in = (struct loop_source){
		.fd = ends[0], .events = POLLIN, .ready = on_output, .data = o};
	loop_watch(l, &o->in);
	return true;
}

void output_drain(struct output *o)
{
	size_t done = 0;
	ssize_t got;

	if (o->out < 0)
		return;
	while (done < PIPE_BYTES && (got = read_some(o)) > 0)
		done += (size_t)got;
	if (o->len > 0)
		end_line(o);
}
