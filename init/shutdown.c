#include "shutdown.h"

#include "console.h"
#include "helper.h"
#include "notify.h"
#include "shared/message.h"
#include "shared/small_file.h"
#include "unmount.h"
#include "watchdog.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/reboot.h>
#include <unistd.h>

#define LIMIT_MS	(30 * 1000)
#define TERM_WAIT_MS	1000
#define KILL_WAIT_MS	1000
#define SYNC_WAIT_MS	(10 * 1000)
#define UNMOUNT_WAIT_MS (10 * 1000)
#define DRAIN_WAIT_MS	1000
#define END_WAIT_MS	5000

/* What may still be spent on a step that would like want_ms. */
static int64_t within(int64_t want_ms, int64_t until_ms)
{
	int64_t left_ms = until_ms - loop_now_ms();

	if (left_ms < 0)
		return 0;
	return left_ms < want_ms ? left_ms : want_ms;
}

static void say_why(const struct init *i)
{
	static const char whats[][10] = {
		[REQUEST_REBOOT] = "reboot",
		[REQUEST_POWER_OFF] = "power off",
		[REQUEST_HALT] = "halt",
	};
	const char *what = whats[i->request];
	const char *name = message_signal_name(i->asked_by);

	if (name != NULL)
		console_say("asked to %s by %s", what, name);
	else
		console_say("asked to %s by signal %d", what, i->asked_by);
}

/* All processes descend from PID 1, so none is left when it has no child. */
static void signal_all(struct init *i, int signal, int64_t wait_ms)
{
	int64_t until_ms = loop_now_ms() + wait_ms;

	init_reap(i);
	if (i->childless)
		return;
	kill(-1, signal);
	kill(-1, SIGCONT);
	while (!i->childless && loop_now_ms() < until_ms)
		loop_wait(&i->loop, until_ms);
}

/*
 * Without ACPI the kernel turns a power-off into a halt that never ends. A reset at least gives the
 * machine back: most such machines are virtual ones that end with it.
 */
static bool can_power_off(void)
{
	return access("/sys/firmware", F_OK) < 0 || access("/sys/firmware/acpi", F_OK) == 0;
}

/*
 * From children: when the call does nothing, the kernel ends the process that made it, and the end
 * of PID 1 would be a panic.
 */
static void power_off(void)
{
	if (reboot(RB_POWER_OFF) < 0)
		console_say("cannot power off: %s", strerror(errno));
}

static void halt(void)
{
	if (reboot((int)RB_HALT_SYSTEM) < 0)
		console_say("cannot halt: %s", strerror(errno));
}

/* Into the kernel that was loaded for it, if one was: that is what it was loaded for. */
static void restart(void)
{
	char loaded[4];

	if (small_file_read("/sys/kernel/kexec_loaded", loaded, sizeof(loaded)) > 0 &&
	    loaded[0] == '1' && reboot(RB_KEXEC) < 0)
		console_say("cannot start the kernel that is loaded: %s", strerror(errno));
	if (reboot(RB_AUTOBOOT) < 0)
		console_say("cannot reboot: %s", strerror(errno));
}

/* The call succeeds before the machine is gone, so its end is no reason to go on early. */
static void end_machine(struct init *i, void (*way)(void))
{
	int64_t until_ms = loop_now_ms() + END_WAIT_MS;

	helper_run(i, way, END_WAIT_MS);
	while (loop_now_ms() < until_ms)
		loop_wait(&i->loop, until_ms);
}

static _Noreturn void end(struct init *i, enum request request)
{
	console_say(request == REQUEST_POWER_OFF ? "powering off"
		    : request == REQUEST_HALT	 ? "halting"
						 : "rebooting");
	helper_run(i, console_drain, DRAIN_WAIT_MS);
	/* A machine that is to stand still must not be reset for it. */
	if (request == REQUEST_HALT) {
		watchdog_stop();
		end_machine(i, halt);
	}
	watchdog_hand_over();
	if (request != REQUEST_REBOOT) {
		end_machine(i, power_off);
		console_say("the machine is still on, rebooting it");
	}
	end_machine(i, restart);
	console_say("the machine does not reboot, nothing is left to try");
	for (;;)
		loop_wait(&i->loop, LOOP_FOREVER);
}

_Noreturn void shutdown_run(struct init *i)
{
	int64_t until_ms = loop_now_ms() + LIMIT_MS + services_close(&i->services);
	enum request request = i->request;

	say_why(i);
	services_stop(&i->services, until_ms);
	notify_close();
	signal_all(i, SIGTERM, within(TERM_WAIT_MS, until_ms));
	signal_all(i, SIGKILL, within(KILL_WAIT_MS, until_ms));

	if (!helper_run(i, sync, within(SYNC_WAIT_MS, until_ms)))
		console_say("the disks did not take all data in time, going on");
	if (request == REQUEST_POWER_OFF && !can_power_off()) {
		console_say("this machine cannot power itself off, rebooting it");
		request = REQUEST_REBOOT;
	}
	if (!helper_run(i, unmount_all, within(UNMOUNT_WAIT_MS, until_ms)))
		console_say("the file systems were not unmounted in time, going on");
	end(i, request);
}
