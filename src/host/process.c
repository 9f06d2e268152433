#include "host/process.h"

#include "base/buf.h"
#include "host/file.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { LINE_MAX_BYTES = 64 * 1024, EXTRA_FD = 3 };

extern char **environ;

/* Variables that change what make, kbuild or a compiler do: a build sees only what we set. */
static const char *const dropped[] = {
	"MAKEFLAGS",
	"MFLAGS",
	"MAKELEVEL",
	"MAKEOVERRIDES",
	"MAKEFILES",
	"GNUMAKEFLAGS",
	"ARCH",
	"SUBARCH",
	"CROSS_COMPILE",
	"LLVM",
	"LLVM_IAS",
	"CFLAGS",
	"CPPFLAGS",
	"LDFLAGS",
	"KCFLAGS",
	"KCPPFLAGS",
	"KAFLAGS",
	"KRUSTFLAGS",
	"HOSTCFLAGS",
	"HOSTCXXFLAGS",
	"HOSTLDFLAGS",
	"HOSTLDLIBS",
	"USERCFLAGS",
	"USERLDFLAGS",
	"LOCALVERSION",
	"LANG",
	"LANGUAGE",
	"LC_ALL",
	"O",
	"V",
	"W",
	/* Those of gcc, and of the programs that compress a kernel. */
	"CPATH",
	"C_INCLUDE_PATH",
	"LIBRARY_PATH",
	"COMPILER_PATH",
	"GCC_EXEC_PREFIX",
	"XZ_OPT",
	"XZ_DEFAULTS",
	"ZSTD_CLEVEL",
	"ZSTD_NBTHREADS",
	"GZIP",
};

static const char *const dropped_prefixes[] = {"KBUILD_", "KCONFIG_", "LC_"};

static bool same_name(const char *a, const char *b)
{
	size_t len = strcspn(a, "=");

	return len == strcspn(b, "=") && !strncmp(a, b, len);
}

static bool is_replaced(const char *variable, const struct strv *added)
{
	for (size_t i = 0; i < ARRAY_LEN(dropped); i++)
		if (same_name(variable, dropped[i]))
			return true;
	for (size_t i = 0; i < ARRAY_LEN(dropped_prefixes); i++)
		if (!strncmp(variable, dropped_prefixes[i], strlen(dropped_prefixes[i])))
			return true;
	for (size_t i = 0; added && i < added->n; i++)
		if (same_name(variable, added->v[i]))
			return true;
	return false;
}

static int make_environment(const struct strv *added, struct strv *to, struct err *e)
{
	for (char **v = environ; *v; v++)
		if (!is_replaced(*v, added) && strv_add(to, *v, e) < 0)
			return -1;
	for (size_t i = 0; added && i < added->n; i++)
		if (strv_add(to, added->v[i], e) < 0)
			return -1;
	return strv_add(to, "LC_ALL=C", e);
}

/* In the child: only what POSIX allows after fork() in a program with threads. */
static void become(const struct process_options *p, const char *program, char **environment,
		   int report, pid_t parent)
{
	int input = p->input, output = p->output, errors = p->errors;
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	sigset_t none;
	int errnum;

	prctl(PR_SET_PDEATHSIG, SIGTERM);
	/* It may have ended before that. */
	if (getppid() != parent)
		_exit(127);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGPIPE, SIG_DFL);
	/* Also those that were open already when we were started. */
	close_range(EXTRA_FD, ~0U, CLOSE_RANGE_CLOEXEC);
	input = input < 0 ? null : input;
	output = output < 0 ? null : output;
	errors = errors < 0 ? output : errors;
	if (null < 0 || (p->folder && chdir(p->folder) < 0) || dup2(input, 0) < 0 ||
	    dup2(output, 1) < 0 || dup2(errors, 2) < 0)
		goto failed;
	if (p->extra >= 0) {
		/* dup2() onto itself would leave FD_CLOEXEC on. */
		if (p->extra == EXTRA_FD ? fcntl(EXTRA_FD, F_SETFD, 0) < 0
					 : dup2(p->extra, EXTRA_FD) < 0)
			goto failed;
	}
	execve(program, p->argv->v, environment);
failed:
	errnum = errno;
	if (write(report, &errnum, sizeof(errnum)) < 0)
		_exit(126);
	_exit(127);
}

/* All descriptors that are given must stay clear of the numbers they are moved to. */
static int keep_high(int *fd, struct err *e)
{
	int old = *fd;

	if (old < 0 || old > EXTRA_FD)
		return 0;
	*fd = fcntl(old, F_DUPFD_CLOEXEC, 10);
	if (*fd < 0)
		err_os(e, "duplicate a descriptor");
	close(old);
	return *fd < 0 ? -1 : 0;
}

static int fork_and_exec(const struct process_options *p, const char *program, char **environment,
			 pid_t *ret, struct err *e)
{
	int ends[2];
	int errnum;
	ssize_t n;
	pid_t parent, pid;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return err_os(e, "make a pipe");
	AUTO_CLOSE int read_end = ends[0];
	AUTO_CLOSE int write_end = ends[1];

	if (keep_high(&write_end, e) < 0)
		return -1;
	parent = getpid();
	pid = fork();
	if (pid < 0)
		return err_os(e, "start '%s'", program);
	if (pid == 0)
		become(p, program, environment, write_end, parent);
	close(write_end);
	write_end = -1;
	do
		n = read(read_end, &errnum, sizeof(errnum));
	while (n < 0 && errno == EINTR);
	if (n == (ssize_t)sizeof(errnum)) {
		waitpid(pid, NULL, 0);
		errno = errnum;
		return err_os(e, "start '%s'", program);
	}
	*ret = pid;
	return 0;
}

int process_start(const struct process_options *p, pid_t *ret, struct err *e)
{
	AUTO_STRV environment = STRV_INIT;
	AUTO_FREE char *program = NULL;

	if (program_find(p->argv->v[0], &program, e) < 0)
		return -1;
	if (!program)
		return err_set(e, ERR_MISSING,
			       "program '%s' is not installed: see mvirt-mkos check",
			       p->argv->v[0]);
	if (make_environment(p->environment, &environment, e) < 0)
		return -1;
	return fork_and_exec(p, program, environment.v, ret, e);
}

int process_wait(pid_t pid, const char *name, int *ret_status, struct err *e)
{
	int status;
	pid_t r;

	do
		r = waitpid(pid, &status, 0);
	while (r < 0 && errno == EINTR);
	if (r < 0)
		return err_os(e, "wait for '%s'", name);
	if (WIFSIGNALED(status))
		return err_set(e, ERR_CHILD, "'%s' was killed by signal %d (%s)", name,
			       WTERMSIG(status), strsignal(WTERMSIG(status)));
	*ret_status = WEXITSTATUS(status);
	return 0;
}

int process_wait_for(pid_t pid, const char *name, uint64_t timeout_ms, int *ret_status,
		     struct err *e)
{
	AUTO_CLOSE int fd = (int)syscall(SYS_pidfd_open, pid, 0);
	struct pollfd ended = {.fd = fd, .events = POLLIN};
	struct err ignored;
	int r;

	if (fd < 0)
		err_os(e, "watch '%s'", name);
	do
		r = fd < 0 ? 0 : poll(&ended, 1, (int)timeout_ms);
	while (r < 0 && errno == EINTR);
	if (r > 0)
		return process_wait(pid, name, ret_status, e);
	kill(pid, SIGKILL);
	/* That it was killed is no news. */
	if (process_wait(pid, name, &r, &ignored) < 0)
		r = -1;
	if (fd < 0)
		return -1;
	*ret_status = -1;
	return 0;
}

/* Gives every whole line in the buffer to the function and keeps the rest. */
static int hand_on_lines(struct buf *pending, bool at_end, process_line_fn *on_line, void *context,
			 struct err *e)
{
	char *start = pending->data;
	size_t left = pending->len;

	while (left) {
		char *newline = memchr(start, '\n', left);
		size_t len = newline ? (size_t)(newline - start) : left;

		if (!newline && !at_end && left < LINE_MAX_BYTES)
			break;
		if (len > LINE_MAX_BYTES)
			len = LINE_MAX_BYTES;
		newline = newline == start + len ? newline : NULL;

		char kept = start[len];

		start[len] = '\0';
		if (on_line(context, start, len, e) < 0)
			return -1;
		start[len] = kept;
		len += newline != NULL;
		start += len;
		left -= len;
	}
	if (left)
		memmove(pending->data, start, left);
	pending->len = left;
	if (pending->data)
		pending->data[left] = '\0';
	return 0;
}

static int pump(int fd, process_line_fn *on_line, void *context, struct err *e)
{
	AUTO_BUF pending = BUF_INIT;

	for (;;) {
		ssize_t n;

		if (buf_reserve(&pending, LINE_MAX_BYTES, e) < 0)
			return -1;
		n = read(fd, pending.data + pending.len, LINE_MAX_BYTES);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_os(e, "read a program's output");
		pending.len += (size_t)n;
		if (hand_on_lines(&pending, n == 0, on_line, context, e) < 0)
			return -1;
		if (n == 0)
			return 0;
	}
}

int process_pump(const struct process_options *p, process_line_fn *on_line, void *context,
		 int *ret_status, struct err *e)
{
	struct process_options piped = *p;
	struct err ended = ERR_INIT;
	int ends[2];
	pid_t pid;
	int r;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return err_os(e, "make a pipe");
	AUTO_CLOSE int read_end = ends[0];
	AUTO_CLOSE int write_end = ends[1];

	if (keep_high(&write_end, e) < 0)
		return -1;
	piped.output = write_end;
	piped.errors = -1;
	if (process_start(&piped, &pid, e) < 0)
		return -1;
	close(write_end);
	write_end = -1;
	r = pump(read_end, on_line, context, e);
	/* A child that waits for room in the pipe is to notice as well. */
	auto_close_(&read_end);
	if (r < 0)
		kill(pid, SIGTERM);
	/* A child that was stopped has failed for the reason that is in *e already. */
	if (process_wait(pid, p->argv->v[0], ret_status, r < 0 ? &ended : e) < 0)
		return -1;
	return r;
}

struct capture {
	struct buf text;
	size_t max;
	const char *name;
};

static int capture_line(void *context, const char *line, size_t len, struct err *e)
{
	struct capture *c = context;

	if (len + 1 > c->max - c->text.len)
		return err_set(e, ERR_LIMIT, "'%s' printed more than %zu bytes", c->name, c->max);
	if (buf_put(&c->text, line, len, e) < 0)
		return -1;
	return buf_put(&c->text, "\n", 1, e);
}

int process_capture(const struct process_options *p, size_t max, char **ret_text, struct err *e)
{
	struct capture c = {.max = max, .name = p->argv->v[0]};
	int status;
	int r = process_pump(p, capture_line, &c, &status, e);

	if (r == 0 && status != 0)
		r = err_set(e, ERR_CHILD, "'%s' failed with status %d: %.400s", c.name, status,
			    buf_str(&c.text));
	if (r == 0)
		r = buf_take(&c.text, ret_text, e);
	buf_done(&c.text);
	return r;
}
