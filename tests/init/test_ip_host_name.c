#include "test.h"

#include "ip_host_name.h"

static const char *name_in(const char *value)
{
	static char name[HOST_NAME_BYTES + 1];

	return ip_host_name(value, name) ? name : "none";
}

static void fifth_field_is_the_name(void **state)
{
	(void)state;
	assert_string_equal(name_in("192.0.2.5::192.0.2.1:255.255.255.0:node-9:eth0:off"),
			    "node-9");
	assert_string_equal(name_in("::::node-9"), "node-9");
	assert_string_equal(name_in("[2001:db8::5]::[2001:db8::1]:64:node-9:eth0"), "node-9");
}

static void shorter_and_empty_ones_have_none(void **state)
{
	(void)state;
	assert_string_equal(name_in(""), "none");
	assert_string_equal(name_in("dhcp"), "none");
	assert_string_equal(name_in("192.0.2.5:::24"), "none");
	assert_string_equal(name_in("192.0.2.5:::24:"), "none");
	assert_string_equal(name_in("192.0.2.5:::24::eth0:off"), "none");
	assert_string_equal(name_in("[2001:db8::5"), "none");
}

static void what_is_no_name_is_left_out(void **state)
{
	char value[100] = "::::";

	(void)state;
	assert_string_equal(name_in("::::no_name"), "none");
	memset(value + 4, 'a', 65);
	assert_string_equal(name_in(value), "none");
	value[4 + 64] = '\0';
	assert_string_equal(name_in(value), value + 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fifth_field_is_the_name),
		cmocka_unit_test(shorter_and_empty_ones_have_none),
		cmocka_unit_test(what_is_no_name_is_left_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
