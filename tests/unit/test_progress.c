#include "unit.h"

#include "host/progress.h"

static void assert_duration(uint64_t ms, const char *want)
{
	char text[32];

	assert_string_equal(duration_text(ms, text, sizeof(text)), want);
}

static void assert_size(uint64_t bytes, const char *want)
{
	char text[32];

	assert_string_equal(size_text(bytes, text, sizeof(text)), want);
}

static void durations_are_for_people(void **state)
{
	(void)state;
	assert_duration(0, "0.0 s");
	assert_duration(99, "0.0 s");
	assert_duration(100, "0.1 s");
	assert_duration(3199, "3.1 s");
	assert_duration(59999, "59.9 s");
	assert_duration(60000, "1 m 00 s");
	assert_duration(598000, "9 m 58 s");
	assert_duration(3600000, "60 m 00 s");
}

static void sizes_are_for_people(void **state)
{
	(void)state;
	assert_size(0, "0 bytes");
	assert_size(412, "412 bytes");
	assert_size(1023, "1023 bytes");
	assert_size(1024, "1.0 KiB");
	assert_size(1536, "1.5 KiB");
	assert_size((1 << 20) - 1, "1023.9 KiB");
	assert_size(1 << 20, "1.0 MiB");
	assert_size(4089447, "3.9 MiB");
	assert_size(1ULL << 30, "1.0 GiB");
	assert_size(5ULL << 39, "2.5 TiB");
	assert_size(1ULL << 52, "4096.0 TiB");
}

static void time_since_the_beginning_is_told(void **state)
{
	struct progress p;

	(void)state;
	progress_begin(&p, "work");
	progress_update(&p, "not yet shown");
	assert_false(p.shown);
	p.started_ms -= 5000;
	assert_true(progress_end(&p) >= 5000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(durations_are_for_people),
		cmocka_unit_test(sizes_are_for_people),
		cmocka_unit_test(time_since_the_beginning_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
