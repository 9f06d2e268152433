#include "test.h"

#include "backoff.h"

/* A clock of its own: each run starts where the wait before it ended. */
static struct backoff backoff;
static int64_t now_ms;

static struct service_settings standard(void)
{
	return (struct service_settings){
		.backoff_min_ms = 250, .backoff_max_ms = 30000, .good_run_ms = 10000};
}

static int64_t run(const struct service_settings *s, int64_t run_ms, bool failed)
{
	int64_t started_ms = now_ms;
	int64_t wait_ms;

	now_ms += run_ms;
	wait_ms = backoff_next(&backoff, s, failed, started_ms, now_ms);
	now_ms += wait_ms > 0 ? wait_ms : 0;
	return wait_ms;
}

static int set_up(void **state)
{
	(void)state;
	backoff = (struct backoff){0};
	now_ms = 1000000;
	return 0;
}

static void first_wait_is_a_quarter_of_a_second(void **state)
{
	const struct service_settings s = standard();

	(void)state;
	assert_int_equal(run(&s, 0, true), 250);
}

static void wait_doubles_up_to_half_a_minute(void **state)
{
	static const int64_t want[] = {250,  500,   1000,  2000,  4000,
				       8000, 16000, 30000, 30000, 30000};
	const struct service_settings s = standard();

	(void)state;
	for (size_t i = 0; i < sizeof(want) / sizeof(want[0]); i++)
		assert_int_equal(run(&s, 9999, true), want[i]);
}

static void run_of_ten_seconds_starts_again_from_the_least(void **state)
{
	const struct service_settings s = standard();

	(void)state;
	for (int i = 0; i < 20; i++)
		run(&s, 0, true);
	assert_int_equal(run(&s, 10000, true), 250);
	assert_int_equal(run(&s, 0, true), 500);
}

static void bounds_may_be_zero_or_turned_round(void **state)
{
	struct service_settings s = standard();

	(void)state;
	s.backoff_min_ms = 0;
	assert_int_equal(run(&s, 0, true), 0);
	assert_int_equal(run(&s, 0, true), 0);
	s.backoff_min_ms = 500;
	s.backoff_max_ms = 100;
	assert_int_equal(run(&s, 0, true), 100);
}

static void service_that_need_not_run_is_left_alone(void **state)
{
	struct service_settings s = standard();

	(void)state;
	s.restart = RESTART_ON_FAILURE;
	assert_int_equal(run(&s, 0, false), BACKOFF_NOT_WANTED);
	assert_int_equal(run(&s, 0, true), 250);
	s.restart = RESTART_NEVER;
	assert_int_equal(run(&s, 0, true), BACKOFF_NOT_WANTED);
}

static void limit_without_a_window_counts_from_the_last_good_run(void **state)
{
	struct service_settings s = standard();

	(void)state;
	s.restart_limit = 3;
	for (int round = 0; round < 2; round++) {
		assert_int_equal(run(&s, 10000, true), 250);
		assert_int_equal(run(&s, 0, true), 500);
		assert_int_equal(run(&s, 0, true), 1000);
	}
	assert_int_equal(run(&s, 0, true), BACKOFF_GIVE_UP);
}

/* Waits of 250 and 500 ms put the restarts at 0, 250 and 750 ms of the window. */
static void limit_in_a_window_counts_good_runs_as_well(void **state)
{
	struct service_settings s = standard();

	(void)state;
	s.restart_limit = 2;
	s.restart_window_ms = 20000;
	assert_int_equal(run(&s, 0, true), 250);
	assert_int_equal(run(&s, 10000, true), 250);
	assert_int_equal(run(&s, 9000, true), BACKOFF_GIVE_UP);

	set_up(NULL);
	assert_int_equal(run(&s, 0, true), 250);
	assert_int_equal(run(&s, 10000, true), 250);
	assert_int_equal(run(&s, 9500, true), 500);
	assert_int_equal(run(&s, 0, true), 1000);
	assert_int_equal(run(&s, 0, true), BACKOFF_GIVE_UP);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(first_wait_is_a_quarter_of_a_second, set_up),
		cmocka_unit_test_setup(wait_doubles_up_to_half_a_minute, set_up),
		cmocka_unit_test_setup(run_of_ten_seconds_starts_again_from_the_least, set_up),
		cmocka_unit_test_setup(bounds_may_be_zero_or_turned_round, set_up),
		cmocka_unit_test_setup(service_that_need_not_run_is_left_alone, set_up),
		cmocka_unit_test_setup(limit_without_a_window_counts_from_the_last_good_run,
				       set_up),
		cmocka_unit_test_setup(limit_in_a_window_counts_good_runs_as_well, set_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
