/* What the configuration says of services, tried with PID 1 in namespaces of its own. */

#include "test.h"

#include "guest.h"

#include <dirent.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#define EXIT_SKIPPED 77

#define WORDS(...) ((const char *const[]){__VA_ARGS__, NULL})

static struct guest guest;

static void start(const char *conf, const char *const *words)
{
	const struct guest_plan plan = {.conf = conf, .words = words};

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

static int count_of(const char *text)
{
	int count = 0;

	guest_listen(&guest);
	for (const char *at = strstr(guest.text, text); at != NULL; at = strstr(at + 1, text))
		count++;
	return count;
}

static void wrong_line_is_named_and_skipped(void **state)
{
	(void)state;
	start("[service web]\nexec = /bin/fake run\ncolor = red\n\n[services]\n", NULL);
	guest_says_next(&guest, "pideisn: /etc/pideisn/test.conf:3: unknown key 'color' in "
				"[service]\n");
	guest_says_next(&guest, "pideisn: /etc/pideisn/test.conf:5: unknown section [services], "
				"its lines are skipped\n");
	guest_says(&guest, "web: vmm: running\n");
}

static void word_of_the_command_line_wins_over_the_file(void **state)
{
	(void)state;
	start("[service web]\nexec = /bin/fake run\n[system]\nhostname = from-file\n",
	      WORDS("pideisn.service.web.exec=/bin/fake facts", "pideisn.hostname=from-word"));
	guest_says_next(&guest, "web: vmm: host from-word\n");
}

static void later_service_starts_when_the_earlier_one_says_that_it_is_ready(void **state)
{
	(void)state;
	start("[service b]\nexec = /bin/fake facts\nafter = a\n"
	      "[service a]\nexec = /bin/fake ready-300\nready = notify\n",
	      NULL);
	guest_says_next(&guest, "pideisn: a: all is well\n");
	guest_says_next(&guest, "pideisn: ready\n");
	guest_says(&guest, "b: vmm: end of facts\n");
	assert_true(strstr(guest.text, "b: vmm") > strstr(guest.text, "all is well"));
	kill(guest.pid, SIGTERM);
	guest_says_next(&guest, "pideisn: stopping b\n");
	guest_says_next(&guest, "pideisn: stopping a\n");
	guest_ends_by(&guest, SIGHUP);
}

static void service_that_is_late_is_not_waited_for(void **state)
{
	(void)state;
	start("[service a]\nexec = /bin/fake run\nready = notify\nready-timeout = 1s\n"
	      "[service b]\nexec = /bin/fake facts\nafter = a\n",
	      NULL);
	guest_says_next(&guest, "pideisn: a is not ready after 1 s, going on without\n");
	guest_says_next(&guest, "b: vmm: end of facts\n");
}

/* Its place is taken by a program that never says that there is a network. */
static void service_that_waits_for_the_network_holds_nothing_back(void **state)
{
	(void)state;
	start("[service network]\nexec = /bin/fake run\n"
	      "[service a]\nexec = /bin/fake run\nafter = network\n"
	      "[service b]\nexec = /bin/fake run\nafter = a\n"
	      "[service c]\nexec = /bin/fake run\n",
	      NULL);
	guest_says(&guest, "pideisn: ready\n");
	guest_says(&guest, "c: vmm: running\n");
	assert_int_equal(count_of("a: vmm"), 0);
	assert_int_equal(count_of("b: vmm"), 0);
}

static void network_is_started_first_and_stopped_last(void **state)
{
	(void)state;
	start("[service a]\nexec = /bin/fake run\nafter = network\n"
	      "[service network]\nexec = /bin/fake ready-300\n"
	      "[service b]\nexec = /bin/fake run\n",
	      NULL);
	guest_says(&guest, "network: all is well\n");
	guest_says(&guest, "a: vmm: running\n");
	assert_true(strstr(guest.text, "b: vmm") < strstr(guest.text, "a: vmm"));
	kill(guest.pid, SIGTERM);
	guest_says_next(&guest, "pideisn: stopping a\n");
	guest_says_next(&guest, "pideisn: stopping b\n");
	guest_says_next(&guest, "pideisn: stopping network\n");
	guest_ends_by(&guest, SIGHUP);
}

/* As any program that the image does not have; without an interface nobody misses it. */
static void network_that_the_image_lacks_is_not_waited_for(void **state)
{
	(void)state;
	start("[service a]\nexec = /bin/fake run\nafter = network\n", NULL);
	guest_says(&guest, "a: vmm: running\n");
	guest_says(&guest, "pideisn: ready\n");
	assert_int_equal(count_of("no network"), 0);
}

static void message_of_a_stranger_is_refused(void **state)
{
	(void)state;
	start("[service a]\nexec = /bin/fake pretend\nready = notify\nready-timeout = 2s\n", NULL);
	guest_says_next(&guest, ", of no service, tried to say something in a service's name\n");
	guest_says_next(&guest, "pideisn: a is not ready after 2 s, going on without\n");
}

static void main_process_may_be_handed_on(void **state)
{
	(void)state;
	start("[service a]\nexec = /bin/fake fork-away\nready = notify\n", NULL);
	guest_says_next(&guest, "a: vmm: running\n");
	kill(guest.pid, SIGUSR2);
	guest_says_next(&guest, "pideisn: stopping a\n");
	guest_says_next(&guest, "a: vmm: told to stop\n");
	guest_ends_by(&guest, SIGINT);
	assert_int_equal(count_of("starting it again"), 0);
}

static void main_process_of_another_parent_does_not_hide_the_end(void **state)
{
	(void)state;
	start("[service a]\nexec = /bin/fake outlive-child\nready = notify\n", NULL);
	guest_says_next(&guest, "a: child: running\n");
	guest_says_next(&guest, "pideisn: a exited with status 4, starting it again in 250 ms\n");
	guest_says_next(&guest, "a: child: running\n");
}

static void main_process_that_is_gone_is_not_told_to_stop(void **state)
{
	(void)state;
	start("[service a]\nexec = /bin/fake lose-child\nready = notify\n", NULL);
	guest_says_next(&guest, "a: vmm: running\n");
	kill(guest.pid, SIGTERM);
	guest_says_next(&guest, "a: vmm: told to stop\n");
	guest_says_next(&guest, "pideisn: a stopped\n");
	assert_int_equal(count_of("did not stop"), 0);
	guest_ends_by(&guest, SIGHUP);
}

static void main_process_is_told_to_stop_after_its_parent(void **state)
{
	(void)state;
	start("[service a]\nexec = /bin/fake stand-over-child\nready = notify\n", NULL);
	guest_says_next(&guest, "a: vmm: child named\n");
	kill(guest.pid, SIGTERM);
	guest_says_next(&guest, "a: child: told to stop\n");
	guest_says_next(&guest, "pideisn: a stopped\n");
	assert_int_equal(count_of("did not stop"), 0);
	guest_ends_by(&guest, SIGHUP);
}

static void service_that_is_stuck_before_it_is_ready_is_aborted(void **state)
{
	(void)state;
	start("[service a]\nexec = /bin/fake stuck\nready = notify\n", NULL);
	guest_says_next(&guest, "pideisn: a says that it is stuck, sending it SIGABRT\n");
	guest_says_next(&guest,
			"pideisn: a killed by signal 6 (SIGABRT), starting it again in 250");
	assert_int_equal(count_of("is not ready"), 0);
}

static void service_without_a_sign_of_life_is_aborted_and_restarted(void **state)
{
	(void)state;
	start("[service a]\nexec = /bin/fake silent\nready = notify\nwatchdog = 600ms\n", NULL);
	guest_says_next(&guest, "a: vmm: watchdog of 600000 us\n");
	guest_says_next(&guest, "a: vmm: silent\n");
	guest_says_next(&guest, "pideisn: a gave no sign of life, sending it SIGABRT\n");
	guest_says_next(&guest,
			"pideisn: a killed by signal 6 (SIGABRT), starting it again in 250");
	guest_says_next(&guest, "a: vmm: silent\n");
}

static void four_starts_and_one_line_when_three_restarts_are_the_limit(void **state)
{
	double begin = seconds();

	(void)state;
	start("[service a]\nexec = /bin/fake exit-3\nrestart-limit = 3\n", NULL);
	guest_says_next(&guest, "a exited with status 3, starting it again in 250 ms\n");
	guest_says_next(&guest, "a exited with status 3, starting it again in 500 ms\n");
	guest_says_next(&guest, "a exited with status 3, starting it again in 1 s\n");
	guest_says_next(&guest, "pideisn: a exited with status 3, gave up after 3 restarts\n");
	assert_true(seconds() - begin >= 1.75);
	usleep(300 * 1000);
	assert_int_equal(count_of("exited with status 3"), 4);
	assert_int_equal(count_of("gave up"), 1);
}

static void giving_up_can_end_the_machine(void **state)
{
	static const struct {
		const char *word;
		int end;
	} cases[] = {{"pideisn.service.a.on-give-up=poweroff", SIGINT},
		     {"pideisn.service.a.on-give-up=reboot", SIGHUP}};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		start("[service a]\nexec = /bin/fake exit-3\nrestart-limit = 1\nbackoff-min = "
		      "1ms\n",
		      WORDS(cases[i].word));
		guest_says(&guest, "gave up after 1 restarts\n");
		guest_ends_by(&guest, cases[i].end);
		guest_done(&guest);
	}
}

static void end_that_is_no_failure_is_left_alone(void **state)
{
	(void)state;
	start("[service a]\nexec = /bin/fake exit-0\nrestart = on-failure\n"
	      "[service b]\nexec = /bin/fake exit-3\nrestart = never\n"
	      "[service c]\nexec = /bin/fake run\nafter = a b\n",
	      NULL);
	guest_says(&guest, "pideisn: a exited with status 0\n");
	guest_says(&guest, "pideisn: b exited with status 3\n");
	guest_says(&guest, "c: vmm: running\n");
	usleep(400 * 1000);
	assert_int_equal(count_of("starting it again"), 0);
}

static void settings_of_a_process_are_set(void **state)
{
	(void)state;
	start("[service a]\nexec = /bin/fake limits\nlimits = nofile=100:200\ndirectory = /etc\n"
	      "oom-score-adjust = 300\nenvironment = \"A=two words\" PATH=/x\n",
	      NULL);
	guest_says(&guest, "a: vmm: 100 to 200 files, in /etc, score 300, A is two words\n");
}

static void what_a_process_cannot_get_is_told(void **state)
{
	(void)state;
	start("[service a]\nexec = /bin/fake run\nuser = nobody\nrestart = never\n"
	      "[service b]\nexec = /bin/fake run\ngroup = none\nrestart = never\n"
	      "[service c]\nexec = /bin/fake run\ndirectory = /no\nrestart = never\n"
	      "[service d]\nexec = /bin/no\n"
	      "[service e]\nexec = /bin/no\noptional = yes\n",
	      NULL);
	guest_says(&guest, "pideisn: /bin/no: No such file or directory, d is not started\n");
	guest_says(&guest, "a cannot be started: its user is not in /etc/passwd\n");
	guest_says(&guest, "b cannot be started: its group is not in /etc/group\n");
	guest_says(&guest, "c cannot enter its directory: No such file or directory\n");
	assert_int_equal(count_of("e is not started"), 0);
}

static void lines_come_whole_with_the_name_in_front(void **state)
{
	char line[300] = "a: ";

	(void)state;
	start("[service a]\nexec = /bin/fake much\nrestart = never\n", NULL);
	memset(line + 3, 'x', 255);
	memcpy(line + 258, "\na: xxx", 8);
	guest_says_next(&guest, line);
	guest_says_next(&guest, "a: ?[31mred?tab\na: no end\npideisn: a exited with status 0\n");
}

static void output_can_be_kept_from_the_console(void **state)
{
	(void)state;
	start("[service a]\nexec = /bin/fake exit-0\noutput = none\nrestart = never\n"
	      "[service b]\nexec = /bin/fake facts\noutput = log\n"
	      "[service c]\nexec = /bin/fake facts\noutput = console\n",
	      NULL);
	guest_says(&guest, "c: vmm: end of facts\n");
	guest_says(&guest, "pideisn: a exited with status 0\n");
	assert_int_equal(count_of("b: vmm"), 0);
}

static int fake_processes(void)
{
	/* The guest's are its PID 1's children, orphans as well. */
	return guest_children(&guest, false);
}

static void children_left_behind_go_with_their_service(void **state)
{
	double end = seconds() + 10;

	(void)state;
	start("[service a]\nexec = /bin/fake leave-child\nrestart = never\n", NULL);
	guest_says(&guest, "pideisn: a exited with status 0\n");
	while (fake_processes() > 0 && seconds() < end)
		usleep(10000);
	assert_int_equal(fake_processes(), 0);
}

static void children_left_behind_may_stay(void **state)
{
	(void)state;
	start("[service a]\nexec = /bin/fake leave-child\nrestart = never\nkeep-children = yes\n",
	      NULL);
	guest_says(&guest, "pideisn: a exited with status 0\n");
	usleep(300 * 1000);
	assert_int_equal(fake_processes(), 1);
}

static void each_deaf_service_gets_its_own_grace(void **state)
{
	double begin;

	(void)state;
	start("[service a]\nexec = /bin/fake deaf\ngrace = 2s\n"
	      "[service b]\nexec = /bin/fake deaf\ngrace = 500ms\n",
	      NULL);
	guest_says(&guest, "a: vmm: running\n");
	guest_says(&guest, "b: vmm: running\n");
	kill(guest.pid, SIGTERM);
	guest_says_next(&guest, "pideisn: stopping b\n");
	begin = seconds();
	guest_says_next(&guest, "pideisn: b stopped\n");
	assert_true(seconds() - begin >= 0.4);
	guest_says_next(&guest, "pideisn: stopping a\n");
	begin = seconds();
	guest_says_next(&guest, "pideisn: a stopped\n");
	assert_true(seconds() - begin >= 1.9);
	assert_true(seconds() - begin < 5);
	guest_ends_by(&guest, SIGHUP);
}

static void stop_signal_is_the_one_asked_for(void **state)
{
	(void)state;
	start("[service a]\nexec = /bin/fake deaf\nstop-signal = USR1\n", NULL);
	guest_says(&guest, "a: vmm: running\n");
	kill(guest.pid, SIGTERM);
	guest_says(&guest, "pideisn: a stopped\n");
	assert_int_equal(count_of("did not stop"), 0);
	guest_ends_by(&guest, SIGHUP);
}

static int open_files(void)
{
	char path[64];
	DIR *folder;
	int count = 0;

	snprintf(path, sizeof(path), "/proc/%d/fd", (int)guest.pid);
	folder = opendir(path);
	assert_non_null(folder);
	while (readdir(folder) != NULL)
		count++;
	closedir(folder);
	return count;
}

/* While it reads or starts something there are more for a moment. */
static int files_at_rest(void)
{
	int least = open_files();

	for (int i = 0; i < 50; i++) {
		int now;

		usleep(10000);
		now = open_files();
		if (now < least)
			least = now;
	}
	return least;
}

static long memory_kib(void)
{
	char path[64];
	char line[256];
	long kib = -1;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/smaps_rollup", (int)guest.pid);
	file = fopen(path, "re");
	assert_non_null(file);
	while (fgets(line, sizeof(line), file) != NULL)
		sscanf(line, "Rss: %ld kB", &kib);
	fclose(file);
	assert_true(kib > 0);
	return kib;
}

/* A thousand here; the benchmark does ten thousand. */
static void restarts_take_neither_memory_nor_files(void **state)
{
	double end = seconds() + 60;
	long memory;
	int files;

	(void)state;
	start("[service a]\nexec = /bin/fake kill-9\nbackoff-min = 1ms\nbackoff-max = 1ms\n", NULL);
	while (count_of("a killed by signal 9") < 100 && seconds() < end)
		usleep(10000);
	memory = memory_kib();
	files = files_at_rest();
	while (count_of("a killed by signal 9") < 1000 && seconds() < end)
		usleep(10000);
	assert_in_range(count_of("a killed by signal 9"), 1000, 2000);
	assert_in_range(files_at_rest(), files - 2, files + 2);
	assert_in_range(memory_kib(), 1, memory);
	assert_in_range(memory, 1, 128);
}

/* No room for the pipe is the same to PID 1 as no room for the process. */
static void start_that_the_kernel_refuses_is_tried_again(void **state)
{
	struct rlimit none = {.rlim_cur = 0, .rlim_max = 4096};
	struct rlimit enough = {.rlim_cur = 1024, .rlim_max = 4096};

	(void)state;
	start("[service a]\nexec = /bin/fake exit-3\n", NULL);
	guest_says_next(&guest, "a exited with status 3, starting it again in 250 ms\n");
	assert_int_equal(prlimit(guest.pid, RLIMIT_NOFILE, &none, NULL), 0);
	guest_says_next(&guest, "pideisn: a cannot be started: No file descriptors available, "
				"starting it again in ");
	assert_int_equal(prlimit(guest.pid, RLIMIT_NOFILE, &enough, NULL), 0);
	guest_says_next(&guest, "a exited with status 3, starting it again in ");
}

static void process_1_holds_nothing_that_is_not_its_own(void **state)
{
	char path[64];
	char folder[64] = "";

	(void)state;
	start("[service a]\nexec = /bin/fake run\n", NULL);
	guest_says(&guest, "a: vmm: running\n");
	snprintf(path, sizeof(path), "/proc/%d/cwd", (int)guest.pid);
	assert_true(readlink(path, folder, sizeof(folder) - 1) > 0);
	assert_null(strstr(folder, "/etc"));
	/* "." and "..", 0 to 2, the console, signals, notify, and the two ends of a's pipe. */
	assert_in_range(files_at_rest(), 8, 12);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_teardown(name, end_guest)
	const struct CMUnitTest tests[] = {
		CASE(wrong_line_is_named_and_skipped),
		CASE(word_of_the_command_line_wins_over_the_file),
		CASE(later_service_starts_when_the_earlier_one_says_that_it_is_ready),
		CASE(service_that_is_late_is_not_waited_for),
		CASE(service_that_waits_for_the_network_holds_nothing_back),
		CASE(network_is_started_first_and_stopped_last),
		CASE(network_that_the_image_lacks_is_not_waited_for),
		CASE(message_of_a_stranger_is_refused),
		CASE(main_process_may_be_handed_on),
		CASE(main_process_of_another_parent_does_not_hide_the_end),
		CASE(main_process_that_is_gone_is_not_told_to_stop),
		CASE(main_process_is_told_to_stop_after_its_parent),
		CASE(service_that_is_stuck_before_it_is_ready_is_aborted),
		CASE(service_without_a_sign_of_life_is_aborted_and_restarted),
		CASE(four_starts_and_one_line_when_three_restarts_are_the_limit),
		CASE(giving_up_can_end_the_machine),
		CASE(end_that_is_no_failure_is_left_alone),
		CASE(settings_of_a_process_are_set),
		CASE(what_a_process_cannot_get_is_told),
		CASE(lines_come_whole_with_the_name_in_front),
		CASE(output_can_be_kept_from_the_console),
		CASE(children_left_behind_go_with_their_service),
		CASE(children_left_behind_may_stay),
		CASE(each_deaf_service_gets_its_own_grace),
		CASE(stop_signal_is_the_one_asked_for),
		CASE(restarts_take_neither_memory_nor_files),
		CASE(start_that_the_kernel_refuses_is_tried_again),
		CASE(process_1_holds_nothing_that_is_not_its_own),
	};
	const char *ci = getenv("CI");
	const char *why = NULL;

	if (!guest_possible(&why)) {
		fprintf(stderr, "no namespaces here: %s\n", why);
		return ci != NULL && strcmp(ci, "true") == 0 ? EXIT_FAILURE : EXIT_SKIPPED;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
