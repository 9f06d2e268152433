#include "test.h"

#include "mount_list.h"

static void mount_points_come_newest_first(void **state)
{
	static const char text[] = "rootfs / rootfs rw 0 0\n"
				   "proc /proc proc rw,nosuid 0 0\n"
				   "/dev/vda1 /var/lib ext4 rw 0 0\n";
	size_t len = strlen(text);
	char path[64];

	(void)state;
	assert_true(mount_list_take_last(text, &len, path, sizeof(path)));
	assert_string_equal(path, "/var/lib");
	assert_true(mount_list_take_last(text, &len, path, sizeof(path)));
	assert_string_equal(path, "/proc");
	assert_true(mount_list_take_last(text, &len, path, sizeof(path)));
	assert_string_equal(path, "/");
	assert_false(mount_list_take_last(text, &len, path, sizeof(path)));
}

static void octal_codes_are_decoded(void **state)
{
	static const char text[] = "disk\\040one /mnt/a\\040b\\011c\\134d\\0 ext4 rw 0 0\n";
	size_t len = strlen(text);
	char path[64];

	(void)state;
	assert_true(mount_list_take_last(text, &len, path, sizeof(path)));
	assert_string_equal(path, "/mnt/a b\tc\\d\\0");
}

static void broken_lines_are_passed_over(void **state)
{
	static const char text[] = "a /good x\n"
				   "\n"
				   "word\n"
				   "two words\n"
				   "empty  point\n"
				   "a /cut";
	size_t len = strlen(text);
	char path[64];

	(void)state;
	assert_true(mount_list_take_last(text, &len, path, sizeof(path)));
	assert_string_equal(path, "/good");
	assert_false(mount_list_take_last(text, &len, path, sizeof(path)));
}

static void path_that_does_not_fit_is_passed_over(void **state)
{
	static const char text[] = "a /one x\na /12345678 x\n";
	size_t len = strlen(text);
	char path[9];

	(void)state;
	assert_true(mount_list_take_last(text, &len, path, sizeof(path)));
	assert_string_equal(path, "/one");
}

static void empty_list_has_no_mount_point(void **state)
{
	size_t len = 0;
	char path[8];

	(void)state;
	assert_false(mount_list_take_last("", &len, path, sizeof(path)));
}

static void kernel_file_systems_and_the_root_stay(void **state)
{
	(void)state;
	assert_true(mount_list_stays("/"));
	assert_true(mount_list_stays("/proc"));
	assert_true(mount_list_stays("/sys/fs/cgroup"));
	assert_true(mount_list_stays("/dev/pts"));
	assert_false(mount_list_stays("/run"));
	assert_false(mount_list_stays("/devices"));
	assert_false(mount_list_stays("/var/sys"));
	assert_false(mount_list_stays("/process"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(mount_points_come_newest_first),
		cmocka_unit_test(octal_codes_are_decoded),
		cmocka_unit_test(broken_lines_are_passed_over),
		cmocka_unit_test(path_that_does_not_fit_is_passed_over),
		cmocka_unit_test(empty_list_has_no_mount_point),
		cmocka_unit_test(kernel_file_systems_and_the_root_stay),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
