#ifndef MKOS_INIT_SHARED_LOOP_H
#define MKOS_INIT_SHARED_LOOP_H

#include <stdbool.h>
#include <stdint.h>

#define LOOP_FOREVER INT64_MAX

/*
 * The one place where a program waits. Sources and timers live in the caller's memory and are linked
 * into the loop; a handler may add and remove any of them, itself too. Times are milliseconds of
 * CLOCK_BOOTTIME, which no change of the date moves and which goes on while the machine sleeps: a
 * lease ends then too. Without a timer there is no wake-up at all.
 */
struct loop_source {
	int fd;
	short events;
	void (*ready)(void *data);
	void *data;
	struct loop_source *next;
};

struct loop_timer {
	int64_t due_ms;
	void (*fire)(void *data);
	void *data;
	struct loop_timer *next;
};

struct loop {
	struct loop_source *sources;
	struct loop_timer *timers;
	int alarm; /* 0 before the first wait that ends by itself */
};

int64_t loop_now_ms(void);

/* Adding what is there already only renews it; removing what is not there does nothing. */
void loop_watch(struct loop *l, struct loop_source *s);
void loop_unwatch(struct loop *l, struct loop_source *s);
void loop_timer_set(struct loop *l, struct loop_timer *t, int64_t due_ms);
void loop_timer_clear(struct loop *l, struct loop_timer *t);

/* Waits for one source or timer, at the latest until until_ms, and runs its handler. */
void loop_wait(struct loop *l, int64_t until_ms);

#endif
