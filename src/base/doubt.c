#include "base/doubt.h"

#include "base/log.h"

#include <stdarg.h>
#include <stdio.h>

int doubt(bool strict, struct err *e, const char *format, ...)
{
	char text[sizeof(e->text)];
	va_list ap;

	va_start(ap, format);
	vsnprintf(text, sizeof(text), format, ap);
	va_end(ap);
	if (strict)
		return err_set(e, ERR_INPUT, "%s", text);
	log_warning("%s", text);
	return 0;
}
