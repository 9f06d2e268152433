#include "state.h"

#include "console.h"
#include "signals.h"
#include "uevent.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static struct {
	struct loop_source source;
	bool news;	 /* a device came while there was none that suits */
	char device[80]; /* what is mounted, or "" */
} state = {.source.fd = -1};

static void on_uevent(void *data)
{
	char text[2048];
	char name[72];
	size_t len;

	(void)data;
	while ((len = uevent_receive(state.source.fd, text, sizeof(text))) > 0) {
		if (!uevent_value(text, len, "SUBSYSTEM", name, sizeof(name)) ||
		    strcmp(name, "block") != 0)
			continue;
		state.news = true;
		if (state.device[0] != '\0' &&
		    uevent_value(text, len, "DEVNAME", name, sizeof(name)) &&
		    strcmp(name, state.device + strlen("/dev/")) == 0 &&
		    uevent_value(text, len, "ACTION", name, sizeof(name)) &&
		    strcmp(name, "remove") == 0) {
			console_say("%s is gone, and with it all that " STATE_FOLDER
				    " kept: what is written there now is lost",
				    state.device);
			state_disk_note("lost", "");
			state.device[0] = '\0';
		}
	}
}

/* Watched from before the first look, so that no device comes in between unseen. */
static void watch(struct loop *l)
{
	int fd = uevent_open();

	if (fd < 0) {
		console_say("a disk that comes late will not be seen: netlink: %s",
			    strerror(errno));
		return;
	}
	state.source = (struct loop_source){.fd = fd, .events = POLLIN, .ready = on_uevent};
	loop_watch(l, &state.source);
}

static enum state_result try(struct init *i, const struct state_settings *plan)
{
	pid_t pid = _Fork();

	if (pid == 0) {
		console_forked();
		signals_reset();
		_exit((int)state_disk_mount(plan));
	}
	if (pid < 0) {
		console_say("cannot look for %s: %s", plan->device, strerror(errno));
		return STATE_FAILED;
	}
	i->helper = pid;
	while (i->helper != 0 && i->request == REQUEST_NONE)
		loop_wait(&i->loop, LOOP_FOREVER);
	if (i->helper != 0 || !WIFEXITED(i->helper_status))
		return STATE_FAILED;
	return (enum state_result)WEXITSTATUS(i->helper_status);
}

void state_mount(struct init *i, const struct state_settings *plan)
{
	int64_t until_ms = loop_now_ms() + plan->wait_ms;
	enum state_result result = STATE_ABSENT;

	if (plan->device == NULL)
		return;
	watch(&i->loop);
	while (i->request == REQUEST_NONE) {
		state.news = false;
		result = try(i, plan);
		while (result == STATE_ABSENT && !state.news && i->request == REQUEST_NONE &&
		       loop_now_ms() < until_ms)
			loop_wait(&i->loop, until_ms);
		if (result != STATE_ABSENT || !state.news)
			break;
	}
	if (i->request != REQUEST_NONE)
		return;
	if (result == STATE_ABSENT)
		console_say("there is no %s after %d s", plan->device, (int)(plan->wait_ms / 1000));
	if (result != STATE_MOUNTED) {
		console_say("going on without the state: what is written to " STATE_FOLDER
			    " is lost at the next start");
		state_disk_note("lost", "");
		return;
	}
	state_disk_mounted(state.device, sizeof(state.device));
}
