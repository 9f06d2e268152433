#include "test.h"

#include "shared/message.h"

#include <limits.h>

/* The wait status of wait(2): a signal in the low byte, or a status in the next one. */
#define EXITED(status) ((status) << 8)

static void texts_and_numbers_are_put_in(void **state)
{
	char buf[64];

	(void)state;
	assert_int_equal(message_put(buf, sizeof(buf), "%s takes %d ms", "it", 250), 15);
	assert_string_equal(buf, "it takes 250 ms");
}

static void numbers_come_out_whole_from_least_to_largest(void **state)
{
	char buf[64];

	(void)state;
	message_put(buf, sizeof(buf), "%d %d %d", INT_MIN, 0, INT_MAX);
	assert_string_equal(buf, "-2147483648 0 2147483647");
}

static void percent_sign_stands_for_itself(void **state)
{
	char buf[64];

	(void)state;
	message_put(buf, sizeof(buf), "size=%d%%", 10);
	assert_string_equal(buf, "size=10%");
}

static void what_could_steer_a_terminal_is_replaced(void **state)
{
	char buf[64];

	(void)state;
	message_put(buf, sizeof(buf), "'%s'",
		    "a\x1b[2J\n\x7f"
		    "b\xc3\xa4");
	assert_string_equal(buf, "'a?[2J??b\xc3\xa4'");
}

static void missing_text_is_told(void **state)
{
	const char *volatile missing = NULL;
	char buf[64];

	(void)state;
	message_put(buf, sizeof(buf), "%s", missing);
	assert_string_equal(buf, "(none)");
}

static void long_line_is_cut_and_terminated(void **state)
{
	char buf[8] = "xxxxxxx";

	(void)state;
	assert_int_equal(message_put(buf, 5, "%s", "abcdefgh"), 4);
	assert_string_equal(buf, "abcd");
	assert_int_equal(buf[5], 'x');
	assert_int_equal(message_put(buf, 5, "ab%d", 12345), 4);
	assert_string_equal(buf, "ab12");
	assert_int_equal(message_put(buf, 1, "a"), 0);
	assert_string_equal(buf, "");
}

static void exit_status_is_told(void **state)
{
	char buf[64];

	(void)state;
	assert_string_equal(message_ending(buf, sizeof(buf), EXITED(0)), "exited with status 0");
	assert_string_equal(message_ending(buf, sizeof(buf), EXITED(255)),
			    "exited with status 255");
}

static void deadly_signal_is_told_by_number_and_name(void **state)
{
	char buf[64];

	(void)state;
	assert_string_equal(message_ending(buf, sizeof(buf), 9), "killed by signal 9 (SIGKILL)");
	assert_string_equal(message_ending(buf, sizeof(buf), 11 | 0x80),
			    "killed by signal 11 (SIGSEGV)");
	assert_string_equal(message_ending(buf, sizeof(buf), 38), "killed by signal 38");
}

static void every_standard_signal_has_a_name(void **state)
{
	(void)state;
	for (int signal = 1; signal < 32; signal++)
		assert_memory_equal(message_signal_name(signal), "SIG", 3);
	assert_string_equal(message_signal_name(31), "SIGSYS");
	assert_null(message_signal_name(0));
	assert_null(message_signal_name(32));
	assert_null(message_signal_name(-1));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(texts_and_numbers_are_put_in),
		cmocka_unit_test(numbers_come_out_whole_from_least_to_largest),
		cmocka_unit_test(percent_sign_stands_for_itself),
		cmocka_unit_test(what_could_steer_a_terminal_is_replaced),
		cmocka_unit_test(missing_text_is_told),
		cmocka_unit_test(long_line_is_cut_and_terminated),
		cmocka_unit_test(exit_status_is_told),
		cmocka_unit_test(deadly_signal_is_told_by_number_and_name),
		cmocka_unit_test(every_standard_signal_has_a_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
