#include "test.h"

#include "users.h"

static const char passwd[] = "root:x:0:0:root:/root:/bin/sh\n"
			     "web:*:100:101::/:\n"
			     "webmaster::200:201::/:\n"
			     "broken:x:abc:1::/:\n"
			     "short:x:5\n"
			     "huge:x:99999999999:1::/:\n"
			     "300:x:400:401::/:\n"
			     "other:x:100:102::/:\n"
			     "last:x:7:8";

static void first_numbers_of_the_line_are_given(void **state)
{
	unsigned int n[2];

	(void)state;
	assert_true(users_numbers(passwd, "web", n, 2));
	assert_int_equal(n[0], 100);
	assert_int_equal(n[1], 101);
	assert_true(users_numbers(passwd, "webmaster", n, 2));
	assert_int_equal(n[0], 200);
	assert_true(users_numbers(passwd, "last", n, 2));
	assert_int_equal(n[1], 8);
	assert_true(users_numbers(passwd, "short", n, 1));
	assert_int_equal(n[0], 5);
}

static void what_is_missing_or_broken_is_not_found(void **state)
{
	static const char *const names[] = {"", "we", "nobody", "broken", "short", "huge", "x"};
	unsigned int n[2];

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		assert_false(users_numbers(passwd, names[i], n, 2));
	assert_false(users_numbers("", "root", n, 1));
	assert_false(users_numbers("root", "root", n, 1));
	assert_false(users_numbers("root:x", "root", n, 1));
}

static void number_gets_the_group_of_its_line(void **state)
{
	unsigned int n[2];

	(void)state;
	assert_true(users_numbers(passwd, "100", n, 2));
	assert_int_equal(n[0], 100);
	assert_int_equal(n[1], 101);
	assert_true(users_numbers(passwd, "7", n, 2));
	assert_int_equal(n[1], 8);
	/* A name wins, as in chown(1). */
	assert_true(users_numbers(passwd, "300", n, 2));
	assert_int_equal(n[0], 400);
	assert_int_equal(n[1], 401);
}

static void number_without_a_line_is_its_own_group(void **state)
{
	static const char *const texts[] = {passwd, "", "broken:x:1000:abc:::\n", "short:x:1000"};
	unsigned int n[2];

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		n[0] = n[1] = 0;
		assert_true(users_numbers(texts[i], "1000", n, 2));
		assert_int_equal(n[0], 1000);
		assert_int_equal(n[1], 1000);
	}
	assert_true(users_numbers("", "5", n, 1));
	assert_int_equal(n[0], 5);
	assert_false(users_numbers(passwd, "1000x", n, 2));
	assert_false(users_numbers(passwd, "99999999999", n, 2));
	assert_false(users_numbers(passwd, "-1", n, 2));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(first_numbers_of_the_line_are_given),
		cmocka_unit_test(what_is_missing_or_broken_is_not_found),
		cmocka_unit_test(number_gets_the_group_of_its_line),
		cmocka_unit_test(number_without_a_line_is_its_own_group),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
