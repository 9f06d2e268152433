#include "test.h"

#include "users.h"

static const char passwd[] = "root:x:0:0:root:/root:/bin/sh\n"
			     "web:*:100:101::/:\n"
			     "webmaster::200:201::/:\n"
			     "broken:x:abc:1::/:\n"
			     "short:x:5\n"
			     "huge:x:99999999999:1::/:\n"
			     "last:x:7:8";

static void first_numbers_of_the_line_are_given(void **state)
{
	unsigned int n[2];

	(void)state;
	assert_true(users_line(passwd, "web", n, 2));
	assert_int_equal(n[0], 100);
	assert_int_equal(n[1], 101);
	assert_true(users_line(passwd, "webmaster", n, 2));
	assert_int_equal(n[0], 200);
	assert_true(users_line(passwd, "last", n, 2));
	assert_int_equal(n[1], 8);
	assert_true(users_line(passwd, "short", n, 1));
	assert_int_equal(n[0], 5);
}

static void what_is_missing_or_broken_is_not_found(void **state)
{
	static const char *const names[] = {"", "we", "nobody", "broken", "short", "huge", "x"};
	unsigned int n[2];

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		assert_false(users_line(passwd, names[i], n, 2));
	assert_false(users_line("", "root", n, 1));
	assert_false(users_line("root", "root", n, 1));
	assert_false(users_line("root:x", "root", n, 1));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(first_numbers_of_the_line_are_given),
		cmocka_unit_test(what_is_missing_or_broken_is_not_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
