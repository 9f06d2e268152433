#include "test.h"

#include "signals.h"

#include <signal.h>

static void signals_of_busybox_are_understood(void **state)
{
	(void)state;
	assert_int_equal(signals_request(SIGUSR1), REQUEST_HALT);
	assert_int_equal(signals_request(SIGUSR2), REQUEST_POWER_OFF);
	assert_int_equal(signals_request(SIGTERM), REQUEST_REBOOT);
	assert_int_equal(signals_request(SIGINT), REQUEST_REBOOT);
}

static void power_failure_is_a_power_off(void **state)
{
	(void)state;
	assert_int_equal(signals_request(SIGPWR), REQUEST_POWER_OFF);
}

static void power_button_and_systemd_numbers_are_those_of_glibc(void **state)
{
	(void)state;
	assert_int_equal(signals_request(37), REQUEST_HALT);
	assert_int_equal(signals_request(38), REQUEST_POWER_OFF);
	assert_int_equal(signals_request(39), REQUEST_REBOOT);
}

static void other_signals_ask_for_nothing(void **state)
{
	(void)state;
	assert_int_equal(signals_request(SIGCHLD), REQUEST_NONE);
	assert_int_equal(signals_request(SIGHUP), REQUEST_NONE);
	assert_int_equal(signals_request(36), REQUEST_NONE);
	assert_int_equal(signals_request(40), REQUEST_NONE);
	assert_int_equal(signals_request(0), REQUEST_NONE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(signals_of_busybox_are_understood),
		cmocka_unit_test(power_failure_is_a_power_off),
		cmocka_unit_test(power_button_and_systemd_numbers_are_those_of_glibc),
		cmocka_unit_test(other_signals_ask_for_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
