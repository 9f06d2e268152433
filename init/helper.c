#include "helper.h"

#include "console.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

bool helper_run(struct init *i, void (*work)(void), int64_t wait_ms)
{
	int64_t until_ms = loop_now_ms() + wait_ms;
	pid_t pid = _Fork();

	if (pid == 0) {
		console_forked();
		work();
		_exit(0);
	}
	if (pid < 0) {
		console_say("cannot start a helper process: %s", strerror(errno));
		return false;
	}
	i->helper = pid;
	while (i->helper != 0 && loop_now_ms() < until_ms)
		loop_wait(&i->loop, until_ms);
	if (i->helper == 0)
		return true;
	i->helper = 0;
	return false;
}
