#include "base/err.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static void mark_cut(char *text, size_t size, int wanted)
{
	if (wanted >= 0 && (size_t)wanted >= size)
		memcpy(text + size - 4, "...", 4);
}

static void set_text(struct err *e, const char *format, va_list ap)
{
	int n = vsnprintf(e->text, sizeof(e->text), format, ap);

	mark_cut(e->text, sizeof(e->text), n);
}

int err_set(struct err *e, enum err_kind kind, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	set_text(e, format, ap);
	va_end(ap);
	e->kind = kind;
	e->errnum = 0;
	return -1;
}

int err_os(struct err *e, const char *format, ...)
{
	int errnum = errno;
	va_list ap;
	size_t len;
	int n;

	va_start(ap, format);
	set_text(e, format, ap);
	va_end(ap);
	len = strlen(e->text);
	n = snprintf(e->text + len, sizeof(e->text) - len, ": %s", strerror(errnum));
	mark_cut(e->text, sizeof(e->text), (int)len + n);
	e->kind = errnum == ENOMEM ? ERR_MEMORY : ERR_SYSTEM;
	e->errnum = errnum;
	return -1;
}

int err_memory(struct err *e)
{
	return err_set(e, ERR_MEMORY, "out of memory");
}

int err_ctx(struct err *e, const char *format, ...)
{
	char inner[sizeof(e->text)];
	va_list ap;
	size_t len;
	int n;

	memcpy(inner, e->text, sizeof(inner));
	va_start(ap, format);
	set_text(e, format, ap);
	va_end(ap);
	len = strlen(e->text);
	n = snprintf(e->text + len, sizeof(e->text) - len, ": %s", inner);
	mark_cut(e->text, sizeof(e->text), (int)len + n);
	return -1;
}

int err_usage(struct err *e)
{
	if (e->kind != ERR_MEMORY)
		e->kind = ERR_USAGE;
	return -1;
}
