#include "console.h"

#include "settings.h"
#include "shared/message.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdarg.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#define LINE_MAX_BYTES 512
#define PREFIX	       "pideisn: "

/*
 * The log of facility daemon (3 * 8) at level debug (7). The kernel prints what is more urgent than
 * the console's log level, by default all but debug: so dmesg holds our lines and the console does
 * not show them twice, unless the command line asks for `debug` or `ignore_loglevel`. The other way
 * round, through the log only, `quiet` would swallow them.
 */
#define KMSG_PREFIX "<31>"

static struct {
	int fd;
	size_t kept;
	int lost;
	struct loop *loop;
	struct loop_source room;
} console = {.fd = -1};

/* Apart from the rest, whose initial values would make it 4 KiB of the file. */
static char kept_lines[4096];

/* What services may take of that: one that floods the console leaves room for what PID 1 says. */
#define SERVICES_BYTES 3072

/*
 * A description of our own, since O_NONBLOCK belongs to the description and services must not
 * inherit it. By the name /dev/console and no other: when a shell that has the terminal exits, the
 * kernel hangs up every descriptor of it but those opened by this name.
 */
static void console_open(void)
{
	console.fd = open("/dev/console", O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
}

static void console_close(void)
{
	if (console.fd >= 0)
		close(console.fd);
	console.fd = -1;
}

/* Writes what is kept; false when the descriptor is of no use any more. */
static bool write_kept(void)
{
	while (console.kept > 0) {
		ssize_t done = write(console.fd, kept_lines, console.kept);

		if (done < 0 && errno == EAGAIN)
			return true;
		if (done <= 0)
			return false;
		console.kept -= (size_t)done;
		memmove(kept_lines, kept_lines + done, console.kept);
	}
	return true;
}

/* A console that is a pseudo terminal can be hung up under us; opened again, it goes on. */
static void console_flush(void)
{
	if (console.fd >= 0 && write_kept())
		return;
	console_close();
	console_open();
	if (console.fd >= 0 && !write_kept())
		console_close();
}

static bool keep(const char *text, size_t len, size_t room)
{
	if (console.kept > room || len > room - console.kept)
		return false;
	memcpy(kept_lines + console.kept, text, len);
	console.kept += len;
	return true;
}

static void keep_count_of_lost(void)
{
	char line[LINE_MAX_BYTES];
	size_t len;

	if (console.lost == 0 || console.kept > 0)
		return;
	len = message_put(line, sizeof(line), PREFIX "%d lines did not fit here, see dmesg\n",
			  console.lost);
	if (keep(line, len, sizeof(kept_lines)))
		console.lost = 0;
}

static void watch_for_room(void)
{
	if (console.loop == NULL)
		return;
	if (console.kept > 0 && console.fd >= 0) {
		console.room.fd = console.fd;
		loop_watch(console.loop, &console.room);
	} else {
		loop_unwatch(console.loop, &console.room);
	}
}

static void on_room(void *data)
{
	(void)data;
	console_flush();
	keep_count_of_lost();
	watch_for_room();
}

/*
 * The log takes ten lines in five seconds from one open file and drops the rest in silence, so
 * every line gets a file of its own.
 */
static void log_line(const char *line, size_t len)
{
	int fd = open("/dev/kmsg", O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);

	if (fd < 0)
		return;
	/* A log that refuses the line leaves nothing to do: the console has it. */
	if (write(fd, line, len) < 0)
		errno = 0;
	close(fd);
}

static void show_line(const char *line, size_t len, size_t room)
{
	if (!keep(line, len, room))
		console.lost++;
	console_flush();
	watch_for_room();
}

void console_say(const char *format, ...)
{
	char line[LINE_MAX_BYTES] = KMSG_PREFIX PREFIX;
	const size_t skip = strlen(KMSG_PREFIX);
	size_t len = strlen(line);
	va_list args;

	va_start(args, format);
	len += message_format(line + len, sizeof(line) - len - 1, format, args);
	va_end(args);
	line[len++] = '\n';

	log_line(line, len);
	show_line(line + skip, len - skip, sizeof(kept_lines));
}

void console_service(const char *name, const char *text, int64_t output)
{
	char line[LINE_MAX_BYTES];
	size_t len = message_put(line, sizeof(line), KMSG_PREFIX "%s: %s\n", name, text);
	const size_t skip = strlen(KMSG_PREFIX);

	if (output == OUTPUT_BOTH || output == OUTPUT_LOG)
		log_line(line, len);
	if (output == OUTPUT_BOTH || output == OUTPUT_CONSOLE)
		show_line(line + skip, len - skip, SERVICES_BYTES);
}

void console_watch(struct loop *l)
{
	console.loop = l;
	console.room = (struct loop_source){.events = POLLOUT, .ready = on_room};
	console_flush();
	watch_for_room();
}

void console_forked(void)
{
	console.kept = 0;
	console.lost = 0;
	console.loop = NULL;
}

void console_drain(void)
{
	if (console.fd >= 0)
		tcdrain(console.fd);
}

void console_last_words(const char *text)
{
	char line[128];
	const size_t skip = strlen(KMSG_PREFIX);
	size_t len = message_put(line, sizeof(line), KMSG_PREFIX PREFIX "%s\n", text);

	if (console.fd >= 0 && write(console.fd, line + skip, len - skip) < 0)
		errno = 0;
	log_line(line, len);
}
