#include "unit.h"

#include "format/os_release.h"

static void assert_value(const char *text, const char *name, const char *want)
{
	struct err e = ERR_INIT;
	AUTO_BUF value = BUF_INIT;
	bool found;

	assert_ok(os_release_value(text, strlen(text), name, &value, &found, &e));
	assert_int_equal(found, want != NULL);
	assert_string_equal(buf_str(&value), want ? want : "");
}

static void value_is_found_by_its_whole_name(void **state)
{
	static const char text[] = "# ID=no\nVERSION_ID=12\nID=debian\nID_LIKE=x\n";

	(void)state;
	assert_value(text, "ID", "debian");
	assert_value(text, "VERSION_ID", "12");
	assert_value(text, "VERSION", NULL);
	assert_value("", "ID", NULL);
	assert_value("ID", "ID", NULL);
	assert_value("ID=", "ID", "");
	assert_value("ID=a", "ID", "a");
}

/* As a shell would take it, with which the file has to be compatible (os-release(5)). */
static void quotes_and_backslashes_are_taken_off(void **state)
{
	(void)state;
	assert_value("A=\"b c\"  \n", "A", "b c");
	assert_value("A='b \"c\" \\d'\r\n", "A", "b \"c\" \\d");
	assert_value("A=\"b\\\"c\\$d\"\n", "A", "b\"c$d");
	assert_value("A=b\\", "A", "b\\");
}

static void last_of_several_counts(void **state)
{
	(void)state;
	assert_value("A=1\nB=2\nA=3\n", "A", "3");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(value_is_found_by_its_whole_name),
		cmocka_unit_test(quotes_and_backslashes_are_taken_off),
		cmocka_unit_test(last_of_several_counts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
