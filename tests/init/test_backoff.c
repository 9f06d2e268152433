#include "test.h"

#include "backoff.h"

static void first_wait_is_a_quarter_of_a_second(void **state)
{
	struct backoff b = {0};

	(void)state;
	assert_int_equal(backoff_next(&b, 0), 250);
}

static void wait_doubles_up_to_half_a_minute(void **state)
{
	static const int64_t want[] = {250,  500,   1000,  2000,  4000,
				       8000, 16000, 30000, 30000, 30000};
	struct backoff b = {0};

	(void)state;
	for (size_t i = 0; i < sizeof(want) / sizeof(want[0]); i++)
		assert_int_equal(backoff_next(&b, 9999), want[i]);
}

static void run_of_ten_seconds_starts_again_from_the_least(void **state)
{
	struct backoff b = {0};

	(void)state;
	for (int i = 0; i < 20; i++)
		backoff_next(&b, 0);
	assert_int_equal(backoff_next(&b, 10000), 250);
	assert_int_equal(backoff_next(&b, 0), 500);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(first_wait_is_a_quarter_of_a_second),
		cmocka_unit_test(wait_doubles_up_to_half_a_minute),
		cmocka_unit_test(run_of_ten_seconds_starts_again_from_the_least),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
