#include "crash.h"

#include "console.h"
#include "shared/message.h"

#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <sys/reboot.h>
#include <time.h>
#include <unistd.h>

#define EXIT_CRASHED 126

static const int crash_signals[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT};

/* Room for the handler when the ordinary stack is what broke. */
static char stack[16 * 1024];

/*
 * Nothing of PID 1's state can be trusted here, so this neither waits for children nor reads it.
 * The first child syncs and reboots; if it hangs in the sync, the second does not sync. _Fork,
 * unlike fork, may be called in a handler.
 */
static void on_crash(int signal)
{
	static volatile sig_atomic_t crashes;
	const struct timespec second = {.tv_sec = 1};
	char text[80];

	/* A helper process that crashes is no reason to take the machine down. */
	if (getpid() != 1)
		_exit(EXIT_CRASHED);
	if (crashes++ == 0) {
		message_put(text, sizeof(text), "crashed by %s, rebooting",
			    message_signal_name(signal));
		console_last_words(text);
		if (_Fork() == 0) {
			sync();
			reboot(RB_AUTOBOOT);
			_exit(0);
		}
		ppoll(NULL, 0, &second, NULL);
	}
	if (_Fork() == 0) {
		reboot(RB_AUTOBOOT);
		_exit(0);
	}
	for (;;)
		pause();
}

void crash_trap(void)
{
	const stack_t alternate = {.ss_sp = stack, .ss_size = sizeof(stack)};
	/* The same signal again, blocked, would kill; so the handler may come over itself. */
	struct sigaction action = {.sa_handler = on_crash, .sa_flags = SA_ONSTACK | SA_NODEFER};

	sigaltstack(&alternate, NULL);
	sigemptyset(&action.sa_mask);
	for (size_t i = 0; i < sizeof(crash_signals) / sizeof(crash_signals[0]); i++)
		sigaction(crash_signals[i], &action, NULL);
}
