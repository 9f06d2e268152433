#include "host/progress.h"

#include "base/log.h"
#include "host/clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { QUIET_MS = 1000, TERMINAL_MS = 100, PLAIN_MS = 30000, WIDTH = 80, WIDEST = 200 };

void progress_begin(struct progress *p, const char *what)
{
	const char *term = getenv("TERM");

	*p = (struct progress){
		.what = what,
		.started_ms = clock_ms(),
		.terminal = isatty(STDERR_FILENO) && term && strcmp(term, "dumb") != 0,
	};
	p->shown_ms = p->started_ms;
}

static size_t terminal_width(void)
{
	struct winsize size;

	if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) < 0 || size.ws_col < 20)
		return WIDTH;
	return size.ws_col < WIDEST ? size.ws_col : WIDEST;
}

void progress_update(struct progress *p, const char *detail)
{
	uint64_t now = clock_ms();
	uint64_t pause = p->terminal ? TERMINAL_MS : PLAIN_MS;
	char time[32], line[WIDEST + 1];

	if (log_level() < LOG_NORMAL || now - p->started_ms < QUIET_MS || now - p->shown_ms < pause)
		return;
	p->shown_ms = now;
	p->shown = true;
	duration_text(now - p->started_ms, time, sizeof(time));
	if (!p->terminal) {
		fprintf(stderr, "%s: %s, %s\n", p->what, detail, time);
		return;
	}
	/* One column stays free: some terminals wrap when the last one is written. */
	snprintf(line, terminal_width(), "%s: %s, %s", p->what, detail, time);
	fprintf(stderr, "\r\033[K%s", line);
	fflush(stderr);
}

uint64_t progress_end(struct progress *p)
{
	if (p->shown && p->terminal)
		fputs("\r\033[K", stderr);
	return clock_ms() - p->started_ms;
}

const char *duration_text(uint64_t ms, char *to, size_t size)
{
	if (ms < 60000)
		snprintf(to, size, "%llu.%llu s", (unsigned long long)ms / 1000,
			 (unsigned long long)ms % 1000 / 100);
	else
		snprintf(to, size, "%llu m %02llu s", (unsigned long long)ms / 60000,
			 (unsigned long long)ms / 1000 % 60);
	return to;
}

const char *size_text(uint64_t bytes, char *to, size_t size)
{
	static const char *const units[] = {"KiB", "MiB", "GiB", "TiB"};
	uint64_t tenths = bytes * 10 / 1024;
	size_t unit = 0;

	if (bytes < 1024) {
		snprintf(to, size, "%llu bytes", (unsigned long long)bytes);
		return to;
	}
	while (tenths >= 10240 && unit + 1 < sizeof(units) / sizeof(units[0])) {
		tenths /= 1024;
		unit++;
	}
	snprintf(to, size, "%llu.%llu %s", (unsigned long long)tenths / 10,
		 (unsigned long long)tenths % 10, units[unit]);
	return to;
}
