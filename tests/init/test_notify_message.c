#include "test.h"

#include "notify_message.h"

static struct notify_message message;
static char text[256];

static void parse(const char *what)
{
	size_t len = strlen(what);

	memset(text, 'x', sizeof(text));
	memcpy(text, what, len);
	notify_message_parse(text, len, &message);
}

static void all_of_a_message_is_taken(void **state)
{
	(void)state;
	parse("READY=1\nSTATUS=up and running\nMAINPID=4711\nWATCHDOG=1\nSTOPPING=1");
	assert_true(message.ready);
	assert_true(message.alive);
	assert_true(message.stopping);
	assert_false(message.stuck);
	assert_int_equal(message.main_process, 4711);
	assert_string_equal(message.status, "up and running");
}

static void what_is_unknown_is_passed_over(void **state)
{
	(void)state;
	parse("\n\nFDSTORE=1\nready=1\nREADY\n=1\nXREADY=1\nREADY=0\nWATCHDOG=2\n");
	assert_false(message.ready);
	assert_false(message.alive);
	assert_null(message.status);
	parse("");
	assert_false(message.ready);
}

static void stuck_service_can_say_so(void **state)
{
	(void)state;
	parse("WATCHDOG=trigger\n");
	assert_true(message.stuck);
	assert_false(message.alive);
}

static void wrong_process_numbers_are_none(void **state)
{
	static const char *const wrong[] = {"MAINPID=",	  "MAINPID=0",	 "MAINPID=1",
					    "MAINPID=-5", "MAINPID=12x", "MAINPID=99999999999"};

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		parse(wrong[i]);
		assert_int_equal(message.main_process, 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_of_a_message_is_taken),
		cmocka_unit_test(what_is_unknown_is_passed_over),
		cmocka_unit_test(stuck_service_can_say_so),
		cmocka_unit_test(wrong_process_numbers_are_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
