#include "test.h"

#include "guest.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define EXIT_SKIPPED 77
#define SYSCTL_BYTES (16 * 1024)

static struct guest guest;

#define WORDS(...) ((const char *const[]){__VA_ARGS__, NULL})

static void start(bool (*prepare)(void), const char *const *words)
{
	const struct guest_plan plan = {.prepare = prepare, .words = words};

	guest_start(&guest, &plan);
}

static int end_guest(void **state)
{
	(void)state;
	guest_done(&guest);
	return 0;
}

static bool put(const char *path, const char *text)
{
	FILE *file = fopen(path, "we");

	return file != NULL && fputs(text, file) >= 0 && fclose(file) == 0;
}

static bool ramfs_on_tmp(void)
{
	return mkdir("tmp", 0755) == 0 && mount("ramfs", "tmp", "ramfs", 0, NULL) == 0;
}

/* A kernel without SHMEM mounts a ramfs when it is asked for a tmpfs. */
static void ramfs_in_place_of_tmpfs_is_told(void **state)
{
	(void)state;
	start(ramfs_on_tmp, NULL);
	guest_says_next(&guest, "pideisn: /tmp is a ramfs, since this kernel has no SHMEM: "
				"what is written there can fill the memory\n");
	guest_says_next(&guest, "pideisn: ready\n");
	assert_null(strstr(guest.text, "/run is"));
}

static bool begin_without_end(void)
{
	return symlink(".archive-end", ".archive-begin") == 0;
}

static bool begin_and_end(void)
{
	return begin_without_end() && put(".archive-end", "");
}

static void half_an_archive_is_told(void **state)
{
	(void)state;
	start(begin_without_end, NULL);
	guest_says_next(&guest, "pideisn: the initramfs was unpacked only in part, "
				"so files are missing\n");
	guest_says_next(&guest, "MiB of memory: give the machine more\n");
	guest_says_next(&guest, "pideisn: ready\n");
}

static void whole_archive_is_not(void **state)
{
	(void)state;
	start(begin_and_end, NULL);
	guest_says_next(&guest, "pideisn: ready\n");
	assert_null(strstr(guest.text, "unpacked"));
}

static bool sysctl_files(void)
{
	return mkdir("etc/sysctl.d", 0755) == 0 &&
	       put("etc/sysctl.conf", "# comment\n\nnonsense\n-no.such = 1\nno.other = 1") &&
	       put("etc/sysctl.d/b.conf", "../../etc/mode = 1\n") &&
	       put("etc/sysctl.d/a.conf", "no.third=1\n") && put("etc/sysctl.d/c", "nonsense\n");
}

static void wrong_sysctl_lines_are_told_in_order(void **state)
{
	(void)state;
	start(sysctl_files, NULL);
	guest_says_next(&guest, "pideisn: /etc/sysctl.conf:3: not of the form KEY = VALUE, "
				"skipped\n"
				"pideisn: /etc/sysctl.conf:5: cannot write /proc/sys/no/other: "
				"No such file or directory\n"
				"pideisn: /etc/sysctl.d/a.conf:1: cannot write /proc/sys/no/third: "
				"No such file or directory\n"
				"pideisn: /etc/sysctl.d/b.conf:1: not of the form KEY = VALUE, "
				"skipped\n");
	guest_says_next(&guest, "pideisn: ready\n");
	assert_null(strstr(guest.text, "no-such"));
}

/* The first one just fits; of the other's last line all but two digits do. */
static bool long_sysctl_files(void)
{
	char text[SYSCTL_BYTES + 8];

	memset(text, '#', sizeof(text));
	memcpy(text + SYSCTL_BYTES - 9, "\nno.y = y", 10);
	if (mkdir("etc/sysctl.d", 0755) < 0 || !put("etc/sysctl.d/a.conf", text))
		return false;
	memcpy(text + SYSCTL_BYTES - 20, "\nno.z = z\nno.cut = 100", 23);
	return put("etc/sysctl.d/b.conf", text);
}

static void half_a_sysctl_line_is_not_applied(void **state)
{
	(void)state;
	start(long_sysctl_files, NULL);
	guest_says_next(&guest,
			"pideisn: /etc/sysctl.d/a.conf:2: cannot write /proc/sys/no/y: "
			"No such file or directory\n"
			"pideisn: /etc/sysctl.d/b.conf:2: cannot write /proc/sys/no/z: "
			"No such file or directory\n"
			"pideisn: /etc/sysctl.d/b.conf:3: the file is over 16 KiB, this line and "
			"what follows is left out\n");
	guest_says_next(&guest, "pideisn: ready\n");
	assert_null(strstr(guest.text, "no/cut"));
	assert_null(strstr(guest.text, "16 KiB: "));
	assert_null(strstr(guest.text, "a.conf:3"));
}

static void missing_watchdog_is_told_to_who_asked(void **state)
{
	(void)state;
	start(NULL, WORDS("pideisn.watchdog=5"));
	guest_says_next(&guest, "pideisn: there is no watchdog\n");
	guest_says_next(&guest, "pideisn: ready\n");
	guest_done(&guest);
	start(NULL, NULL);
	guest_says_next(&guest, "pideisn: ready\n");
	assert_null(strstr(guest.text, "watchdog"));
}

static bool file_as_watchdog(void)
{
	return put("dev/watchdog0", "");
}

static void what_is_no_watchdog_is_told(void **state)
{
	(void)state;
	start(file_as_watchdog, NULL);
	guest_says_next(&guest, "pideisn: /dev/watchdog0 is no watchdog: ");
	guest_says_next(&guest, "pideisn: ready\n");
}

static void machine_goes_on_without_its_state(void **state)
{
	(void)state;
	start(NULL, WORDS("pideisn.state=LABEL=nobody-has-this", "pideisn.state.wait=1s"));
	guest_says_next(&guest, "pideisn: there is no LABEL=nobody-has-this after 1 s\n"
				"pideisn: going on without the state: what is written to "
				"/var/lib/mvirt is lost at the next start\n");
	guest_says_next(&guest, "pideisn: ready\n");
}

static void request_ends_the_wait_for_the_state(void **state)
{
	(void)state;
	start(NULL, WORDS("pideisn.state=LABEL=nobody-has-this", "pideisn.state.wait=1h",
			  "pideisn.watchdog=5"));
	guest_says_next(&guest, "pideisn: there is no watchdog\n");
	kill(guest.pid, 38);
	guest_says_next(&guest, "pideisn: asked to power off by signal 38\n");
	guest_ends_by(&guest, SIGINT);
}

static bool network_report(void)
{
	return mkdir("run", 0755) == 0 && mount("tmpfs", "run", "tmpfs", 0, "size=1M") == 0 &&
	       mkdir("run/pideisn", 0755) == 0 && mkdir("run/pideisn/net", 0755) == 0 &&
	       put("run/pideisn/net/eth0", "state=online\naddress=192.0.2.7/24\n") &&
	       put("run/pideisn/net/resolv.conf", "nameserver 192.0.2.1\n");
}

static void banner_stands_before_each_shell(void **state)
{
	const struct guest_plan plan = {
		.prepare = network_report,
		.shell = true,
		.mode = "run",
		.words = WORDS("pideisn.hostname=node-7"),
	};

	(void)state;
	guest_start(&guest, &plan);
	for (int i = 0; i < 2; i++) {
		guest_says_next(&guest, "\npideisn " PIDEISN_VERSION ", Linux ");
		guest_says_next(&guest, ", host node-7\n"
					"eth0: 192.0.2.7/24\n"
					"services: mvirt-vmm running\n\n");
		guest_says_next(&guest, "sh: I am -sh");
		assert_int_equal(write(guest.console, "exit\n", 5), 5);
	}
}

static void start_without(const int *calls)
{
	const struct guest_plan plan = {.conf = "[service a]\nexec = /bin/fake exit-3\n",
					.lacks = calls};

	guest_start(&guest, &plan);
}

static void kernel_without_signalfd_is_told(void **state)
{
	static const int calls[] = {SYS_signalfd, SYS_signalfd4, -1};

	(void)state;
	start_without(calls);
	guest_says_next(&guest, "pideisn: no signals, so nothing is restarted or shut down: "
				"signalfd: Function not implemented\n");
	guest_says_next(&guest, "pideisn: ready\n");
}

static void kernel_without_timerfd_still_has_timers(void **state)
{
	static const int calls[] = {SYS_timerfd_create, -1};

	(void)state;
	start_without(calls);
	guest_says_next(&guest, "a exited with status 3, starting it again in 250 ms\n");
	guest_says_next(&guest, "a exited with status 3, starting it again in 500 ms\n");
	guest_says_next(&guest, "a exited with status 3, starting it again in 1 s\n");
	kill(guest.pid, SIGTERM);
	guest_ends_by(&guest, SIGHUP);
}

static void kernel_without_sockets_is_told(void **state)
{
	static const int calls[] = {SYS_socket, -1};

	(void)state;
	start_without(calls);
	guest_says_next(&guest, "pideisn: services cannot say that they are ready: "
				"/run/pideisn/notify: Function not implemented\n");
	guest_says_next(&guest, "pideisn: ready\n");
	guest_says_next(&guest, "a exited with status 3, starting it again in 500 ms\n");
	kill(guest.pid, SIGTERM);
	guest_ends_by(&guest, SIGHUP);
}

static void link_of(const char *name, char *ret, size_t size)
{
	char path[96];
	ssize_t len;

	snprintf(path, sizeof(path), "/proc/%d/%.40s", (int)guest.pid, name);
	len = readlink(path, ret, size - 1);
	assert_true(len >= 0);
	ret[len] = '\0';
}

static bool are_same(const char *one, const char *other)
{
	struct stat a, b;
	char path[96];

	snprintf(path, sizeof(path), "/proc/%d/%s", (int)guest.pid, one);
	assert_int_equal(stat(path, &a), 0);
	snprintf(path, sizeof(path), "/proc/%d/%s", (int)guest.pid, other);
	assert_int_equal(stat(path, &b), 0);
	return a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

static bool ends_in(const char *text, const char *end)
{
	size_t len = strlen(text);

	return len >= strlen(end) && strcmp(text + len - strlen(end), end) == 0;
}

/* An open file or the working folder would keep a file system busy at the end. */
static void process_1_holds_no_folder_and_few_files(void **state)
{
	char path[96];
	char target[256];
	const struct dirent *entry;
	int consoles = 0;
	DIR *folder;

	(void)state;
	start(NULL, NULL);
	guest_says_next(&guest, "pideisn: ready\n");
	assert_true(are_same("cwd", "root"));
	snprintf(path, sizeof(path), "/proc/%d/fd", (int)guest.pid);
	folder = opendir(path);
	assert_non_null(folder);
	while ((entry = readdir(folder)) != NULL) {
		if (entry->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "fd/%.8s", entry->d_name);
		link_of(path, target, sizeof(target));
		if (ends_in(target, "/dev/console"))
			consoles++;
		else if (!ends_in(target, "/dev/null") && strncmp(target, "anon_inode:", 11) != 0 &&
			 strncmp(target, "socket:", 7) != 0)
			fail_msg("it has %s open", target);
	}
	closedir(folder);
	assert_int_equal(consoles, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(ramfs_in_place_of_tmpfs_is_told, end_guest),
		cmocka_unit_test_teardown(half_an_archive_is_told, end_guest),
		cmocka_unit_test_teardown(whole_archive_is_not, end_guest),
		cmocka_unit_test_teardown(wrong_sysctl_lines_are_told_in_order, end_guest),
		cmocka_unit_test_teardown(half_a_sysctl_line_is_not_applied, end_guest),
		cmocka_unit_test_teardown(missing_watchdog_is_told_to_who_asked, end_guest),
		cmocka_unit_test_teardown(what_is_no_watchdog_is_told, end_guest),
		cmocka_unit_test_teardown(machine_goes_on_without_its_state, end_guest),
		cmocka_unit_test_teardown(request_ends_the_wait_for_the_state, end_guest),
		cmocka_unit_test_teardown(banner_stands_before_each_shell, end_guest),
		cmocka_unit_test_teardown(kernel_without_signalfd_is_told, end_guest),
		cmocka_unit_test_teardown(kernel_without_timerfd_still_has_timers, end_guest),
		cmocka_unit_test_teardown(kernel_without_sockets_is_told, end_guest),
		cmocka_unit_test_teardown(process_1_holds_no_folder_and_few_files, end_guest),
	};
	const char *ci = getenv("CI");
	const char *why = NULL;

	if (!guest_possible(&why)) {
		fprintf(stderr, "no namespaces here: %s\n", why);
		return ci != NULL && strcmp(ci, "true") == 0 ? EXIT_FAILURE : EXIT_SKIPPED;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
