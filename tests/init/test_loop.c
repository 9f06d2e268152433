#include "test.h"

#include "shared/loop.h"

#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

/* The linker puts these in the place of the calls: what clock was asked, and one that is missing. */
static clockid_t read_clock;
static clockid_t alarm_clock;
static bool has_alarms = true;

int __real_clock_gettime(clockid_t clock, struct timespec *ret);
int __wrap_clock_gettime(clockid_t clock, struct timespec *ret);
int __real_timerfd_create(clockid_t clock, int flags);
int __wrap_timerfd_create(clockid_t clock, int flags);

int __wrap_clock_gettime(clockid_t clock, struct timespec *ret)
{
	read_clock = clock;
	return __real_clock_gettime(clock, ret);
}

int __wrap_timerfd_create(clockid_t clock, int flags)
{
	alarm_clock = clock;
	if (has_alarms)
		return __real_timerfd_create(clock, flags);
	errno = ENOSYS;
	return -1;
}

struct counter {
	int count;
	struct loop *loop;
	struct loop_source *remove;
};

static void count(void *data)
{
	struct counter *c = data;

	c->count++;
	if (c->remove != NULL)
		loop_unwatch(c->loop, c->remove);
}

static void timers_fire_in_the_order_of_their_times(void **state)
{
	struct counter early = {0};
	struct counter late = {0};
	struct loop_timer first = {.fire = count, .data = &early};
	struct loop_timer second = {.fire = count, .data = &late};
	struct loop l = {0};
	int64_t now = loop_now_ms();

	(void)state;
	loop_timer_set(&l, &second, now - 1);
	loop_timer_set(&l, &first, now - 2);
	loop_wait(&l, LOOP_FOREVER);
	assert_int_equal(early.count, 1);
	assert_int_equal(late.count, 0);
	loop_wait(&l, LOOP_FOREVER);
	assert_int_equal(early.count, 1);
	assert_int_equal(late.count, 1);
	assert_null(l.timers);
}

static void timer_never_fires_early(void **state)
{
	struct counter c = {0};
	struct loop_timer t = {.fire = count, .data = &c};
	struct loop l = {0};
	int64_t due = loop_now_ms() + 30;

	(void)state;
	loop_timer_set(&l, &t, due);
	loop_wait(&l, due - 20);
	assert_int_equal(c.count, 0);
	while (c.count == 0)
		loop_wait(&l, LOOP_FOREVER);
	assert_true(loop_now_ms() >= due);
}

/* A machine that sleeps loses its leases all the same. */
static void time_is_that_of_the_clock_that_goes_on_in_sleep(void **state)
{
	struct loop l = {0};

	(void)state;
	read_clock = alarm_clock = CLOCK_REALTIME;
	loop_wait(&l, loop_now_ms() + 5);
	assert_int_equal(read_clock, CLOCK_BOOTTIME);
	assert_int_equal(alarm_clock, CLOCK_BOOTTIME);
	close(l.alarm);
}

static void kernel_without_timerfd_has_timers(void **state)
{
	struct counter c = {0};
	struct loop_timer t = {.fire = count, .data = &c};
	struct loop l = {0};
	int64_t due = loop_now_ms() + 30;

	(void)state;
	has_alarms = false;
	loop_timer_set(&l, &t, due);
	while (c.count == 0)
		loop_wait(&l, LOOP_FOREVER);
	assert_true(loop_now_ms() >= due);
	has_alarms = true;
}

static void cleared_and_moved_timers_do_not_fire_at_the_old_time(void **state)
{
	struct counter c = {0};
	struct loop_timer t = {.fire = count, .data = &c};
	struct loop l = {0};

	(void)state;
	loop_timer_set(&l, &t, loop_now_ms() - 1);
	loop_timer_set(&l, &t, loop_now_ms() + 60000);
	loop_wait(&l, 0);
	assert_int_equal(c.count, 0);
	loop_timer_clear(&l, &t);
	loop_timer_clear(&l, &t);
	assert_null(l.timers);
}

static void busy_sources_take_turns(void **state)
{
	struct counter one = {0};
	struct counter two = {0};
	struct loop_source a = {.events = POLLOUT, .ready = count, .data = &one};
	struct loop_source b = {.events = POLLOUT, .ready = count, .data = &two};
	struct loop l = {0};
	int ends[2];

	(void)state;
	assert_int_equal(pipe(ends), 0);
	a.fd = b.fd = ends[1];
	loop_watch(&l, &a);
	loop_watch(&l, &b);
	loop_watch(&l, &b);
	for (int i = 0; i < 10; i++)
		loop_wait(&l, LOOP_FOREVER);
	assert_int_equal(one.count, 5);
	assert_int_equal(two.count, 5);
	close(ends[0]);
	close(ends[1]);
}

static void handler_may_remove_another_ready_source(void **state)
{
	struct loop l = {0};
	struct counter two = {0};
	struct loop_source b = {.events = POLLOUT, .ready = count, .data = &two};
	struct counter one = {.loop = &l, .remove = &b};
	struct loop_source a = {.events = POLLOUT, .ready = count, .data = &one};
	int ends[2];

	(void)state;
	assert_int_equal(pipe(ends), 0);
	a.fd = b.fd = ends[1];
	loop_watch(&l, &a);
	loop_watch(&l, &b);
	loop_wait(&l, LOOP_FOREVER);
	loop_wait(&l, LOOP_FOREVER);
	assert_int_equal(one.count, 2);
	assert_int_equal(two.count, 0);
	close(ends[0]);
	close(ends[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(timers_fire_in_the_order_of_their_times),
		cmocka_unit_test(timer_never_fires_early),
		cmocka_unit_test(time_is_that_of_the_clock_that_goes_on_in_sleep),
		cmocka_unit_test(kernel_without_timerfd_has_timers),
		cmocka_unit_test(cleared_and_moved_timers_do_not_fire_at_the_old_time),
		cmocka_unit_test(busy_sources_take_turns),
		cmocka_unit_test(handler_may_remove_another_ready_source),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
