/*
 * Stands for mvirt-vmm, for other services and for the shell in a root that holds nothing else.
 * What it does is its argument, and as mvirt-vmm the content of /etc/mode; every line it says
 * begins with "vmm: ", "vm: ", "child: " or "sh: ".
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#define ORPHANS 600

static _Noreturn void wait_for_term(const char *who)
{
	sigset_t set;
	int signal;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigprocmask(SIG_BLOCK, &set, NULL);
	printf("%s: running\n", who);
	sigwait(&set, &signal);
	printf("%s: told to stop\n", who);
	exit(0);
}

static int count_blocked(void)
{
	sigset_t set;
	int count = 0;

	sigprocmask(SIG_SETMASK, NULL, &set);
	for (int signal = 1; signal < NSIG; signal++)
		count += sigismember(&set, signal) == 1;
	return count;
}

static int count_ignored(void)
{
	struct sigaction action;
	int count = 0;

	for (int signal = 1; signal < NSIG; signal++)
		count += sigaction(signal, NULL, &action) == 0 && action.sa_handler == SIG_IGN;
	return count;
}

static int count_files(void)
{
	int count = 0;

	for (int fd = 0; fd < 1024; fd++)
		count += fcntl(fd, F_GETFD) >= 0;
	return count;
}

static void tell_facts(void)
{
	char name[65] = "";
	mode_t mask = umask(0);

	gethostname(name, sizeof(name));
	printf("vmm: host %s\n", name);
	printf("vmm: %d signals blocked, %d ignored\n", count_blocked(), count_ignored());
	printf("vmm: %d files open, umask %o\n", count_files(), (unsigned int)mask);
	printf("vmm: session %s\n", getsid(0) == getpid() ? "own" : "of another");
	printf("vmm: terminal %s\n", open("/dev/tty", O_RDWR) < 0 ? "none" : "taken");
	for (char **word = environ; *word != NULL; word++)
		printf("vmm: environment %s\n", *word);
	printf("vmm: end of facts\n");
}

static void make_orphans(void)
{
	for (int i = 0; i < ORPHANS; i++) {
		pid_t pid = fork();

		if (pid == 0) {
			if (fork() == 0)
				usleep(1000);
			_exit(0);
		}
		waitpid(pid, NULL, 0);
	}
	printf("vmm: %d orphans made\n", ORPHANS);
}

/* The first start makes a child that outlives it; the second looks for it. */
static void run_virtual_machine(void)
{
	FILE *file = fopen("/run/vm", "r");
	int pid = 0;

	if (file != NULL) {
		printf("vmm: vm is %s\n",
		       fscanf(file, "%d", &pid) == 1 && kill(pid, 0) == 0 ? "alive" : "gone");
		wait_for_term("vmm");
	}
	pid = fork();
	if (pid == 0)
		wait_for_term("vm");
	file = fopen("/run/vm", "w");
	fprintf(file, "%d\n", pid);
	fclose(file);
	raise(SIGKILL);
}

static void power_off(void)
{
	if (fork() == 0)
		execl("/init", "/sbin/poweroff", (char *)NULL);
	wait_for_term("vmm");
}

static _Noreturn void flood(void)
{
	for (;;)
		printf("vmm: a line nobody reads\n");
}

/* As sd_notify() does it. */
static void notify(const char *text)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	const char *path = getenv("NOTIFY_SOCKET");
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (path == NULL || fd < 0) {
		printf("vmm: no socket to notify\n");
		return;
	}
	snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	if (sendto(fd, text, strlen(text), 0, (struct sockaddr *)&address, sizeof(address)) < 0)
		printf("vmm: cannot notify\n");
	close(fd);
}

static _Noreturn void be_ready_after(unsigned int ms)
{
	usleep(ms * 1000);
	printf("vmm: now ready\n");
	notify("STATUS=all is well\nREADY=1\n");
	wait_for_term("vmm");
}

/* What the second process is called must be known before the first one ends. */
static _Noreturn void fork_away(void)
{
	char text[64];
	int pid = fork();

	if (pid == 0) {
		usleep(100 * 1000);
		printf("vmm: I am the second\n");
		wait_for_term("vmm");
	}
	snprintf(text, sizeof(text), "MAINPID=%d\nREADY=1", pid);
	notify(text);
	exit(0);
}

/* A child named as the main process; its parent is this process, and not PID 1. */
static int name_child(void)
{
	char text[64];
	int pid = fork();

	if (pid == 0)
		wait_for_term("child");
	snprintf(text, sizeof(text), "MAINPID=%d\nREADY=1", pid);
	notify(text);
	usleep(200 * 1000);
	return pid;
}

static void end_child(int pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

static _Noreturn void outlive_child(void)
{
	end_child(name_child());
	exit(4);
}

static _Noreturn void go_on_without_child(void)
{
	end_child(name_child());
	wait_for_term("vmm");
}

static _Noreturn void stand_over_child(void)
{
	name_child();
	printf("vmm: child named\n");
	for (;;)
		pause();
}

static _Noreturn void be_stuck(void)
{
	notify("WATCHDOG=trigger");
	for (;;)
		pause();
}

static _Noreturn void fall_silent(void)
{
	printf("vmm: watchdog of %s us\n", getenv("WATCHDOG_USEC"));
	notify("READY=1");
	for (int i = 0; i < 4; i++) {
		usleep(200 * 1000);
		notify("WATCHDOG=1");
	}
	printf("vmm: silent\n");
	for (;;)
		pause();
}

/* In a session of its own it is no process of the service any more, as far as anyone can tell. */
static _Noreturn void pretend(void)
{
	if (fork() == 0) {
		setsid();
		notify("READY=1");
		_exit(0);
	}
	wait_for_term("vmm");
}

static _Noreturn void leave_child(void)
{
	if (fork() == 0)
		for (;;)
			pause();
	exit(0);
}

static void tell_limits(void)
{
	struct rlimit files;
	char folder[64] = "";
	char score[16] = "";
	FILE *file = fopen("/proc/self/oom_score_adj", "r");

	getrlimit(RLIMIT_NOFILE, &files);
	if (file == NULL || getcwd(folder, sizeof(folder)) == NULL ||
	    fscanf(file, "%15s", score) != 1)
		exit(98);
	printf("vmm: %d to %d files, in %s, score %s, A is %s\n", (int)files.rlim_cur,
	       (int)files.rlim_max, folder, score, getenv("A"));
}

static _Noreturn void write_much(void)
{
	for (int i = 0; i < 300; i++)
		putchar('x');
	printf("\n\033[31mred\ttab\r\nno end");
	fflush(stdout);
	exit(0);
}

static const struct {
	const char *mode;
	void (*run)(void);
} modes[] = {
	{"fork-away", fork_away},
	{"silent", fall_silent},
	{"pretend", pretend},
	{"leave-child", leave_child},
	{"limits", tell_limits},
	{"much", write_much},
	{"outlive-child", outlive_child},
	{"lose-child", go_on_without_child},
	{"stand-over-child", stand_over_child},
	{"stuck", be_stuck},
};

static int shell(const char *name)
{
	char line[64];

	printf("sh: I am %s, terminal %s, job control %s\n", name,
	       open("/dev/tty", O_RDWR) < 0 ? "none" : "taken",
	       tcgetpgrp(STDIN_FILENO) == getpgrp() ? "works" : "is missing");
	while (fgets(line, sizeof(line), stdin) != NULL) {
		if (strcmp(line, "exit\n") == 0)
			return 0;
		printf("sh: heard %s", line);
	}
	return 1;
}

int main(int argc, char *argv[])
{
	char mode[32] = "";
	FILE *file;

	setvbuf(stdout, NULL, _IOLBF, 0);
	if (strcmp(argv[0], "-sh") == 0)
		return shell(argv[0]);
	if (argc > 1) {
		snprintf(mode, sizeof(mode), "%s", argv[1]);
	} else {
		file = fopen("/etc/mode", "r");
		if (file == NULL || fscanf(file, "%31s", mode) != 1)
			return 99;
		fclose(file);
	}
	for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++)
		if (strcmp(mode, modes[i].mode) == 0)
			modes[i].run();

	if (strcmp(mode, "exit-3") == 0)
		return 3;
	if (strcmp(mode, "exit-0") == 0)
		return 0;
	if (strncmp(mode, "ready-", 6) == 0)
		be_ready_after((unsigned int)strtoul(mode + 6, NULL, 10));
	if (strcmp(mode, "kill-9") == 0)
		raise(SIGKILL);
	if (strcmp(mode, "facts") == 0)
		tell_facts();
	if (strcmp(mode, "orphans") == 0)
		make_orphans();
	if (strcmp(mode, "vm") == 0)
		run_virtual_machine();
	if (strcmp(mode, "poweroff") == 0)
		power_off();
	if (strcmp(mode, "flood") == 0)
		flood();
	if (strcmp(mode, "deaf") == 0) {
		signal(SIGTERM, SIG_IGN);
		printf("vmm: running\n");
		for (;;)
			pause();
	}
	wait_for_term("vmm");
}
