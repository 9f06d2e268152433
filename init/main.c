#include "banner.h"
#include "button.h"
#include "clock.h"
#include "command.h"
#include "console.h"
#include "crash.h"
#include "host_name.h"
#include "host_notify.h"
#include "init.h"
#include "loopback.h"
#include "mounts.h"
#include "notify.h"
#include "sentinel.h"
#include "shutdown.h"
#include "state.h"
#include "sysctl.h"
#include "watchdog.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/reboot.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define PAGE_BYTES	  4096
#define START_STACK_BYTES (64 * 1024)

static struct init init;

/*
 * Without /dev/console in the initramfs the kernel starts us with 0 to 2 closed, and the next files
 * would become the standard ones of every child. A handle on / holds the places; it needs no /dev.
 */
static void stdio_reserve(void)
{
	int fd;

	do {
		fd = open("/", O_PATH);
	} while (fd >= 0 && fd < STDERR_FILENO);
	if (fd > STDERR_FILENO)
		close(fd);
}

/*
 * PID 1 reads nothing and speaks through its own descriptor, which is open by now: closing the last
 * one of a serial line would wait until the line has sent everything.
 */
static void stdio_to_null(void)
{
	int fd = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (fd < 0) {
		console_say("cannot open /dev/null: %s", strerror(errno));
		return;
	}
	dup2(fd, STDIN_FILENO);
	dup2(fd, STDOUT_FILENO);
	dup2(fd, STDERR_FILENO);
	close(fd);
}

void init_reap(struct init *i)
{
	int status;
	pid_t pid;

	notify_drain();
	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		if (pid == i->helper) {
			i->helper = 0;
			i->helper_status = status;
		}
		services_ended(&i->services, pid, status);
	}
	i->childless = pid < 0;
}

static void on_signal(void *data)
{
	struct init *i = data;
	struct signalfd_siginfo got;

	while (read(i->signals.fd, &got, sizeof(got)) == (ssize_t)sizeof(got)) {
		enum request request = signals_request((int)got.ssi_signo);

		if (request == REQUEST_NONE) {
			init_reap(i);
		} else if (i->request == REQUEST_NONE) {
			i->request = request;
			i->asked_by = (int)got.ssi_signo;
		}
	}
}

/*
 * The order matters: signals are blocked before the kernel is told to send one for Ctrl-Alt-Del,
 * which a pid namespace refuses and does not need, and the crash is trapped before anything can.
 */
static void set_up(struct init *i)
{
	signals_block();
	crash_trap();
	reboot(RB_DISABLE_CAD);
	stdio_reserve();
	umask(022);

	mounts_make();
	console_watch(&i->loop);
	stdio_to_null();

	i->signals = (struct loop_source){.fd = signals_open(), .events = POLLIN};
	if (i->signals.fd < 0)
		console_say("no signals, so nothing is restarted or shut down: signalfd: %s",
			    strerror(errno));
	i->signals.ready = on_signal;
	i->signals.data = i;
	loop_watch(&i->loop, &i->signals);
}

/*
 * The start needs a stack several times as deep as all that comes after it: what lies well below
 * this frame is given back.
 */
static void shrink_stack(void)
{
	char here;
	uintptr_t end = ((uintptr_t)&here & ~(uintptr_t)(PAGE_BYTES - 1)) - PAGE_BYTES;

	/* Where the stack never was there is nothing to give back, which is an error to madvise. */
	if (madvise((void *)(end - START_STACK_BYTES), START_STACK_BYTES, MADV_DONTNEED) < 0)
		errno = 0;
}

static void on_ready(void *data)
{
	const struct init *i = data;

	host_notify_ready(i->settings.system.ready_port);
}

int main(int argc, char *argv[])
{
	if (getpid() != 1)
		return command_run(argc, argv);

	set_up(&init);
	sentinel_check();
	settings_read(&init.settings);
	watchdog_start(&init.loop, init.settings.system.watchdog_ms);
	mounts_huge_pages(init.settings.system.huge_pages);
	button_watch(&init.loop);
	clock_check();
	sysctl_apply();
	host_name_apply(init.settings.system.host_name);
	loopback_up();
	banner_services(&init.services);
	init.services.when_ready = on_ready;
	init.services.data = &init;
	services_start_network(&init.services, &init.loop, &init.settings);
	state_mount(&init, &init.settings.state);
	services_start(&init.services, &init.settings);
	shrink_stack();
	while (init.request == REQUEST_NONE)
		loop_wait(&init.loop, LOOP_FOREVER);
	shutdown_run(&init);
}
