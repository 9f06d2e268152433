#include "signals.h"

#include <signal.h>
#include <stddef.h>
#include <sys/signalfd.h>

/*
 * Numbers, not SIGRTMIN + n: systemd's convention counts from glibc's SIGRTMIN, which is 34, and
 * musl's is 35.
 */
#define SIGNAL_SYSTEMD_HALT   37
#define SIGNAL_SYSTEMD_REBOOT 39

static const struct {
	int signal;
	enum request request;
} requests[] = {
	{SIGTERM, REQUEST_REBOOT},
	{SIGINT, REQUEST_REBOOT}, /* Ctrl-Alt-Del */
	{SIGUSR1, REQUEST_HALT},
	{SIGUSR2, REQUEST_POWER_OFF},
	{SIGPWR, REQUEST_POWER_OFF},
	{SIGNAL_SYSTEMD_HALT, REQUEST_HALT},
	{SIGNAL_POWER_BUTTON, REQUEST_POWER_OFF},
	{SIGNAL_SYSTEMD_REBOOT, REQUEST_REBOOT},
};

enum request signals_request(int signal)
{
	for (size_t i = 0; i < sizeof(requests) / sizeof(requests[0]); i++)
		if (requests[i].signal == signal)
			return requests[i].request;
	return REQUEST_NONE;
}

/* A crash signal that is blocked when it comes kills at once, and PID 1 killed is a panic. */
void signals_block(void)
{
	static const int crash[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT};
	sigset_t set;

	sigfillset(&set);
	for (size_t i = 0; i < sizeof(crash) / sizeof(crash[0]); i++)
		sigdelset(&set, crash[i]);
	sigprocmask(SIG_SETMASK, &set, NULL);
}

int signals_open(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	for (size_t i = 0; i < sizeof(requests) / sizeof(requests[0]); i++)
		sigaddset(&set, requests[i].signal);
	return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

void signals_reset(void)
{
	const struct sigaction standard = {.sa_handler = SIG_DFL};
	sigset_t none;

	/* Those that cannot be changed refuse it, and need it not. */
	for (int signal = 1; signal < NSIG; signal++)
		sigaction(signal, &standard, NULL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}
