#include "service.h"

#include "cgroup.h"
#include "console.h"
#include "ethernet.h"
#include "notify.h"
#include "shared/message.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* A service that is stuck may write its core before it is killed. */
#define ABORT_WAIT_MS 5000

static void advance(struct services *all);

static void close_report(struct service *s)
{
	if (s->report.fd < 0)
		return;
	loop_unwatch(s->all->loop, &s->report);
	close(s->report.fd);
	s->report.fd = -1;
}

static void feed_watchdog(struct service *s)
{
	if (s->settings->watchdog_ms > 0)
		loop_timer_set(s->all->loop, &s->limit, loop_now_ms() + s->settings->watchdog_ms);
}

/* The service is up, or will not be waited for any longer. */
static void reach(struct service *s)
{
	s->reached = true;
	s->settled = true;
	advance(s->all);
}

static void is_ready(struct service *s)
{
	loop_timer_clear(s->all->loop, &s->limit);
	feed_watchdog(s);
	reach(s);
}

static void kill_stuck(struct service *s, const char *why, int signal)
{
	console_say("%s %s, sending it %s", s->name, why, message_signal_name(signal));
	kill(s->pid, signal);
	loop_timer_set(s->all->loop, &s->limit, loop_now_ms() + ABORT_WAIT_MS);
}

static void abort_stuck(struct service *s, const char *why)
{
	s->stopping = true;
	kill_stuck(s, why, SIGABRT);
}

/* It is late: with being ready, with a sign of life, or with the stop that it announced. */
static void on_limit(void *data)
{
	struct service *s = data;

	if (s->pid == 0 || s->all->stopping)
		return;
	if (s->stopping) {
		kill_stuck(s, "did not stop as it said", SIGKILL);
	} else if (!s->reached) {
		console_say("%s is not ready after %d s, going on without", s->name,
			    (int)(s->settings->ready_timeout_ms / 1000));
		is_ready(s);
	} else {
		abort_stuck(s, "gave no sign of life");
	}
}

static void over(struct service *s)
{
	s->state = SERVICE_OVER;
	if (s->all->stopping)
		return;
	if (s->settings->on_give_up == GIVE_UP_REBOOT)
		kill(getpid(), SIGTERM);
	else if (s->settings->on_give_up == GIVE_UP_POWER_OFF)
		kill(getpid(), SIGUSR2);
}

/* Says how it ended, which is what a reader of the console looks for, and plans the next start. */
static void ended(struct service *s, bool failed, const char *how)
{
	int64_t now = loop_now_ms();
	int64_t wait_ms;

	s->pid = 0;
	s->settled = true;
	s->state = SERVICE_BACKOFF;
	loop_timer_clear(s->all->loop, &s->limit);
	if (s->all->stopping)
		return;
	wait_ms = backoff_next(&s->backoff, s->settings, failed, s->started_ms, now);
	if (wait_ms >= 0) {
		int wait = (int)wait_ms;
		bool whole = wait % 1000 == 0 && wait > 0;

		console_say("%s %s, starting it again in %d %s", s->name, how,
			    whole ? wait / 1000 : wait, whole ? "s" : "ms");
		loop_timer_set(s->all->loop, &s->retry, now + wait_ms);
		advance(s->all);
		return;
	}
	if (wait_ms == BACKOFF_GIVE_UP) {
		console_say("%s %s, gave up after %d restarts", s->name, how,
			    (int)s->settings->restart_limit);
		over(s);
	} else {
		console_say("%s %s", s->name, how);
		s->state = SERVICE_OVER;
	}
	reach(s);
}

static void on_report(void *data)
{
	struct service *s = data;
	int result = spawn_result(s->report.fd, &s->failure);

	if (result == 0)
		return;
	close_report(s);
	/* Of a start that failed more is said when the process has ended. */
	if (result > 0 && s->settings->ready == READY_START)
		is_ready(s);
}

static void start(void *data)
{
	struct service *s = data;
	char how[160];
	pid_t pid;

	s->started_ms = loop_now_ms();
	s->failure = (struct spawn_failure){0};
	s->stopping = false;
	s->heir = 0;
	if (s->started == 0)
		s->started = ++s->all->started;
	pid = output_open(&s->output, s->all->loop, s->settings)
		      ? spawn(s->settings, s->output.out, &s->report.fd)
		      : -1;
	if (pid < 0) {
		s->report.fd = -1;
		message_put(how, sizeof(how), "cannot be started: %s", strerror(errno));
		ended(s, true, how);
		return;
	}
	s->pid = pid;
	s->state = SERVICE_RUNNING;
	loop_watch(s->all->loop, &s->report);
	if (s->settings->ready == READY_NOTIFY && !s->reached && s->settings->ready_timeout_ms > 0)
		loop_timer_set(s->all->loop, &s->limit,
			       s->started_ms + s->settings->ready_timeout_ms);
}

static struct service *find(struct services *all, const char *name)
{
	for (size_t i = 0; i < all->count; i++)
		if (strcmp(all->item[i].name, name) == 0)
			return &all->item[i];
	return NULL;
}

static bool is_network(const struct service_settings *s)
{
	return strcmp(s->name, SERVICE_NETWORK) == 0;
}

/*
 * Whether everything it comes after is there. *ret_outside tells whether the network is what is
 * missing, at the end of all waiting. A program that the image does not have is not waited for.
 */
static bool may_start(struct service *s, bool *ret_outside)
{
	bool may = true;

	for (const char *name = s->settings->after; name != NULL && *name != '\0';
	     name += strlen(name) + 1) {
		struct service *other = find(s->all, name);

		if (other == NULL || other->reached)
			continue;
		may = false;
		if (is_network(other->settings))
			*ret_outside = true;
		else if (other->state == SERVICE_WAITING)
			may_start(other, ret_outside);
	}
	return may;
}

/* Starts what can be started now, and says "ready" when nothing is left to wait for. */
static void advance(struct services *all)
{
	bool settled = true;

	if (!all->complete)
		return;
	for (size_t i = 0; i < all->count; i++) {
		struct service *s = &all->item[i];
		bool outside = is_network(s->settings); /* which may never be ready */

		if (s->state == SERVICE_WAITING && !all->stopping && may_start(s, &outside))
			start(s);
		settled = settled && (s->settled || outside);
	}
	if (!settled || all->ready || all->stopping)
		return;
	all->ready = true;
	console_say("ready");
	if (all->when_ready != NULL)
		all->when_ready(all->data);
}

/* A missing interpreter gives the same error as a missing program, and is harder to find. */
static const char *failure_text(const struct service *s)
{
	if (s->failure.error == ENOENT && access(s->settings->exec, F_OK) == 0 &&
	    strcmp(s->failure.what, "cannot be executed") == 0)
		return "the interpreter it names is missing";
	return strerror(s->failure.error);
}

static void tell_ending(struct service *s, int status)
{
	char how[160];
	size_t len;
	int oom_kills = cgroup_oom_kills(s->name);

	if (s->failure.what != NULL && s->failure.error != 0) {
		message_put(how, sizeof(how), "%s: %s", s->failure.what, failure_text(s));
	} else if (s->failure.what != NULL) {
		message_put(how, sizeof(how), "%s", s->failure.what);
	} else {
		message_ending(how, sizeof(how), status);
		len = strlen(how);
		if (oom_kills > s->oom_kills)
			message_put(how + len, sizeof(how) - len, " for want of memory");
	}
	s->oom_kills = oom_kills;
	ended(s, status != 0, how);
}

static void service_ended(struct service *s, int status)
{
	pid_t pid = s->pid;

	/* The end of the process may be seen before what it had to say. */
	if (s->report.fd >= 0) {
		spawn_result(s->report.fd, &s->failure);
		close_report(s);
	}
	output_drain(&s->output);
	if (!s->settings->keep_children)
		cgroup_kill(s->name, pid);
	tell_ending(s, status);
}

/*
 * The end of a process is told to its parent alone, and its number may then be given to another:
 * so the main process is always a child of PID 1. One that is not is the heir until its parent ends.
 */
static bool take_heir(struct service *s)
{
	siginfo_t unused;

	if (s->heir == 0 || !cgroup_has(s->name, s->pid, s->heir) ||
	    waitid(P_PID, (id_t)s->heir, &unused, WEXITED | WNOHANG | WNOWAIT) < 0)
		return false;
	s->pid = s->heir;
	s->heir = 0;
	return true;
}

static bool handed_on(struct service *s)
{
	if (!take_heir(s))
		return false;
	if (s->all->stopping)
		service_tell_to_stop(s);
	return true;
}

void services_ended(struct services *all, pid_t pid, int status)
{
	for (size_t i = 0; i < all->count; i++) {
		struct service *s = &all->item[i];

		if (s->pid == pid) {
			if (!handed_on(s))
				service_ended(s, status);
			return;
		}
	}
}

static void take_message(struct service *s, const struct notify_message *m)
{
	if (m->status != NULL && *m->status != '\0')
		console_say("%s: %s", s->name, m->status);
	if (m->main_process != 0) {
		s->heir = m->main_process;
		take_heir(s);
	}
	if (m->ready && s->settings->ready == READY_NOTIFY && !s->stopping)
		is_ready(s);
	else if (m->alive && s->reached && !s->stopping)
		feed_watchdog(s);
	if (m->stuck && !s->stopping && !s->all->stopping)
		abort_stuck(s, "says that it is stuck");
	if (m->stopping && !s->stopping) {
		s->stopping = true;
		loop_timer_set(s->all->loop, &s->limit, loop_now_ms() + s->grace_ms);
	}
}

static void on_message(void *data, pid_t sender, const struct notify_message *m)
{
	struct services *all = data;

	for (size_t i = 0; i < all->count; i++) {
		struct service *s = &all->item[i];

		if (s->pid != 0 && cgroup_has(s->name, s->pid, sender)) {
			take_message(s, m);
			return;
		}
	}
	console_say("process %d, of no service, tried to say something in a service's name",
		    (int)sender);
}

/* An optional program that an image simply does not have is no news; one that cannot be run is. */
static bool can_run(const struct service_settings *s)
{
	struct stat st;

	if (stat(s->exec, &st) < 0) {
		if (!s->optional || errno != ENOENT)
			console_say("%s: %s, %s is not started", s->exec, strerror(errno), s->name);
		return false;
	}
	if (S_ISREG(st.st_mode) && access(s->exec, X_OK) == 0)
		return true;
	console_say("%s is not a program, %s is not started", s->exec, s->name);
	return false;
}

static struct service *add(struct services *all, const struct service_settings *settings,
			   const struct settings *everything)
{
	struct service *s = &all->item[all->count++];

	s->name = settings->name;
	s->settings = settings;
	s->grace_ms = settings->grace_ms;
	if (everything->system.grace_ms != SETTING_UNSET)
		s->grace_ms = everything->system.grace_ms;
	s->all = all;
	s->output.out = -1;
	s->report = (struct loop_source){.fd = -1, .events = POLLIN, .ready = on_report, .data = s};
	s->retry = (struct loop_timer){.fire = start, .data = s};
	s->limit = (struct loop_timer){.fire = on_limit, .data = s};
	cgroup_make(settings);
	if (all->count == 1)
		notify_open(all->loop, on_message, all);
	return s;
}

/* An image may do without, but a machine that has an interface is expected to use it. */
static void tell_missing_network(const struct service_settings *s)
{
	unsigned char unused[6];

	if (s->optional && ethernet_first(unused))
		console_say("no network: the image has no %s", s->exec);
}

void services_start_network(struct services *all, struct loop *l, const struct settings *s)
{
	all->loop = l;
	cgroup_open();
	for (size_t i = 0; i < SERVICES_MAX && s->service[i].name != NULL; i++) {
		if (!is_network(&s->service[i]))
			continue;
		if (can_run(&s->service[i]))
			start(add(all, &s->service[i], s));
		else
			tell_missing_network(&s->service[i]);
	}
}

void services_start(struct services *all, const struct settings *s)
{
	size_t before = all->count;

	for (size_t i = 0; i < SERVICES_MAX && s->service[i].name != NULL; i++)
		if (!is_network(&s->service[i]) && (!s->service[i].terminal || s->system.shell) &&
		    can_run(&s->service[i]))
			add(all, &s->service[i], s);
	if (all->count == before)
		console_say("there is no service to start");
	all->complete = true;
	advance(all);
	cgroup_control();
}
