#include "spawn.h"

#include "message.h"
#include "signals.h"
#include "terminal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#define EXIT_NOT_STARTED 127

/* A line of configuration has no room for more words. */
#define ARGUMENTS_MAX 512

/* The texts are constants of this very program, so their addresses hold in parent and child. */
static _Noreturn void child_fail(int report, const char *what)
{
	const struct spawn_failure failure = {.what = what, .error = errno};

	/* A parent that cannot be told still sees the status. */
	if (write(report, &failure, sizeof(failure)) < 0)
		_exit(EXIT_NOT_STARTED);
	_exit(EXIT_NOT_STARTED);
}

static bool put_on_stdio(int in, int out)
{
	return dup2(in, STDIN_FILENO) >= 0 && dup2(out, STDOUT_FILENO) >= 0 &&
	       dup2(out, STDERR_FILENO) >= 0;
}

static bool on_terminal(const char *path)
{
	int fd = terminal_open(path);

	if (fd < 0)
		return false;
	terminal_take(fd);
	return put_on_stdio(fd, fd);
}

/* By the name /dev/console: the exit of the shell hangs up what was opened by another one. */
static bool on_console_output(void)
{
	int in = open("/dev/null", O_RDWR | O_CLOEXEC);
	int out = terminal_open("/dev/console");

	if (out < 0)
		out = in;
	/* Without /dev/null it inherits that of PID 1, or what stands for it. */
	return in < 0 || put_on_stdio(in, out);
}

/* A shell that begins with '-' is a login shell, as one on a terminal should be. */
static void make_argv(const struct service_settings *s, char *argv[])
{
	static char login_name[64];
	const char *word = s->exec;
	size_t count = 0;

	for (; *word != '\0' && count < ARGUMENTS_MAX; word += strlen(word) + 1)
		argv[count++] = (char *)word;
	argv[count] = NULL;
	if (s->terminal) {
		message_put(login_name, sizeof(login_name), "-%s", strrchr(s->exec, '/') + 1);
		argv[0] = login_name;
	}
}

static _Noreturn void child_run(const struct service_settings *s, int report)
{
	static char path[] = "PATH=/usr/sbin:/usr/bin:/sbin:/bin";
	static char home_root[] = "HOME=/root";
	static char home_none[] = "HOME=/";
	char term[32];
	char terminal[64];
	char *argv[ARGUMENTS_MAX + 1];
	char *env[] = {path, home_none, term, NULL};

	setsid();
	terminal_find(terminal, sizeof(terminal));
	if (s->terminal ? !on_terminal(terminal) : !on_console_output())
		child_fail(report, "cannot open the console");
	if (chdir("/root") == 0)
		env[1] = home_root;
	message_put(term, sizeof(term), "TERM=%s", terminal_kind(terminal));
	make_argv(s, argv);

	signals_reset();
	execve(s->exec, argv, env);
	child_fail(report, "cannot be executed");
}

pid_t spawn(const struct service_settings *s, int *ret_report)
{
	int report[2];
	pid_t pid;
	int error;

	if (pipe2(report, O_CLOEXEC | O_NONBLOCK) < 0)
		return -1;
	pid = fork();
	if (pid == 0)
		child_run(s, report[1]);
	error = errno;
	close(report[1]);
	if (pid < 0) {
		close(report[0]);
		errno = error;
		return -1;
	}
	*ret_report = report[0];
	return pid;
}

int spawn_result(int report, struct spawn_failure *ret_failure)
{
	struct spawn_failure failure;
	ssize_t got = read(report, &failure, sizeof(failure));

	if (got == (ssize_t)sizeof(failure)) {
		*ret_failure = failure;
		return -1;
	}
	return got < 0 && errno == EAGAIN ? 0 : 1;
}
