#include "shared/message.h"

#include <signal.h>
#include <sys/wait.h>

struct line {
	char *buf;
	size_t size;
	size_t len;
};

static void line_char(struct line *l, char c)
{
	if (l->len + 1 < l->size)
		l->buf[l->len++] = c;
}

static void line_text(struct line *l, const char *text)
{
	if (text == NULL)
		text = "(none)";
	for (; *text != '\0'; text++) {
		unsigned char c = (unsigned char)*text;

		line_char(l, c < ' ' || c == 0x7f ? '?' : *text);
	}
}

static void line_number(struct line *l, int64_t n)
{
	char digits[20];
	uint64_t rest = n < 0 ? 0U - (uint64_t)n : (uint64_t)n;
	size_t count = 0;

	do {
		digits[count++] = (char)('0' + rest % 10);
		rest /= 10;
	} while (rest > 0);
	if (n < 0)
		line_char(l, '-');
	while (count > 0)
		line_char(l, digits[--count]);
}

void message_number(char *buf, size_t size, int64_t n)
{
	struct line l = {.buf = buf, .size = size};

	line_number(&l, n);
	if (size > 0)
		buf[l.len] = '\0';
}

size_t message_format(char *buf, size_t size, const char *format, va_list args)
{
	struct line l = {.buf = buf, .size = size};

	for (; *format != '\0'; format++) {
		if (*format != '%' || format[1] == '\0') {
			line_char(&l, *format);
			continue;
		}
		format++;
		if (*format == 's')
			line_text(&l, va_arg(args, const char *));
		else if (*format == 'd')
			line_number(&l, va_arg(args, int));
		else
			line_char(&l, *format);
	}
	if (size > 0)
		buf[l.len] = '\0';
	return l.len;
}

size_t message_put(char *buf, size_t size, const char *format, ...)
{
	va_list args;
	size_t len;

	va_start(args, format);
	len = message_format(buf, size, format, args);
	va_end(args);
	return len;
}

const char *message_signal_name(int signal)
{
	static const char names[][10] = {
		[SIGHUP] = "SIGHUP",	   [SIGINT] = "SIGINT",	      [SIGQUIT] = "SIGQUIT",
		[SIGILL] = "SIGILL",	   [SIGTRAP] = "SIGTRAP",     [SIGABRT] = "SIGABRT",
		[SIGBUS] = "SIGBUS",	   [SIGFPE] = "SIGFPE",	      [SIGKILL] = "SIGKILL",
		[SIGUSR1] = "SIGUSR1",	   [SIGSEGV] = "SIGSEGV",     [SIGUSR2] = "SIGUSR2",
		[SIGPIPE] = "SIGPIPE",	   [SIGALRM] = "SIGALRM",     [SIGTERM] = "SIGTERM",
		[SIGSTKFLT] = "SIGSTKFLT", [SIGCHLD] = "SIGCHLD",     [SIGCONT] = "SIGCONT",
		[SIGSTOP] = "SIGSTOP",	   [SIGTSTP] = "SIGTSTP",     [SIGTTIN] = "SIGTTIN",
		[SIGTTOU] = "SIGTTOU",	   [SIGURG] = "SIGURG",	      [SIGXCPU] = "SIGXCPU",
		[SIGXFSZ] = "SIGXFSZ",	   [SIGVTALRM] = "SIGVTALRM", [SIGPROF] = "SIGPROF",
		[SIGWINCH] = "SIGWINCH",   [SIGIO] = "SIGIO",	      [SIGPWR] = "SIGPWR",
		[SIGSYS] = "SIGSYS",
	};

	if (signal < 1 || (size_t)signal >= sizeof(names) / sizeof(names[0]))
		return NULL;
	return names[signal];
}

const char *message_ending(char *buf, size_t size, int status)
{
	const char *name;

	if (WIFEXITED(status)) {
		message_put(buf, size, "exited with status %d", WEXITSTATUS(status));
		return buf;
	}
	name = message_signal_name(WTERMSIG(status));
	if (name != NULL)
		message_put(buf, size, "killed by signal %d (%s)", WTERMSIG(status), name);
	else
		message_put(buf, size, "killed by signal %d", WTERMSIG(status));
	return buf;
}
