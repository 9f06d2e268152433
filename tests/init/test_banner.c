#include "test.h"

#include "banner.h"

static void values_of_a_key_stand_in_a_row(void **state)
{
	static const char text[] = "state=online\naddress=192.0.2.7/24\ngateway=192.0.2.1\n"
				   "address=2001:db8::7/64\naddresses=no\nmy-address=no";
	char buf[64];

	(void)state;
	assert_int_equal(banner_values(text, "address", buf, sizeof(buf)), 28);
	assert_string_equal(buf, " 192.0.2.7/24 2001:db8::7/64");
	assert_int_equal(banner_values(text, "dns", buf, sizeof(buf)), 0);
	assert_string_equal(buf, "");
	assert_int_equal(banner_values("address", "address", buf, sizeof(buf)), 0);
}

static void value_that_does_not_fit_is_left_out(void **state)
{
	char buf[8];

	(void)state;
	assert_int_equal(banner_values("a=123456789\na=1234\na=56\n", "a", buf, sizeof(buf)), 5);
	assert_string_equal(buf, " 1234");
	assert_int_equal(banner_values("a=123456\n", "a", buf, sizeof(buf)), 7);
	assert_string_equal(buf, " 123456");
	assert_int_equal(banner_values("a=1234567\n", "a", buf, sizeof(buf)), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values_of_a_key_stand_in_a_row),
		cmocka_unit_test(value_that_does_not_fit_is_left_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
