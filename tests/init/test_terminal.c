#include "test.h"

#include "terminal.h"

static void screens_are_linux_terminals(void **state)
{
	(void)state;
	assert_string_equal(terminal_kind("/dev/tty0"), "linux");
	assert_string_equal(terminal_kind("/dev/tty12"), "linux");
}

static void lines_are_vt100_terminals(void **state)
{
	(void)state;
	assert_string_equal(terminal_kind("/dev/ttyS0"), "vt100");
	assert_string_equal(terminal_kind("/dev/hvc0"), "vt100");
	assert_string_equal(terminal_kind("/dev/console"), "vt100");
	assert_string_equal(terminal_kind("/dev/tty"), "vt100");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(screens_are_linux_terminals),
		cmocka_unit_test(lines_are_vt100_terminals),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
