#include "unit.h"

#include "format/volume.h"

static void runs_that_go_on_are_joined(void **state)
{
	AUTO_VOLUME_EXTENTS x = {.v = NULL};
	struct err e = ERR_INIT;

	(void)state;
	assert_ok(volume_extents_add(&x, 10, 5, &e));
	assert_ok(volume_extents_add(&x, 15, 5, &e));
	assert_ok(volume_extents_add(&x, 0, 0, &e));
	assert_ok(volume_extents_add(&x, 30, 1, &e));
	assert_int_equal(x.n, 2);
	assert_int_equal(x.v[0].len, 10);
}

static void content_is_read_across_runs(void **state)
{
	AUTO_VOLUME_EXTENTS x = {.v = NULL};
	struct err e = ERR_INIT;
	struct memory_source m;
	struct volume_source v;
	char got[8] = "";

	(void)state;
	memory_source_init(&m, "0123456789", 10, "m");
	assert_ok(volume_extents_add(&x, 7, 3, &e));
	assert_ok(volume_extents_add(&x, 0, 2, &e));
	assert_ok(volume_extents_add(&x, 5, 1, &e));
	assert_ok(volume_source_init(&v, &m.source, &x, 6, &e));
	assert_ok(source_read(&v.source, 0, got, 6, &e));
	assert_string_equal(got, "789015");
	memset(got, 0, sizeof(got));
	assert_ok(source_read(&v.source, 2, got, 2, &e));
	assert_string_equal(got, "90");
	assert_int_equal(source_read(&v.source, 5, got, 2, &e), -1);
}

static void what_is_not_in_the_volume_is_refused(void **state)
{
	AUTO_VOLUME_EXTENTS x = {.v = NULL};
	struct err e = ERR_INIT;
	struct memory_source m;
	struct volume_source v;

	(void)state;
	memory_source_init(&m, "0123456789", 10, "m");
	assert_ok(volume_extents_add(&x, 8, 2, &e));
	assert_fails_with(volume_source_init(&v, &m.source, &x, 3, &e),
			  "'m': a file of 3 bytes has room for 2");
	assert_ok(volume_extents_add(&x, 9, 2, &e));
	assert_fails_with(volume_source_init(&v, &m.source, &x, 3, &e),
			  "'m' ends at byte 10, before what a file in it has there");
	assert_ok(volume_extents_add(&x, UINT64_MAX, UINT64_MAX, &e));
	assert_int_equal(volume_source_init(&v, &m.source, &x, 3, &e), -1);
}

static void names_give_a_terminal_no_orders(void **state)
{
	char name[] = "a\x1b[2J/b\x7f\xc3\xbc\n";

	(void)state;
	volume_clean_name(name);
	assert_string_equal(name, "a?[2J?b?\xc3\xbc?");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(runs_that_go_on_are_joined),
		cmocka_unit_test(content_is_read_across_runs),
		cmocka_unit_test(what_is_not_in_the_volume_is_refused),
		cmocka_unit_test(names_give_a_terminal_no_orders),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
