#include "unit.h"

#include "host/clock.h"

#include <stdlib.h>

static int date_of(const char *text, uint32_t *ret, struct err *e)
{
	int r = text ? setenv("SOURCE_DATE_EPOCH", text, 1) : unsetenv("SOURCE_DATE_EPOCH");

	assert_int_equal(r, 0);
	return clock_source_date(ret, e);
}

static void assert_date(const char *text, uint32_t want)
{
	struct err e = ERR_INIT;
	uint32_t got = 12345;

	assert_ok(date_of(text, &got, &e));
	assert_int_equal(got, want);
}

static void assert_refused(const char *text, const char *sentence)
{
	struct err e = ERR_INIT;
	uint32_t got = 12345;

	assert_fails_with(date_of(text, &got, &e), sentence);
	assert_int_equal(got, 12345);
}

static void date_is_0_unless_given(void **state)
{
	(void)state;
	assert_date(NULL, 0);
	assert_date("", 0);
	assert_date("0", 0);
	assert_date("1700000000", 1700000000);
	/* The 8 hexadecimal digits that a newc header has. */
	assert_date("4294967295", 0xffffffff);
}

static void bad_date_is_refused(void **state)
{
	(void)state;
	assert_refused("4294967296", "SOURCE_DATE_EPOCH '4294967296' is over 4294967295");
	assert_refused("-1", "SOURCE_DATE_EPOCH '-1' is not a decimal number");
	assert_refused("now", "SOURCE_DATE_EPOCH 'now' is not a decimal number");
	assert_refused(" 1", "SOURCE_DATE_EPOCH ' 1' is not a decimal number");
	assert_refused("1.5", "SOURCE_DATE_EPOCH '1.5' is not a decimal number");
}

static void issue_date_is_now_unless_given(void **state)
{
	struct err e = ERR_INIT;
	int64_t date, now = clock_calendar();

	(void)state;
	unsetenv("SOURCE_DATE_EPOCH");
	assert_ok(clock_issue_date(&date, &e));
	assert_true(date >= now && date - now < 60);
	setenv("SOURCE_DATE_EPOCH", "0", 1);
	assert_ok(clock_issue_date(&date, &e));
	assert_int_equal(date, 0);
	setenv("SOURCE_DATE_EPOCH", "x", 1);
	assert_int_equal(clock_issue_date(&date, &e), -1);
}

static void clock_never_goes_backwards(void **state)
{
	uint64_t last = clock_ms();

	(void)state;
	assert_true(last > 0);
	for (int i = 0; i < 10000; i++) {
		uint64_t now = clock_ms();

		assert_true(now >= last);
		last = now;
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(date_is_0_unless_given),
		cmocka_unit_test(bad_date_is_refused),
		cmocka_unit_test(issue_date_is_now_unless_given),
		cmocka_unit_test(clock_never_goes_backwards),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
