#include "command.h"

#include "probe.h"
#include "shared/message.h"

#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

enum status {
	STATUS_DONE,
	STATUS_FAILED,
	STATUS_USAGE,
};

static const struct {
	const char *name;
	int signal;
} requests[] = {
	{"poweroff", SIGUSR2},
	{"halt", SIGUSR1},
	{"reboot", SIGTERM},
};

static enum status tell(int fd, enum status status, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

static enum status tell(int fd, enum status status, const char *format, ...)
{
	char line[256];
	va_list args;
	size_t len;

	va_start(args, format);
	len = message_format(line, sizeof(line), format, args);
	va_end(args);
	return write(fd, line, len) == (ssize_t)len ? status : STATUS_FAILED;
}

static int request_signal(const char *name)
{
	for (size_t i = 0; i < sizeof(requests) / sizeof(requests[0]); i++)
		if (strcmp(requests[i].name, name) == 0)
			return requests[i].signal;
	return 0;
}

static void tell_missing(const char *option)
{
	tell(STDOUT_FILENO, STATUS_DONE, "CONFIG_%s is missing\n", option);
}

int command_run(int argc, char *const argv[])
{
	const char *slash = argc > 0 ? strrchr(argv[0], '/') : NULL;
	const char *name = slash != NULL ? slash + 1 : argc > 0 ? argv[0] : "pideisn";
	int signal = request_signal(name);

	if (argc == 2 && strcmp(argv[1], "--version") == 0)
		return tell(STDOUT_FILENO, STATUS_DONE, "pideisn %s\n", PIDEISN_VERSION);
	if (argc == 2 && strcmp(argv[1], "--probe") == 0)
		return probe_kernel(tell_missing) ? STATUS_DONE : STATUS_FAILED;
	if (argc > 1)
		return tell(STDERR_FILENO, STATUS_USAGE, "usage: %s [--version|--probe]\n", name);
	if (signal == 0)
		return tell(STDERR_FILENO, STATUS_FAILED, "%s: runs only as process 1\n", name);
	if (kill(1, signal) < 0)
		return tell(STDERR_FILENO, STATUS_FAILED, "cannot ask process 1: %s\n",
			    strerror(errno));
	return STATUS_DONE;
}
