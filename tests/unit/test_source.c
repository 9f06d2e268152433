#include "unit.h"

#include "base/source.h"

static void ranges_of_memory_are_read(void **state)
{
	struct memory_source m;
	struct err e = ERR_INIT;
	char data[11] = "";

	(void)state;
	memory_source_init(&m, "0123456789", 10, "m");
	assert_int_equal(m.source.size, 10);
	assert_string_equal(m.source.name, "m");
	assert_ok(source_read(&m.source, 0, data, 10, &e));
	assert_string_equal(data, "0123456789");
	assert_ok(source_read(&m.source, 9, data, 1, &e));
	assert_string_equal(data, "9123456789");
}

static void nothing_can_be_read_anywhere_inside(void **state)
{
	struct memory_source m, empty;
	struct err e = ERR_INIT;

	(void)state;
	memory_source_init(&m, "0123456789", 10, "m");
	memory_source_init(&empty, NULL, 0, "empty");
	assert_ok(source_read(&m.source, 0, NULL, 0, &e));
	assert_ok(source_read(&m.source, 10, NULL, 0, &e));
	assert_ok(source_read(&empty.source, 0, NULL, 0, &e));
}

static void range_past_the_end_is_refused(void **state)
{
	struct memory_source m;
	struct err e = ERR_INIT;
	char data[16] = "untouched";

	(void)state;
	memory_source_init(&m, "0123456789", 10, "m");
	assert_fails_with(source_read(&m.source, 0, data, 11, &e),
			  "'m' ends after 10 bytes, but 11 at 0 are needed: it is cut short");
	assert_int_equal(e.kind, ERR_INPUT);
	assert_fails_with(source_read(&m.source, 10, data, 1, &e),
			  "'m' ends after 10 bytes, but 1 at 10 are needed: it is cut short");
	assert_fails_with(source_read(&m.source, 11, data, 0, &e),
			  "'m' ends after 10 bytes, but 0 at 11 are needed: it is cut short");
	assert_string_equal(data, "untouched");
}

/* Sums that go over the largest number must not look small. */
static void huge_offsets_and_lengths_are_refused(void **state)
{
	struct memory_source m;
	struct err e = ERR_INIT;
	char data[16];

	(void)state;
	memory_source_init(&m, "0123456789", 10, "m");
	assert_int_equal(source_read(&m.source, UINT64_MAX, data, 2, &e), -1);
	assert_int_equal(source_read(&m.source, UINT64_MAX - 1, data, 11, &e), -1);
	assert_int_equal(source_read(&m.source, 2, data, SIZE_MAX, &e), -1);
	assert_int_equal(source_read(&m.source, 5, data, SIZE_MAX - 3, &e), -1);
}

static void part_of_a_source_is_one(void **state)
{
	struct memory_source m;
	struct range_source r;
	struct err e = ERR_INIT;
	char data[4] = "";

	(void)state;
	memory_source_init(&m, "0123456789", 10, "m");
	assert_ok(range_source_init(&r, &m.source, 4, 3, &e));
	assert_ok(source_read(&r.source, 1, data, 2, &e));
	assert_string_equal(data, "56");
	assert_int_equal(source_read(&r.source, 2, data, 2, &e), -1);
	assert_ok(range_source_init(&r, &m.source, 10, 0, &e));
	assert_fails_with(range_source_init(&r, &m.source, 8, 3, &e),
			  "'m' ends at byte 10, before the 3 bytes at 8 do");
	assert_int_equal(range_source_init(&r, &m.source, UINT64_MAX, 2, &e), -1);
	assert_int_equal(range_source_init(&r, &m.source, 2, UINT64_MAX, &e), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ranges_of_memory_are_read),
		cmocka_unit_test(nothing_can_be_read_anywhere_inside),
		cmocka_unit_test(range_past_the_end_is_refused),
		cmocka_unit_test(huge_offsets_and_lengths_are_refused),
		cmocka_unit_test(part_of_a_source_is_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
