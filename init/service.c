#include "service.h"

#include "console.h"
#include "message.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* How long a process that got SIGKILL may take to go; more means that it hangs in the kernel. */
#define KILL_WAIT_MS 2000

static void say_ready(struct services *all)
{
	if (all->ready || all->stopping)
		return;
	for (size_t i = 0; i < all->count; i++)
		if (!all->item[i].settled)
			return;
	all->ready = true;
	console_say("ready");
}

static void close_report(struct service *s)
{
	if (s->report.fd < 0)
		return;
	loop_unwatch(s->all->loop, &s->report);
	close(s->report.fd);
	s->report.fd = -1;
}

/* Says how it ended, which is what a reader of the console looks for, and plans the next start. */
static void retry_later(struct service *s, const char *how)
{
	int64_t now = loop_now_ms();
	int wait_ms = (int)backoff_next(&s->backoff, now - s->started_ms);
	bool whole = wait_ms % 1000 == 0;

	s->pid = 0;
	s->settled = true;
	if (!s->all->stopping) {
		console_say("%s %s, starting it again in %d %s", s->name, how,
			    whole ? wait_ms / 1000 : wait_ms, whole ? "s" : "ms");
		loop_timer_set(s->all->loop, &s->retry, now + wait_ms);
	}
	say_ready(s->all);
}

static void on_report(void *data)
{
	struct service *s = data;
	int result = spawn_result(s->report.fd, &s->failure);

	if (result == 0)
		return;
	close_report(s);
	/* Of a start that failed more is said when the process has ended. */
	if (result > 0) {
		s->settled = true;
		say_ready(s->all);
	}
}

static void start(void *data)
{
	struct service *s = data;
	char how[160];
	pid_t pid;

	s->started_ms = loop_now_ms();
	s->failure = (struct spawn_failure){0};
	pid = spawn(s->settings, &s->report.fd);
	if (pid < 0) {
		s->report.fd = -1;
		message_put(how, sizeof(how), "cannot be started: %s", strerror(errno));
		retry_later(s, how);
		return;
	}
	s->pid = pid;
	loop_watch(s->all->loop, &s->report);
}

/* A missing interpreter gives the same error as a missing program, and is harder to find. */
static const char *failure_text(const struct service *s)
{
	if (s->failure.error == ENOENT && access(s->settings->exec, F_OK) == 0)
		return "the interpreter it names is missing";
	return strerror(s->failure.error);
}

static void service_ended(struct service *s, int status)
{
	char how[160];

	/* The end of the process may be seen before what it had to say. */
	if (s->report.fd >= 0) {
		spawn_result(s->report.fd, &s->failure);
		close_report(s);
	}
	if (s->failure.error != 0)
		message_put(how, sizeof(how), "%s: %s", s->failure.what, failure_text(s));
	else
		message_ending(how, sizeof(how), status);
	retry_later(s, how);
}

void services_ended(struct services *all, pid_t pid, int status)
{
	for (size_t i = 0; i < all->count; i++)
		if (all->item[i].pid == pid)
			service_ended(&all->item[i], status);
}

/* An optional program that an image simply does not have is no news; one that cannot be run is. */
static bool can_run(const struct service_settings *s)
{
	struct stat st;

	if (stat(s->exec, &st) < 0) {
		if (s->optional && errno == ENOENT)
			return false;
		console_say("%s: %s, %s is not started", s->exec, strerror(errno), s->name);
		return false;
	}
	if (S_ISREG(st.st_mode) && access(s->exec, X_OK) == 0)
		return true;
	console_say("%s is not a program, %s is not started", s->exec, s->name);
	return false;
}

static void add(struct services *all, const struct service_settings *settings,
		const struct settings *everything)
{
	struct service *s = &all->item[all->count++];

	s->name = settings->name;
	s->settings = settings;
	s->grace_ms = settings->grace_ms;
	if (everything->system.grace_ms != SETTING_UNSET)
		s->grace_ms = everything->system.grace_ms;
	s->all = all;
	s->report = (struct loop_source){.fd = -1, .events = POLLIN, .ready = on_report, .data = s};
	s->retry = (struct loop_timer){.fire = start, .data = s};
}

void services_start(struct services *all, struct loop *l, const struct settings *s)
{
	all->loop = l;
	for (size_t i = 0; i < SERVICES_MAX && s->service[i].name != NULL; i++)
		if ((!s->service[i].terminal || s->system.shell) && can_run(&s->service[i]))
			add(all, &s->service[i], s);
	if (all->count == 0)
		console_say("there is no service to start");
	for (size_t i = 0; i < all->count; i++)
		start(&all->item[i]);
	say_ready(all);
}

int64_t services_close(struct services *all)
{
	int64_t sum_ms = 0;

	all->stopping = true;
	for (size_t i = 0; i < all->count; i++) {
		loop_timer_clear(all->loop, &all->item[i].retry);
		if (all->item[i].pid != 0)
			sum_ms += all->item[i].grace_ms + KILL_WAIT_MS;
	}
	return sum_ms;
}

static void wait_for_end(const struct service *s, int64_t wait_ms, int64_t until_ms)
{
	int64_t end_ms = loop_now_ms() + wait_ms;

	if (end_ms > until_ms)
		end_ms = until_ms;
	while (s->pid != 0 && loop_now_ms() < end_ms)
		loop_wait(s->all->loop, end_ms);
}

void service_stop(struct service *s, int64_t until_ms)
{
	if (s->pid == 0)
		return;
	console_say("stopping %s", s->name);
	kill(s->pid, (int)s->settings->stop_signal);
	kill(s->pid, SIGCONT);
	wait_for_end(s, s->grace_ms, until_ms);
	if (s->pid != 0) {
		console_say("%s did not stop in %d s, killing it", s->name,
			    (int)(s->grace_ms / 1000));
		kill(s->pid, SIGKILL);
		wait_for_end(s, KILL_WAIT_MS, until_ms);
	}
	console_say("%s %s", s->name, s->pid == 0 ? "stopped" : "cannot be killed, going on");
}
