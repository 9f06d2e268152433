#include "terminal.h"

#include "shared/message.h"
#include "shared/small_file.h"
#include "shared/words.h"

#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#define ACTIVE_FILE "/sys/class/tty/console/active"
#define CONSOLE	    "/dev/console"

void terminal_find(char *ret_path, size_t size)
{
	char text[256];
	char word[64] = "";
	const char *rest = text;

	if (small_file_read(ACTIVE_FILE, text, sizeof(text)) > 0)
		while (words_next(&rest, word, sizeof(word)))
			;
	message_put(ret_path, size, "/dev/%s", word);
	if (word[0] == '\0' || access(ret_path, F_OK) < 0)
		message_put(ret_path, size, CONSOLE);
}

int terminal_open(const char *path)
{
	int fd = open(path, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
	int flags;

	if (fd < 0)
		return -1;
	flags = fcntl(fd, F_GETFL, 0);
	if (flags >= 0)
		fcntl(fd, F_SETFL, flags & ~O_NONBLOCK);
	return fd;
}

/* What `stty sane` sets, but for speed and parity: those are the console's own. */
static void make_sane(int fd)
{
	struct termios t;

	if (tcgetattr(fd, &t) < 0)
		return;
	t.c_iflag = ICRNL | IXON | IUTF8;
	t.c_oflag = OPOST | ONLCR;
	t.c_lflag = ISIG | ICANON | IEXTEN | ECHO | ECHOE | ECHOK | ECHOCTL | ECHOKE;
	t.c_cflag |= CREAD | HUPCL;
	t.c_cc[VINTR] = 'C' - '@';
	t.c_cc[VQUIT] = '\\' - '@';
	t.c_cc[VERASE] = 0x7f;
	t.c_cc[VKILL] = 'U' - '@';
	t.c_cc[VEOF] = 'D' - '@';
	t.c_cc[VSTART] = 'Q' - '@';
	t.c_cc[VSTOP] = 'S' - '@';
	t.c_cc[VSUSP] = 'Z' - '@';
	tcsetattr(fd, TCSANOW, &t);
}

void terminal_take(int fd)
{
	/* By force: whoever had it before is a session that PID 1 did not give it to. */
	if (ioctl(fd, TIOCSCTTY, 1) < 0)
		ioctl(fd, TIOCSCTTY, 0);
	make_sane(fd);
}

const char *terminal_kind(const char *path)
{
	const char *name = strncmp(path, "/dev/tty", 8) == 0 ? path + 8 : "";

	return *name >= '0' && *name <= '9' ? "linux" : "vt100";
}
