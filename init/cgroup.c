#include "cgroup.h"

#include "console.h"
#include "shared/message.h"
#include "shared/small_file.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define ROOT	      "/sys/fs/cgroup/"
#define CPU_PERIOD    100000
#define HUNDRED	      100
#define FILE_PATH_MAX 96

static bool present;

static bool put(const char *name, const char *file, const char *text)
{
	char path[FILE_PATH_MAX];
	ssize_t len = (ssize_t)strlen(text);
	ssize_t done = -1;
	int error;
	int fd;

	message_put(path, sizeof(path), ROOT "%s/%s", name, file);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	done = write(fd, text, (size_t)len);
	error = errno;
	close(fd);
	errno = error;
	return done == len;
}

void cgroup_open(void)
{
	present = access(ROOT "cgroup.procs", F_OK) == 0;
}

/* One by one: a kernel without one of them would refuse all. */
void cgroup_control(void)
{
	static const char controllers[][8] = {"+memory", "+cpu", "+pids"};
	static bool done;

	if (!present || done)
		return;
	done = true;
	for (size_t i = 0; i < sizeof(controllers) / sizeof(controllers[0]); i++)
		put(".", "cgroup.subtree_control", controllers[i]);
}

static void limit(const char *name, const char *file, const char *text)
{
	if (!put(name, file, text))
		console_say("%s: cannot set %s to %s: %s", name, file, text, strerror(errno));
}

static void limit_number(const char *name, const char *file, int64_t n)
{
	char text[24];

	if (n == SETTING_UNSET)
		return;
	message_number(text, sizeof(text), n);
	limit(name, file, text);
}

void cgroup_make(const struct service_settings *s)
{
	char path[FILE_PATH_MAX];
	char quota[24];
	char text[40];

	if (!present) {
		if (s->memory_max != SETTING_UNSET || s->cpu_max != SETTING_UNSET ||
		    s->pids_max != SETTING_UNSET)
			console_say("%s has no limits: there are no control groups", s->name);
		return;
	}
	message_put(path, sizeof(path), ROOT "%s", s->name);
	if (mkdir(path, 0755) < 0 && errno != EEXIST)
		console_say("cannot make %s: %s", path, strerror(errno));
	if (s->memory_max != SETTING_UNSET || s->cpu_max != SETTING_UNSET ||
	    s->pids_max != SETTING_UNSET)
		cgroup_control();
	limit_number(s->name, "memory.max", s->memory_max);
	limit_number(s->name, "pids.max", s->pids_max);
	if (s->cpu_max == SETTING_UNSET)
		return;
	message_number(quota, sizeof(quota), s->cpu_max * (CPU_PERIOD / HUNDRED));
	message_put(text, sizeof(text), "%s %d", quota, CPU_PERIOD);
	limit(s->name, "cpu.max", text);
}

/* Moving a process waits until every processor has rested; one that starts there need not move. */
pid_t cgroup_fork(const char *name)
{
	struct clone_args how = {.flags = CLONE_INTO_CGROUP, .exit_signal = SIGCHLD};
	char path[FILE_PATH_MAX];
	pid_t pid;
	int error;
	int folder;

	message_put(path, sizeof(path), ROOT "%s", name);
	folder = present ? open(path, O_PATH | O_DIRECTORY | O_CLOEXEC) : -1;
	if (folder < 0)
		return -1;
	how.cgroup = (unsigned int)folder;
	pid = (pid_t)syscall(SYS_clone3, &how, sizeof(how));
	error = errno;
	if (pid != 0)
		close(folder);
	errno = error;
	return pid;
}

bool cgroup_join(const char *name)
{
	return !present || put(name, "cgroup.procs", "0");
}

/* What stands behind this start of a line, or "". */
static const char *behind(const char *text, const char *start)
{
	size_t len = strlen(start);

	while (*text != '\0') {
		if (strncmp(text, start, len) == 0)
			return text + len;
		text += strcspn(text, "\n");
		text += *text == '\n';
	}
	return text;
}

/* The line of version 2 is "0::/NAME", with "/..." behind it in a group that it made itself. */
bool cgroup_has(const char *name, pid_t main_process, pid_t pid)
{
	char path[40];
	char text[512];
	const char *line;
	size_t len = strlen(name);

	if (pid == main_process)
		return true;
	if (!present)
		return main_process != 0 && getsid(pid) == main_process;
	message_put(path, sizeof(path), "/proc/%d/cgroup", (int)pid);
	if (small_file_read(path, text, sizeof(text)) < 0)
		return false;
	line = behind(text, "0::/");
	return strncmp(line, name, len) == 0 && (line[len] == '\n' || line[len] == '/');
}

void cgroup_kill(const char *name, pid_t main_process)
{
	if (present && put(name, "cgroup.kill", "1"))
		return;
	if (main_process > 1)
		kill(-main_process, SIGKILL);
}

int cgroup_oom_kills(const char *name)
{
	char path[FILE_PATH_MAX];
	char text[256];
	const char *at;
	int count = 0;

	message_put(path, sizeof(path), ROOT "%s/memory.events", name);
	if (!present || small_file_read(path, text, sizeof(text)) < 0)
		return 0;
	for (at = behind(text, "oom_kill "); *at >= '0' && *at <= '9'; at++)
		count = count * 10 + (*at - '0');
	return count;
}
