#include "unit.h"

#include "base/strv.h"

static void list_always_ends_with_null(void **state)
{
	struct err e = ERR_INIT;
	AUTO_STRV s = STRV_INIT;

	(void)state;
	for (int i = 0; i < 100; i++) {
		assert_ok(strv_addf(&s, &e, "%d", i));
		assert_int_equal(s.n, i + 1);
		assert_null(s.v[s.n]);
	}
	assert_string_equal(s.v[0], "0");
	assert_string_equal(s.v[99], "99");
	strv_done(&s);
	assert_int_equal(s.n, 0);
	assert_null(s.v);
}

static void texts_are_copied(void **state)
{
	struct err e = ERR_INIT;
	AUTO_STRV s = STRV_INIT;
	char text[] = "mine";

	(void)state;
	assert_ok(strv_add(&s, text, &e));
	text[0] = 'f';
	assert_string_equal(s.v[0], "mine");
	assert_ok(strv_add_all(&s, &e, "a", "", "b", NULL));
	assert_ok(strv_add_all(&s, &e, NULL));
	assert_int_equal(s.n, 4);
	assert_string_equal(s.v[2], "");
	assert_string_equal(s.v[3], "b");
}

static void text_is_split_into_its_words(void **state)
{
	struct err e = ERR_INIT;
	AUTO_STRV s = STRV_INIT;

	(void)state;
	assert_ok(strv_split(&s, "", &e));
	assert_ok(strv_split(&s, " \t \n", &e));
	assert_int_equal(s.n, 0);
	assert_ok(strv_split(&s, "one", &e));
	assert_ok(strv_split(&s, "\t two  th\"r ee\"\t\nfour\n", &e));
	assert_int_equal(s.n, 5);
	assert_string_equal(s.v[0], "one");
	assert_string_equal(s.v[1], "two");
	assert_string_equal(s.v[2], "th\"r");
	assert_string_equal(s.v[3], "ee\"");
	assert_string_equal(s.v[4], "four");
}

static void texts_are_found_whole(void **state)
{
	struct err e = ERR_INIT;
	AUTO_STRV s = STRV_INIT;

	(void)state;
	assert_false(strv_has(&s, ""));
	assert_ok(strv_add_all(&s, &e, "one", "two", NULL));
	assert_true(strv_has(&s, "two"));
	assert_false(strv_has(&s, "tw"));
	assert_false(strv_has(&s, "two "));
	assert_false(strv_has(&s, ""));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(list_always_ends_with_null),
		cmocka_unit_test(texts_are_copied),
		cmocka_unit_test(text_is_split_into_its_words),
		cmocka_unit_test(texts_are_found_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
