/*
 * Stands for mvirt-vmm in a boot test. The first time it crashes, the second
 * time it asks PID 1 to power off; it says what it does, and obeys SIGTERM.
 */

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define STARTED_BEFORE "/run/test-daemon"

static void say(const char *text)
{
	printf("daemon: %s\n", text);
	fflush(stdout);
}

int main(void)
{
	sigset_t stop;
	int signal_number;

	sigemptyset(&stop);
	sigaddset(&stop, SIGTERM);
	sigprocmask(SIG_BLOCK, &stop, NULL);
	if (access(STARTED_BEFORE, F_OK) < 0) {
		int fd = open(STARTED_BEFORE, O_WRONLY | O_CREAT, 0644);

		if (fd < 0)
			say("cannot write in /run");
		say("first start, crashing");
		abort();
	}
	say("second start, asking for power off");
	kill(1, SIGUSR2);
	sigwait(&stop, &signal_number);
	say("asked to stop, stopping");
	return 0;
}
