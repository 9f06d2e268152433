#include "spawn.h"

#include "message.h"
#include "signals.h"
#include "terminal.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#define EXIT_NOT_STARTED 127

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

static _Noreturn void child_run(const struct spawn_plan *plan, int report)
{
	static char path[] = "PATH=/usr/sbin:/usr/bin:/sbin:/bin";
	static char home_root[] = "HOME=/root";
	static char home_none[] = "HOME=/";
	char term[32];
	char terminal[64];
	char argv0[64];
	char *argv[] = {argv0, NULL};
	char *env[] = {path, home_none, term, NULL};

	setsid();
	terminal_find(terminal, sizeof(terminal));
	if (plan->terminal ? !on_terminal(terminal) : !on_console_output())
		child_fail(report, "cannot open the console");
	if (chdir("/root") == 0)
		env[1] = home_root;
	message_put(term, sizeof(term), "TERM=%s", terminal_kind(terminal));
	message_put(argv0, sizeof(argv0), "%s", plan->argv0);

	signals_reset();
	execve(plan->path, argv, env);
	child_fail(report, "cannot be executed");
}

pid_t spawn(const struct spawn_plan *plan, int *ret_report)
{
	int report[2];
	pid_t pid;
	int error;

	if (pipe2(report, O_CLOEXEC | O_NONBLOCK) < 0)
		return -1;
	pid = fork();
	if (pid == 0)
		child_run(plan, report[1]);
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
