#include "host/passphrase.h"

#include "base/parse.h"
#include "host/file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <termios.h>
#include <unistd.h>

int passphrase_fd_parse(const char *text, struct passphrase_source *to, struct err *e)
{
	uint64_t fd;

	if (parse_number(text, 10, INT_MAX, "--passphrase-fd", &fd, e) < 0)
		return -1;
	/* Now, before a file that is opened gets this number. */
	if (fcntl((int)fd, F_GETFD) < 0)
		return err_set(e, ERR_USAGE,
			       "--passphrase-fd %d: descriptor %d is not open, as '%d<FILE' in a "
			       "shell opens it",
			       (int)fd, (int)fd, (int)fd);
	to->has_fd = true;
	to->fd = (int)fd;
	return 0;
}

/* In a mapping of its own, which no core dump has. */
struct passphrase_answer {
	char *what;
	char *text; /* PASSPHRASE_MAX bytes */
};

void passphrase_memory_done(struct passphrase_memory *m)
{
	for (size_t i = 0; i < m->n; i++) {
		explicit_bzero(m->answers[i].text, PASSPHRASE_MAX);
		munmap(m->answers[i].text, PASSPHRASE_MAX);
		free(m->answers[i].what);
	}
	free(m->answers);
	*m = (struct passphrase_memory){.n = 0};
}

static const char *recall(const struct passphrase_memory *m, const char *what)
{
	for (size_t i = 0; m && i < m->n; i++)
		if (!strcmp(m->answers[i].what, what))
			return m->answers[i].text;
	return NULL;
}

static int remember(struct passphrase_memory *m, const char *what, const char *text, struct err *e)
{
	struct passphrase_answer *answers = reallocarray(m->answers, m->n + 1, sizeof(*answers));
	struct passphrase_answer a = {.what = strdup(what)};

	if (answers)
		m->answers = answers;
	if (answers && a.what)
		a.text = mmap(NULL, PASSPHRASE_MAX, PROT_READ | PROT_WRITE,
			      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (!a.text || a.text == MAP_FAILED) {
		free(a.what);
		return err_memory(e);
	}
	madvise(a.text, PASSPHRASE_MAX, MADV_DONTDUMP);
	memcpy(a.text, text, strlen(text) + 1);
	answers[m->n++] = a;
	return 0;
}

/* Byte by byte: what follows the line stays in the descriptor for whoever reads next. */
static int read_line(int fd, char *to, size_t size, struct err *e)
{
	size_t n = 0;

	for (;;) {
		char c;
		ssize_t got = read(fd, &c, 1);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return err_os(e, "read the passphrase");
		if (got == 0 || c == '\n')
			break;
		if (n + 1 == size)
			return err_set(e, ERR_LIMIT,
				       "a passphrase has at most %zu bytes: this one is longer",
				       size - 1);
		to[n++] = c;
	}
	to[n] = '\0';
	return 0;
}

static int from_environment(const char *value, char *to, size_t size, struct err *e)
{
	size_t len = strlen(value);

	if (len >= size)
		return err_set(e, ERR_LIMIT,
			       "a passphrase has at most %zu bytes: that in " PASSPHRASE_ENVIRONMENT
			       " is longer",
			       size - 1);
	memcpy(to, value, len + 1);
	return 0;
}

static int ask(const char *what, char *to, size_t size, struct err *e)
{
	AUTO_CLOSE int tty = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
	struct termios before, silent;
	int r;

	if (tty < 0 || tcgetattr(tty, &before) < 0)
		return err_set(
			e, ERR_INPUT,
			"%s needs a passphrase, and there is no terminal to ask for it: give "
			"--passphrase-fd N or the variable " PASSPHRASE_ENVIRONMENT,
			what);
	silent = before;
	silent.c_lflag &= ~(tcflag_t)ECHO;
	silent.c_lflag |= ICANON | ECHONL;
	dprintf(tty, "passphrase of %s: ", what);
	/* What was typed before is no answer. A signal ends us: the shell mends its terminal. */
	if (tcsetattr(tty, TCSAFLUSH, &silent) < 0)
		return err_os(e, "turn off the terminal's echo");
	r = read_line(tty, to, size, e);
	tcsetattr(tty, TCSANOW, &before);
	return r;
}

static int get_new(const struct passphrase_source *from, const char *what, char *to, size_t size,
		   struct err *e)
{
	const char *value = getenv(PASSPHRASE_ENVIRONMENT);

	if (from->has_fd)
		return read_line(from->fd, to, size, e);
	if (value)
		return from_environment(value, to, size, e);
	if (!from->memory || !from->memory->is_silent)
		return ask(what, to, size, e);
	from->memory->was_mute = true;
	return err_set(e, ERR_INPUT, "%s needs a passphrase", what);
}

int passphrase_get(const struct passphrase_source *from, const char *what, char *to, size_t size,
		   struct err *e)
{
	const char *known = recall(from->memory, what);

	if (known)
		return from_environment(known, to, size, e);
	if (get_new(from, what, to, size, e) < 0)
		return -1;
	return from->memory ? remember(from->memory, what, to, e) : 0;
}

bool passphrase_is_given(const struct passphrase_source *from)
{
	return from->has_fd || getenv(PASSPHRASE_ENVIRONMENT);
}

int passphrase_get_new(const struct passphrase_source *from, const char *what, char *to,
		       size_t size, struct err *e)
{
	char again[PASSPHRASE_MAX];
	int r = 0;

	if (passphrase_get(from, what, to, size, e) < 0)
		return -1;
	if (!*to)
		return err_set(e, ERR_INPUT,
			       "the passphrase of %s is empty: it would protect "
			       "nothing",
			       what);
	if (passphrase_is_given(from))
		return 0;
	r = ask("the same, again", again, sizeof(again), e);
	if (r == 0 && strcmp(to, again))
		r = err_set(e, ERR_INPUT, "the second passphrase is not the first");
	explicit_bzero(again, sizeof(again));
	return r;
}
