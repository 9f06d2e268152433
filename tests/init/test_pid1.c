#include "test.h"

#include "guest.h"

#include <signal.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define EXIT_SKIPPED 77

static struct guest guest;

#define WORDS(...) ((const char *const[]){__VA_ARGS__, NULL})

static void start(const char *mode, const char *const *words)
{
	const struct guest_plan plan = {.mode = mode, .words = words};

	guest_start(&guest, &plan);
}

static int end_guest(void **state)
{
	(void)state;
	guest_done(&guest);
	return 0;
}

static double seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void machine_without_services_is_ready(void **state)
{
	(void)state;
	start(NULL, NULL);
	guest_says_next(&guest, "pideisn: there is no service to start\n");
	guest_says_next(&guest, "pideisn: ready\n");
}

static void failed_mount_is_named_and_does_not_stop_the_boot(void **state)
{
	(void)state;
	start("run", NULL);
	guest_says_next(&guest, "pideisn: cannot mount securityfs on /sys/kernel/security: "
				"Operation not permitted\n");
	guest_says_next(&guest, "pideisn: ready\n");
	guest_says(&guest, "vmm: running\n");
}

static int count_of(const char *text)
{
	int count = 0;

	for (const char *at = strstr(guest.text, text); at != NULL; at = strstr(at + 1, text))
		count++;
	return count;
}

static void service_starts_in_a_clean_world(void **state)
{
	(void)state;
	start("facts", WORDS("quiet", "pideisn.hostname=guest-7"));
	guest_says_next(&guest, "vmm: host guest-7\n");
	guest_says_next(&guest, "vmm: 0 signals blocked, 0 ignored\n");
	guest_says_next(&guest, "vmm: 3 files open, umask 22\n");
	guest_says_next(&guest, "vmm: session own\n");
	guest_says_next(&guest, "vmm: terminal none\n");
	guest_says_next(&guest, "vmm: environment PATH=/usr/sbin:/usr/bin:/sbin:/bin\n");
	guest_says_next(&guest, "vmm: environment HOME=/\n");
	guest_says_next(&guest, "vmm: environment TERM=vt100\n");
	guest_says_next(&guest, "vmm: end of facts\n");
	assert_int_equal(count_of("vmm: environment"), 3);
}

static void host_name_is_the_first_word_of_its_file(void **state)
{
	const struct guest_plan plan = {.mode = "facts", .host_name = "\n from-file more\n"};

	(void)state;
	guest_start(&guest, &plan);
	guest_says(&guest, "vmm: host from-file\n");
}

static void wrong_host_name_in_the_file_is_told(void **state)
{
	const struct guest_plan plan = {.host_name = "my_host\n"};

	(void)state;
	guest_start(&guest, &plan);
	guest_says_next(&guest, "pideisn: 'my_host' in /etc/hostname is not a host name\n");
	guest_says_next(&guest, "pideisn: ready\n");
}

static void wrong_words_are_told(void **state)
{
	(void)state;
	start(NULL, WORDS("pideisn.grace=soon", "pideisn.color=red"));
	guest_says_next(&guest, "pideisn: command line: grace: 'soon' is not a time");
	guest_says_next(&guest, "pideisn: command line: unknown key 'color' in [system]\n");
	guest_says_next(&guest, "pideisn: ready\n");
}

static void crash_is_told_and_tried_again_ever_later(void **state)
{
	double begin = seconds();

	(void)state;
	start("exit-3", NULL);
	guest_says_next(&guest, "pideisn: mvirt-vmm exited with status 3, "
				"starting it again in 250 ms\n");
	guest_says_next(&guest, "pideisn: mvirt-vmm exited with status 3, "
				"starting it again in 500 ms\n");
	guest_says_next(&guest, "pideisn: mvirt-vmm exited with status 3, "
				"starting it again in 1 s\n");
	assert_true(seconds() - begin >= 0.75);
}

static void deadly_signal_of_a_service_is_named(void **state)
{
	(void)state;
	start("kill-9", NULL);
	guest_says_next(&guest, "pideisn: mvirt-vmm killed by signal 9 (SIGKILL), "
				"starting it again in 250 ms\n");
	guest_says_next(&guest, "starting it again in 500 ms\n");
}

static void program_that_cannot_be_executed_is_told_before_ready(void **state)
{
	(void)state;
	start("broken", NULL);
	guest_says_next(&guest, "pideisn: mvirt-vmm cannot be executed: "
				"the interpreter it names is missing, "
				"starting it again in 250 ms\n");
	guest_says_next(&guest, "pideisn: ready\n");
	guest_says_next(&guest, "starting it again in 500 ms\n");
}

static void orphans_leave_no_zombie(void **state)
{
	double end = seconds() + 20;

	(void)state;
	start("orphans", NULL);
	guest_says(&guest, "vmm: 600 orphans made\n");
	while (guest_children(&guest, false) > 1 && seconds() < end)
		usleep(10000);
	assert_int_equal(guest_children(&guest, true), 0);
	assert_int_equal(guest_children(&guest, false), 1);
}

static void virtual_machines_outlive_a_restart_and_are_stopped_at_the_end(void **state)
{
	(void)state;
	start("vm", NULL);
	guest_says(&guest, "pideisn: mvirt-vmm killed by signal 9 (SIGKILL)");
	guest_says_next(&guest, "vmm: vm is alive\n");
	guest_says_next(&guest, "vmm: running\n");
	kill(guest.pid, SIGTERM);
	guest_says_next(&guest, "pideisn: mvirt-vmm stopped\n");
	guest_says_next(&guest, "vm: told to stop\n");
	guest_says_next(&guest, "pideisn: rebooting\n");
	guest_ends_by(&guest, SIGHUP);
}

static void shutdown_goes_in_order(void **state)
{
	(void)state;
	start("run", NULL);
	guest_says(&guest, "pideisn: ready\n");
	guest_says(&guest, "vmm: running\n");
	kill(guest.pid, SIGUSR2);
	guest_says_next(&guest, "pideisn: asked to power off by SIGUSR2\n"
				"pideisn: stopping mvirt-vmm\n"
				"mvirt-vmm: vmm: told to stop\n"
				"pideisn: mvirt-vmm stopped\n"
				"pideisn: powering off\n");
	guest_ends_by(&guest, SIGINT);
}

/* In a pid namespace reboot(2) ends process 1 by SIGHUP for a reboot, by SIGINT for power off. */
static void every_request_ends_the_machine_its_way(void **state)
{
	static const struct {
		int request;
		int end;
	} cases[] = {
		{SIGTERM, SIGHUP}, {SIGINT, SIGHUP}, {39, SIGHUP}, {SIGUSR1, SIGINT},
		{SIGPWR, SIGINT},  {37, SIGINT},     {38, SIGINT},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		start(NULL, NULL);
		guest_says(&guest, "pideisn: ready\n");
		kill(guest.pid, cases[i].request);
		guest_ends_by(&guest, cases[i].end);
		guest_done(&guest);
	}
}

static void request_before_ready_is_not_lost(void **state)
{
	(void)state;
	start("run", NULL);
	guest_says(&guest, "pideisn: ");
	kill(guest.pid, SIGTERM);
	guest_ends_by(&guest, SIGHUP);
}

static void first_of_many_requests_wins(void **state)
{
	(void)state;
	start("deaf", WORDS("pideisn.grace=1"));
	guest_says(&guest, "vmm: running\n");
	kill(guest.pid, 38);
	guest_says(&guest, "pideisn: asked to power off by signal 38\n");
	for (int i = 0; i < 5; i++) {
		kill(guest.pid, SIGTERM);
		kill(guest.pid, 38);
	}
	guest_ends_by(&guest, SIGINT);
	assert_null(strstr(guest.text, "asked to reboot"));
	assert_null(strstr(strstr(guest.text, "asked to") + 1, "asked to"));
}

/* Both are pending when it goes on, and come in the order of their numbers. */
static void requests_that_come_at_once_are_one(void **state)
{
	(void)state;
	start(NULL, NULL);
	guest_says(&guest, "pideisn: ready\n");
	kill(guest.pid, SIGSTOP);
	kill(guest.pid, SIGTERM);
	kill(guest.pid, SIGUSR2);
	kill(guest.pid, SIGCONT);
	guest_says(&guest, "pideisn: asked to power off by SIGUSR2\n");
	guest_ends_by(&guest, SIGINT);
}

static void deaf_service_is_killed_after_its_grace(void **state)
{
	double begin;

	(void)state;
	start("deaf", WORDS("pideisn.grace=1"));
	guest_says(&guest, "vmm: running\n");
	kill(guest.pid, SIGTERM);
	guest_says_next(&guest, "pideisn: stopping mvirt-vmm\n");
	begin = seconds();
	guest_says_next(&guest, "pideisn: mvirt-vmm did not stop in 1 s, killing it\n");
	assert_true(seconds() - begin >= 0.8);
	guest_says_next(&guest, "pideisn: mvirt-vmm stopped\n");
	guest_ends_by(&guest, SIGHUP);
}

static void called_as_poweroff_it_asks_process_1(void **state)
{
	(void)state;
	start("poweroff", NULL);
	guest_says(&guest, "pideisn: asked to power off by SIGUSR2\n");
	guest_ends_by(&guest, SIGINT);
}

static void crash_of_process_1_reboots(void **state)
{
	static const int crashes[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT};

	(void)state;
	for (size_t i = 0; i < sizeof(crashes) / sizeof(crashes[0]); i++) {
		start(NULL, NULL);
		guest_says(&guest, "pideisn: ready\n");
		kill(guest.pid, crashes[i]);
		guest_ends_by(&guest, SIGHUP);
		guest_says(&guest, "pideisn: crashed by SIG");
		guest_done(&guest);
	}
}

static void shell_owns_the_terminal_and_comes_back(void **state)
{
	const struct guest_plan plan = {.shell = true};

	(void)state;
	guest_start(&guest, &plan);
	guest_says_next(&guest, "sh: I am -sh, terminal taken, job control works\n");
	assert_int_equal(write(guest.console, "hello\n", 6), 6);
	guest_says_next(&guest, "sh: heard hello\n");
	assert_int_equal(write(guest.console, "exit\n", 5), 5);
	guest_says_next(&guest, "pideisn: shell exited with status 0, "
				"starting it again in 250 ms\n");
	guest_says_next(&guest, "sh: I am -sh, terminal taken, job control works\n");
	kill(guest.pid, SIGTERM);
	guest_says_next(&guest, "pideisn: shell stopped\n");
	guest_ends_by(&guest, SIGHUP);
}

static void shell_can_be_turned_off(void **state)
{
	const struct guest_plan plan = {.shell = true, .words = WORDS("pideisn.shell=0")};
	double end = seconds() + 20;
	int quiet = 0;

	(void)state;
	guest_start(&guest, &plan);
	guest_says(&guest, "pideisn: there is no service to start\n");
	guest_says(&guest, "pideisn: ready\n");
	/* The one that tells the host comes with "ready" and goes by itself; a shell would stay. */
	while (quiet < 30 && seconds() < end) {
		quiet = guest_children(&guest, false) == 0 ? quiet + 1 : 0;
		usleep(10000);
	}
	assert_int_equal(quiet, 30);
}

/* The service fills the terminal until it blocks; process 1 must not block with it. */
static void console_that_nobody_reads_does_not_stop_the_shutdown(void **state)
{
	(void)state;
	start("flood", NULL);
	guest_says(&guest, "vmm: a line nobody reads\n");
	usleep(300 * 1000);
	kill(guest.pid, SIGTERM);
	guest_ends_by(&guest, SIGHUP);
}

static long switches(pid_t pid)
{
	char path[64];
	char line[128];
	long count = -1;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
	file = fopen(path, "re");
	assert_non_null(file);
	while (fgets(line, sizeof(line), file) != NULL)
		sscanf(line, "voluntary_ctxt_switches: %ld", &count);
	fclose(file);
	assert_true(count >= 0);
	return count;
}

static void idle_process_1_never_wakes_up(void **state)
{
	double end = seconds() + 20;
	long before;

	(void)state;
	start("run", NULL);
	guest_says(&guest, "pideisn: ready\n");
	guest_says(&guest, "vmm: running\n");
	/* The child that tells the host has gone, and PID 1 has slept again since. */
	while (guest_children(&guest, false) > 1 && seconds() < end)
		usleep(10000);
	usleep(500 * 1000);
	before = switches(guest.pid);
	usleep(1500 * 1000);
	assert_int_equal(switches(guest.pid), before);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(machine_without_services_is_ready, end_guest),
		cmocka_unit_test_teardown(failed_mount_is_named_and_does_not_stop_the_boot,
					  end_guest),
		cmocka_unit_test_teardown(service_starts_in_a_clean_world, end_guest),
		cmocka_unit_test_teardown(host_name_is_the_first_word_of_its_file, end_guest),
		cmocka_unit_test_teardown(wrong_host_name_in_the_file_is_told, end_guest),
		cmocka_unit_test_teardown(wrong_words_are_told, end_guest),
		cmocka_unit_test_teardown(crash_is_told_and_tried_again_ever_later, end_guest),
		cmocka_unit_test_teardown(deadly_signal_of_a_service_is_named, end_guest),
		cmocka_unit_test_teardown(program_that_cannot_be_executed_is_told_before_ready,
					  end_guest),
		cmocka_unit_test_teardown(orphans_leave_no_zombie, end_guest),
		cmocka_unit_test_teardown(
			virtual_machines_outlive_a_restart_and_are_stopped_at_the_end, end_guest),
		cmocka_unit_test_teardown(shutdown_goes_in_order, end_guest),
		cmocka_unit_test_teardown(every_request_ends_the_machine_its_way, end_guest),
		cmocka_unit_test_teardown(request_before_ready_is_not_lost, end_guest),
		cmocka_unit_test_teardown(first_of_many_requests_wins, end_guest),
		cmocka_unit_test_teardown(requests_that_come_at_once_are_one, end_guest),
		cmocka_unit_test_teardown(deaf_service_is_killed_after_its_grace, end_guest),
		cmocka_unit_test_teardown(called_as_poweroff_it_asks_process_1, end_guest),
		cmocka_unit_test_teardown(crash_of_process_1_reboots, end_guest),
		cmocka_unit_test_teardown(shell_owns_the_terminal_and_comes_back, end_guest),
		cmocka_unit_test_teardown(shell_can_be_turned_off, end_guest),
		cmocka_unit_test_teardown(console_that_nobody_reads_does_not_stop_the_shutdown,
					  end_guest),
		cmocka_unit_test_teardown(idle_process_1_never_wakes_up, end_guest),
	};
	const char *ci = getenv("CI");
	const char *why = NULL;

	if (!guest_possible(&why)) {
		fprintf(stderr, "no namespaces here: %s\n", why);
		return ci != NULL && strcmp(ci, "true") == 0 ? EXIT_FAILURE : EXIT_SKIPPED;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
