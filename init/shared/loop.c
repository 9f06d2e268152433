#include "shared/loop.h"

#include <poll.h>
#include <stddef.h>
#include <sys/timerfd.h>
#include <time.h>

/* More than all parts together watch; what does not fit waits for the next round. */
#define SOURCES_MAX 80

int64_t loop_now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_BOOTTIME, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void loop_unwatch(struct loop *l, struct loop_source *s)
{
	for (struct loop_source **at = &l->sources; *at != NULL; at = &(*at)->next) {
		if (*at == s) {
			*at = s->next;
			return;
		}
	}
}

void loop_watch(struct loop *l, struct loop_source *s)
{
	struct loop_source **at = &l->sources;

	loop_unwatch(l, s);
	while (*at != NULL)
		at = &(*at)->next;
	s->next = NULL;
	*at = s;
}

void loop_timer_clear(struct loop *l, struct loop_timer *t)
{
	for (struct loop_timer **at = &l->timers; *at != NULL; at = &(*at)->next) {
		if (*at == t) {
			*at = t->next;
			return;
		}
	}
}

void loop_timer_set(struct loop *l, struct loop_timer *t, int64_t due_ms)
{
	struct loop_timer **at = &l->timers;

	loop_timer_clear(l, t);
	t->due_ms = due_ms;
	while (*at != NULL && (*at)->due_ms <= due_ms)
		at = &(*at)->next;
	t->next = *at;
	*at = t;
}

static bool fire_due(struct loop *l)
{
	struct loop_timer *t = l->timers;

	if (t == NULL || t->due_ms > loop_now_ms())
		return false;
	l->timers = t->next;
	t->fire(t->data);
	return true;
}

static struct timespec timespec_of(int64_t ms)
{
	return (struct timespec){.tv_sec = (time_t)(ms / 1000),
				 .tv_nsec = (long)(ms % 1000) * 1000000};
}

/* False on a kernel without TIMERFD. */
static bool set_alarm(struct loop *l, int64_t at_ms)
{
	const struct itimerspec when = {.it_value = timespec_of(at_ms)};

	if (l->alarm == 0)
		l->alarm = timerfd_create(CLOCK_BOOTTIME, TFD_CLOEXEC);
	return l->alarm > 0 && timerfd_settime(l->alarm, TFD_TIMER_ABSTIME, &when, NULL) == 0;
}

/*
 * The clock is read rounded down and the wait rounded by nobody, so no wake-up comes early. What
 * ppoll itself waits is not counted while the machine sleeps. polled has room for one more.
 */
static int poll_until(struct loop *l, struct pollfd *polled, nfds_t count, int64_t until_ms)
{
	int64_t left_ms;
	struct timespec left;

	if (until_ms == LOOP_FOREVER)
		return ppoll(polled, count, NULL, NULL);
	left_ms = until_ms - loop_now_ms();
	if (left_ms > 0 && set_alarm(l, until_ms)) {
		polled[count] = (struct pollfd){.fd = l->alarm, .events = POLLIN};
		return ppoll(polled, count + 1, NULL, NULL) - (polled[count].revents != 0);
	}
	left = timespec_of(left_ms < 0 ? 0 : left_ms);
	return ppoll(polled, count, &left, NULL);
}

void loop_wait(struct loop *l, int64_t until_ms)
{
	struct pollfd polled[SOURCES_MAX + 1];
	struct loop_source *source[SOURCES_MAX];
	nfds_t count = 0;

	if (fire_due(l))
		return;
	for (struct loop_source *s = l->sources; s != NULL && count < SOURCES_MAX; s = s->next) {
		polled[count] = (struct pollfd){.fd = s->fd, .events = s->events};
		source[count++] = s;
	}
	if (l->timers != NULL && l->timers->due_ms < until_ms)
		until_ms = l->timers->due_ms;
	if (poll_until(l, polled, count, until_ms) <= 0) {
		fire_due(l);
		return;
	}
	/* One handler a round, as it may remove the others; the last served goes to the end. */
	for (nfds_t i = 0; i < count; i++) {
		if (polled[i].revents != 0) {
			loop_watch(l, source[i]);
			source[i]->ready(source[i]->data);
			return;
		}
	}
}
