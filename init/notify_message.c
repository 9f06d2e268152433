#include "notify_message.h"

#include <limits.h>
#include <string.h>

/* The process number of "MAINPID=", 0 if it is none. */
static pid_t take_process(const char *value)
{
	int n = 0;

	for (; *value >= '0' && *value <= '9'; value++) {
		if (n > (INT_MAX - 9) / 10)
			return 0;
		n = n * 10 + (*value - '0');
	}
	return *value == '\0' && n > 1 ? n : 0;
}

static void take_line(char *line, struct notify_message *m)
{
	char *value = strchr(line, '=');

	if (value == NULL)
		return;
	*value++ = '\0';
	if (strcmp(line, "READY") == 0)
		m->ready = m->ready || strcmp(value, "1") == 0;
	else if (strcmp(line, "STOPPING") == 0)
		m->stopping = m->stopping || strcmp(value, "1") == 0;
	else if (strcmp(line, "WATCHDOG") == 0 && strcmp(value, "trigger") == 0)
		m->stuck = true;
	else if (strcmp(line, "WATCHDOG") == 0)
		m->alive = m->alive || strcmp(value, "1") == 0;
	else if (strcmp(line, "MAINPID") == 0)
		m->main_process = take_process(value);
	else if (strcmp(line, "STATUS") == 0)
		m->status = value;
}

void notify_message_parse(char *text, size_t len, struct notify_message *ret)
{
	char *end = text + len;

	*ret = (struct notify_message){0};
	*end = '\0';
	while (text < end) {
		char *newline = memchr(text, '\n', (size_t)(end - text));

		if (newline == NULL)
			newline = end;
		*newline = '\0';
		take_line(text, ret);
		text = newline + 1;
	}
}
