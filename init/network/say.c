#include "network/say.h"

#include "shared/message.h"

#include <errno.h>
#include <stdarg.h>
#include <unistd.h>

void say(const char *format, ...)
{
	char line[512];
	va_list args;
	size_t len;

	va_start(args, format);
	len = message_format(line, sizeof(line) - 1, format, args);
	va_end(args);
	line[len++] = '\n';
	/* Without anybody who reads it there is nobody to tell. */
	if (write(STDOUT_FILENO, line, len) < 0)
		errno = 0;
}
