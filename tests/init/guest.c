#include "test.h"

#include "guest.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#define PATIENCE_MS 20000
#define NAMESPACES \
	(CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWNET)

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static bool write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
	ssize_t len = (ssize_t)strlen(text);
	bool done = fd >= 0 && write(fd, text, (size_t)len) == len;

	if (fd >= 0)
		close(fd);
	return done;
}

static bool write_proc(pid_t pid, const char *name, const char *text)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, name);
	return write_file(path, text);
}

/* Root inside is whoever runs the test, and nobody else is there. */
static bool map_users(pid_t pid)
{
	char users[32];
	char groups[32];

	snprintf(users, sizeof(users), "0 %u 1\n", (unsigned int)geteuid());
	snprintf(groups, sizeof(groups), "0 %u 1\n", (unsigned int)getegid());
	return write_proc(pid, "setgroups", "deny") && write_proc(pid, "uid_map", users) &&
	       write_proc(pid, "gid_map", groups);
}

static bool copy_file(const char *from, const char *to)
{
	int in = open(from, O_RDONLY | O_CLOEXEC);
	int out = open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0755);
	ssize_t done = -1;

	while (in >= 0 && out >= 0 && (done = sendfile(out, in, NULL, 1 << 20)) > 0)
		;
	close(in);
	close(out);
	return done == 0;
}

static bool bind_file(const char *from, const char *to)
{
	return write_file(to, "") && mount(from, to, NULL, MS_BIND, NULL) == 0;
}

/*
 * proc, sys, run and tmp are left for pideisn to make; /dev is mounted before, since the namespace
 * may not mount a devtmpfs.
 */
static bool make_root(const struct guest *g, const struct guest_plan *plan)
{
	static const char *const folders[] = {"dev", "etc", "bin", "usr", "usr/sbin"};

	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
	    mount("tmpfs", g->folder, "tmpfs", 0, "mode=0755") < 0 || chdir(g->folder) < 0)
		return false;
	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++)
		if (mkdir(folders[i], 0755) < 0)
			return false;
	if (mount("tmpfs", "dev", "tmpfs", 0, "mode=0755") < 0 ||
	    !bind_file("/dev/null", "dev/null") || !bind_file("/dev/tty", "dev/tty") ||
	    !bind_file(g->terminal, "dev/console") || !copy_file(PIDEISN_BIN, "init"))
		return false;
	if (plan->host_name != NULL && !write_file("etc/hostname", plan->host_name))
		return false;
	if (plan->conf != NULL &&
	    (mkdir("etc/pideisn", 0755) < 0 || !write_file("etc/pideisn/test.conf", plan->conf) ||
	     !copy_file(FAKE_SERVICE, "bin/fake") ||
	     !write_file("etc/passwd", "root:x:0:0::/:\nweb:x:100:101::/:\n") ||
	     !write_file("etc/group", "root:x:0:\nweb:x:101:\n")))
		return false;
	if (plan->prepare != NULL && !plan->prepare())
		return false;
	if (plan->shell && !copy_file(FAKE_SERVICE, "bin/sh"))
		return false;
	if (plan->mode == NULL)
		return true;
	if (strcmp(plan->mode, "broken") == 0)
		return write_file("usr/sbin/mvirt-vmm", "#!/no/such/interpreter\n") &&
		       chmod("usr/sbin/mvirt-vmm", 0755) == 0;
	return write_file("etc/mode", plan->mode) && copy_file(FAKE_SERVICE, "usr/sbin/mvirt-vmm");
}

/* They fail as on a kernel that was built without them. */
static bool take_away(const int *calls)
{
	struct sock_filter program[64];
	unsigned short n = 0;
	struct sock_fprog whole = {.filter = program};

	program[n++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
						    offsetof(struct seccomp_data, nr));
	for (; *calls >= 0; calls++) {
		program[n++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K,
							    (unsigned int)*calls, 0, 1);
		program[n++] =
			(struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS);
	}
	program[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	whole.len = n;
	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
	       prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &whole) == 0;
}

/* As bare as the kernel starts it without a console: no standard files, a foreign environment. */
static _Noreturn void become_init(const struct guest *g, const struct guest_plan *plan, int go)
{
	static char name[] = "/init";
	static char foreign[] = "foo=bar";
	char *argv[16] = {name};
	char *env[] = {foreign, NULL};
	char byte;

	/* A test that is killed leaves no machine behind. */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (read(go, &byte, 1) != 1 || !make_root(g, plan) || chroot(".") < 0 || chdir("/") < 0)
		_exit(errno);
	for (size_t i = 0; plan->words != NULL && plan->words[i] != NULL && i < 14; i++)
		argv[i + 1] = (char *)plan->words[i];
	signal(SIGPIPE, SIG_IGN);
	umask(077);
	for (int fd = 0; fd < 256; fd++)
		close(fd);
	if (plan->lacks != NULL && !take_away(plan->lacks))
		_exit(errno);
	execve(name, argv, env);
	_exit(errno);
}

/* What the command line of a test sees of the terminal is what was written, byte for byte. */
static bool make_terminal(struct guest *g)
{
	struct termios t;

	g->console = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (g->console < 0 || grantpt(g->console) < 0 || unlockpt(g->console) < 0 ||
	    ptsname_r(g->console, g->terminal, sizeof(g->terminal)) != 0)
		return false;
	g->other = open(g->terminal, O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (g->other < 0 || tcgetattr(g->other, &t) < 0)
		return false;
	cfmakeraw(&t);
	return tcsetattr(g->other, TCSANOW, &t) == 0;
}

static pid_t launch(struct guest *g, const struct guest_plan *plan)
{
	const char *base = getenv("TMPDIR");
	int go[2];
	pid_t pid;

	*g = (struct guest){.console = -1, .other = -1};
	snprintf(g->folder, sizeof(g->folder), "%s/pideisn-XXXXXX", base != NULL ? base : "/tmp");
	if (mkdtemp(g->folder) == NULL || !make_terminal(g) || pipe2(go, O_CLOEXEC) < 0)
		return -1;
	pid = (pid_t)syscall(SYS_clone, NAMESPACES | SIGCHLD, NULL, NULL, NULL, NULL);
	if (pid == 0)
		become_init(g, plan, go[0]);
	if (pid > 0 && (!map_users(pid) || write(go[1], "", 1) != 1)) {
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
		pid = -1;
	}
	close(go[0]);
	close(go[1]);
	g->pid = pid;
	return pid;
}

static bool listen_for(struct guest *g, int wait_ms)
{
	struct pollfd polled = {.fd = g->console, .events = POLLIN};
	char buf[4096];
	ssize_t got;

	if (poll(&polled, 1, wait_ms) <= 0)
		return false;
	got = read(g->console, buf, sizeof(buf));
	for (ssize_t i = 0; i < got && g->len + 1 < sizeof(g->text); i++)
		if (buf[i] != '\r')
			g->text[g->len++] = buf[i];
	g->text[g->len] = '\0';
	return got > 0;
}

/* A child that could not make its root ends with errno; one that could has something to say. */
bool guest_possible(const char **why)
{
	static struct guest g;
	const struct guest_plan plan = {0};
	int64_t until = now_ms() + PATIENCE_MS;
	int status = 0;
	bool possible;

	if (launch(&g, &plan) < 0)
		*why = strerror(errno);
	while (g.pid > 0 && g.len == 0 && now_ms() < until) {
		listen_for(&g, 10);
		if (waitpid(g.pid, &status, WNOHANG) == g.pid) {
			g.pid = 0;
			*why = strerror(WEXITSTATUS(status));
		}
	}
	possible = g.len > 0;
	guest_done(&g);
	return possible;
}

void guest_start(struct guest *g, const struct guest_plan *plan)
{
	if (launch(g, plan) < 0)
		fail_msg("start in a namespace: %s", strerror(errno));
}

void guest_listen(struct guest *g)
{
	while (listen_for(g, 0))
		;
}

static size_t find_from(struct guest *g, size_t from, const char *text)
{
	int64_t until = now_ms() + PATIENCE_MS;
	const char *at;

	while ((at = strstr(g->text + from, text)) == NULL) {
		if (now_ms() >= until)
			fail_msg("'%s' was not said, but this:\n%s", text, g->text + from);
		listen_for(g, 100);
	}
	return (size_t)(at - g->text);
}

void guest_says(struct guest *g, const char *text)
{
	find_from(g, 0, text);
}

void guest_says_next(struct guest *g, const char *text)
{
	g->seen = find_from(g, g->seen, text) + strlen(text);
}

void guest_ends_by(struct guest *g, int signal)
{
	int64_t until = now_ms() + PATIENCE_MS;
	int status;

	while (waitpid(g->pid, &status, WNOHANG) == 0) {
		if (now_ms() >= until)
			fail_msg("it did not end, having said:\n%s", g->text);
		usleep(5000);
	}
	g->pid = 0;
	guest_listen(g);
	if (!WIFSIGNALED(status) || WTERMSIG(status) != signal)
		fail_msg("it ended with wait status 0x%x, not by signal %d, having said:\n%s",
			 (unsigned int)status, signal, g->text);
}

/* Field 3 of the line is the state, field 4 the parent; the name before may hold anything. */
static bool is_child(const struct guest *g, const char *pid, char *ret_state)
{
	char path[300];
	char line[512] = "";
	const char *end;
	int parent = 0;
	int fd;

	snprintf(path, sizeof(path), "/proc/%s/stat", pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	if (read(fd, line, sizeof(line) - 1) < 0)
		line[0] = '\0';
	close(fd);
	end = strrchr(line, ')');
	return end != NULL && sscanf(end, ") %c %d", ret_state, &parent) == 2 && parent == g->pid;
}

int guest_children(const struct guest *g, bool zombies)
{
	DIR *folder = opendir("/proc");
	const struct dirent *entry;
	int count = 0;
	char state;

	assert_non_null(folder);
	while ((entry = readdir(folder)) != NULL)
		if (entry->d_name[0] >= '1' && entry->d_name[0] <= '9' &&
		    is_child(g, entry->d_name, &state) && (!zombies || state == 'Z'))
			count++;
	closedir(folder);
	return count;
}

void guest_done(struct guest *g)
{
	if (g->pid > 0) {
		kill(g->pid, SIGKILL);
		waitpid(g->pid, NULL, 0);
	}
	g->pid = 0;
	if (g->console >= 0)
		close(g->console);
	if (g->other >= 0)
		close(g->other);
	g->console = g->other = -1;
	rmdir(g->folder);
}
