#include "unit.h"

#include "base/doubt.h"

static void doubt_is_told_and_no_error(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	assert_int_equal(doubt(false, &e, "%s is odd", "this"), 0);
	assert_int_equal(e.kind, ERR_NONE);
}

static void who_is_strict_gets_the_same_sentence_as_an_error(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	assert_int_equal(doubt(true, &e, "%s is odd", "this"), -1);
	assert_int_equal(e.kind, ERR_INPUT);
	assert_string_equal(e.text, "this is odd");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(doubt_is_told_and_no_error),
		cmocka_unit_test(who_is_strict_gets_the_same_sentence_as_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
