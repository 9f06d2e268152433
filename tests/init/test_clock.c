#include "test.h"

#include "clock.h"

#include <linux/rtc.h>
#include <time.h>

static void dates_are_those_of_the_c_library(void **state)
{
	char ours[11];
	char theirs[16];

	(void)state;
	/* Every day up to the year 2101, a leap year that is none at its end. */
	for (int64_t day = 0; day < 48000; day++) {
		time_t t = (time_t)(day * 86400 + 86399);
		struct tm tm;

		gmtime_r(&t, &tm);
		strftime(theirs, sizeof(theirs), "%Y-%m-%d", &tm);
		assert_string_equal(clock_date(t, ours), theirs);
	}
}

static void hardware_clock_is_read_as_utc(void **state)
{
	(void)state;
	for (int64_t day = 0; day < 48000; day++) {
		time_t t = (time_t)(day * 86400 + day % 86400);
		struct rtc_time rtc;
		struct tm tm;

		gmtime_r(&t, &tm);
		rtc = (struct rtc_time){.tm_sec = tm.tm_sec,
					.tm_min = tm.tm_min,
					.tm_hour = tm.tm_hour,
					.tm_mday = tm.tm_mday,
					.tm_mon = tm.tm_mon,
					.tm_year = tm.tm_year};
		assert_int_equal(clock_from_rtc(&rtc), t);
	}
}

static void what_is_no_date_is_refused(void **state)
{
	const struct rtc_time good = {.tm_mday = 1, .tm_year = 126};
	struct rtc_time t;

	(void)state;
	assert_true(clock_from_rtc(&good) == 1767225600);
	t = good;
	t.tm_year = 69;
	assert_true(clock_from_rtc(&t) == -1);
	t.tm_year = 8100;
	assert_true(clock_from_rtc(&t) == -1);
	t = good;
	t.tm_mon = 12;
	assert_true(clock_from_rtc(&t) == -1);
	t = good;
	t.tm_mday = 0;
	assert_true(clock_from_rtc(&t) == -1);
	t = good;
	t.tm_hour = -1;
	assert_true(clock_from_rtc(&t) == -1);
	t = good;
	t.tm_sec = 61;
	assert_true(clock_from_rtc(&t) == -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(dates_are_those_of_the_c_library),
		cmocka_unit_test(hardware_clock_is_read_as_utc),
		cmocka_unit_test(what_is_no_date_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
