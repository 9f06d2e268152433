#include "loop.h"

#include <poll.h>
#include <stddef.h>
#include <time.h>

/* More than all parts together watch; what does not fit waits for the next round. */
#define SOURCES_MAX 80

int64_t loop_now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
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

/* The clock is read rounded down and the wait rounded by nobody, so no wake-up comes early. */
static int poll_until(struct pollfd *polled, nfds_t count, int64_t until_ms)
{
	int64_t left_ms;
	struct timespec left;

	if (until_ms == LOOP_FOREVER)
		return ppoll(polled, count, NULL, NULL);
	left_ms = until_ms - loop_now_ms();
	if (left_ms < 0)
		left_ms = 0;
	left.tv_sec = (time_t)(left_ms / 1000);
	left.tv_nsec = (long)(left_ms % 1000) * 1000000;
	return ppoll(polled, count, &left, NULL);
}

void loop_wait(struct loop *l, int64_t until_ms)
{
	struct pollfd polled[SOURCES_MAX];
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
	if (poll_until(polled, count, until_ms) <= 0) {
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
