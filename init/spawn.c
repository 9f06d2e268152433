#include "spawn.h"

#include "banner.h"
#include "cgroup.h"
#include "notify.h"
#include "rlimits.h"
#include "shared/message.h"
#include "signals.h"
#include "terminal.h"
#include "users.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define EXIT_NOT_STARTED 127

/* A line of configuration has no room for more words. */
#define ARGUMENTS_MAX	512
#define ENVIRONMENT_MAX 512

/* The texts are constants of this very program, so their addresses hold in parent and child. */
static _Noreturn void child_fail(int report, const char *what, int error)
{
	const struct spawn_failure failure = {.what = what, .error = error};

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

/* Without /dev/null it inherits that of PID 1, or what stands for it. */
static bool on_pipe(int out)
{
	int in = open("/dev/null", O_RDONLY | O_CLOEXEC);

	return put_on_stdio(in >= 0 ? in : STDIN_FILENO, out);
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

static size_t name_length(const char *assignment)
{
	return strcspn(assignment, "=") + 1;
}

/* What the settings say comes in the place of what PID 1 would give under that name. */
static void add_variable(char *env[], char *assignment)
{
	size_t i = 0;

	while (env[i] != NULL && strncmp(env[i], assignment, name_length(assignment)) != 0)
		i++;
	if (i == ENVIRONMENT_MAX)
		return;
	if (env[i] == NULL)
		env[i + 1] = NULL;
	env[i] = assignment;
}

static void make_environment(const struct service_settings *s, const char *terminal, char *env[])
{
	static char path[] = "PATH=/usr/sbin:/usr/bin:/sbin:/bin";
	static char home[] = "HOME=/";
	static char home_root[] = "HOME=/root";
	static char term[32];
	static char socket_name[] = "NOTIFY_SOCKET=" NOTIFY_SOCKET;
	static char watchdog[48] = "WATCHDOG_USEC=";
	static char watchdog_process[32];

	env[0] = NULL;
	message_put(term, sizeof(term), "TERM=%s", terminal_kind(terminal));
	add_variable(env, path);
	add_variable(env, s->user == NULL && access("/root", X_OK) == 0 ? home_root : home);
	add_variable(env, term);
	if (s->ready == READY_NOTIFY || s->watchdog_ms > 0)
		add_variable(env, socket_name);
	if (s->watchdog_ms > 0) {
		message_number(watchdog + strlen(watchdog), 20, s->watchdog_ms * 1000);
		message_put(watchdog_process, sizeof(watchdog_process), "WATCHDOG_PID=%d",
			    (int)getpid());
		add_variable(env, watchdog);
		add_variable(env, watchdog_process);
	}
	for (const char *word = s->environment; word != NULL && *word != '\0';
	     word += strlen(word) + 1)
		add_variable(env, (char *)word);
}

static void change_folder(const struct service_settings *s, int report)
{
	if (s->directory != NULL) {
		if (chdir(s->directory) < 0)
			child_fail(report, "cannot enter its directory", errno);
	} else if (s->user != NULL || chdir("/root") < 0) {
		/* PID 1 is in /, and so is the child. */
		errno = 0;
	}
}

/* Before the user changes, who may do less. */
static void set_limits(const struct service_settings *s, int report)
{
	char text[24];
	int fd;

	if (s->limits != NULL && rlimits_apply(s->limits) < 0)
		child_fail(report, "cannot get its limits", errno);
	if (s->oom_score_adjust == 0)
		return;
	message_number(text, sizeof(text), s->oom_score_adjust);
	fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
	if (fd < 0 || write(fd, text, strlen(text)) < 0)
		child_fail(report, "cannot get its oom-score-adjust", errno);
	close(fd);
}

static void change_user(const struct service_settings *s, int report)
{
	uid_t user = 0;
	gid_t group = 0;

	if (s->user == NULL && s->group == NULL)
		return;
	if (s->user != NULL && !user_find(s->user, &user, &group))
		child_fail(report, "cannot be started: its user is not in /etc/passwd", 0);
	if (s->group != NULL && !group_find(s->group, &group))
		child_fail(report, "cannot be started: its group is not in /etc/group", 0);
	/* The kernel's own calls: the C library's would look for other threads first. */
	if (syscall(SYS_setgroups, 0, NULL) < 0 || syscall(SYS_setgid, group) < 0 ||
	    syscall(SYS_setuid, user) < 0)
		child_fail(report, "cannot become its user", errno);
}

static _Noreturn void child_run(const struct service_settings *s, bool joined, int out, int report)
{
	char terminal[64];
	char *argv[ARGUMENTS_MAX + 1];
	char *env[ENVIRONMENT_MAX + 1];

	setsid();
	if (!joined && !cgroup_join(s->name))
		child_fail(report, "cannot join its control group", errno);
	terminal_find(terminal, sizeof(terminal));
	if (s->terminal ? !on_terminal(terminal) : !on_pipe(out))
		child_fail(report, "cannot open the console", errno);
	make_argv(s, argv);
	make_environment(s, terminal, env);
	change_folder(s, report);
	set_limits(s, report);
	change_user(s, report);
	if (s->terminal)
		banner_show(STDOUT_FILENO);
	signals_reset();
	execve(s->exec, argv, env);
	child_fail(report, "cannot be executed", errno);
}

pid_t spawn(const struct service_settings *s, int out, int *ret_report)
{
	int report[2];
	bool joined;
	pid_t pid;
	int error;

	if (pipe2(report, O_CLOEXEC | O_NONBLOCK) < 0)
		return -1;
	pid = cgroup_fork(s->name);
	joined = pid >= 0;
	if (!joined)
		pid = _Fork();
	if (pid == 0)
		child_run(s, joined, out, report[1]);
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
