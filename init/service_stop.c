#include "cgroup.h"
#include "console.h"
#include "service.h"

#include <signal.h>

/* How long a process that got SIGKILL may take to go; more means that it hangs in the kernel. */
#define KILL_WAIT_MS 2000

int64_t services_close(struct services *all)
{
	int64_t sum_ms = 0;

	all->stopping = true;
	for (size_t i = 0; i < all->count; i++) {
		loop_timer_clear(all->loop, &all->item[i].retry);
		loop_timer_clear(all->loop, &all->item[i].limit);
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

void service_tell_to_stop(const struct service *s)
{
	kill(s->pid, (int)s->settings->stop_signal);
	kill(s->pid, SIGCONT);
}

static void stop(struct service *s, int64_t until_ms)
{
	console_say("stopping %s", s->name);
	service_tell_to_stop(s);
	wait_for_end(s, s->grace_ms, until_ms);
	if (s->pid != 0) {
		console_say("%s did not stop in %d s, killing it", s->name,
			    (int)(s->grace_ms / 1000));
		/* Without control groups one that was handed on is in another's process group. */
		kill(s->pid, SIGKILL);
		if (!s->settings->keep_children)
			cgroup_kill(s->name, s->pid);
		wait_for_end(s, KILL_WAIT_MS, until_ms);
	}
	console_say("%s %s", s->name, s->pid == 0 ? "stopped" : "cannot be killed, going on");
}

/* In the order of their starts backwards, as what comes later may need what was there before. */
void services_stop(struct services *all, int64_t until_ms)
{
	for (int number = all->started; number > 0; number--)
		for (size_t i = 0; i < all->count; i++)
			if (all->item[i].started == number && all->item[i].pid != 0)
				stop(&all->item[i], until_ms);
}
