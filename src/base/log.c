#include "base/log.h"

#include <stdarg.h>
#include <stdio.h>

static enum log_level current = LOG_NORMAL;

void log_set_level(enum log_level level)
{
	current = level;
}

enum log_level log_level(void)
{
	return current;
}

static void tell(const char *prefix, const char *format, va_list ap)
{
	flockfile(stderr);
	fputs(prefix, stderr);
	vfprintf(stderr, format, ap);
	fputc('\n', stderr);
	funlockfile(stderr);
}

void log_error(const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	tell("error: ", format, ap);
	va_end(ap);
}

void log_warning(const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	tell("warning: ", format, ap);
	va_end(ap);
}

void log_info(const char *format, ...)
{
	va_list ap;

	if (current < LOG_NORMAL)
		return;
	va_start(ap, format);
	tell("", format, ap);
	va_end(ap);
}

void log_detail(const char *format, ...)
{
	va_list ap;

	if (current < LOG_VERBOSE)
		return;
	va_start(ap, format);
	tell("", format, ap);
	va_end(ap);
}
