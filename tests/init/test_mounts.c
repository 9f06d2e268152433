#include "test.h"

#include "mounts.h"

#include <sys/statfs.h>

/* Numbers of statfs(2), typed from its page. */
#define TMPFS 0x01021994
#define RAMFS 0x858458f6

static void tmpfs_with_a_size_is_fine(void **state)
{
	const struct statfs s = {.f_type = TMPFS, .f_blocks = 100};

	(void)state;
	assert_null(mounts_size_fault(&s));
}

static void ramfs_in_place_of_tmpfs_is_named(void **state)
{
	const struct statfs s = {.f_type = (__typeof__(s.f_type))RAMFS};

	(void)state;
	assert_string_equal(mounts_size_fault(&s), "a ramfs, since this kernel has no SHMEM");
}

static void tmpfs_without_a_size_is_named(void **state)
{
	const struct statfs s = {.f_type = TMPFS};

	(void)state;
	assert_string_equal(mounts_size_fault(&s), "a tmpfs without size");
}

static void other_file_systems_need_none(void **state)
{
	const struct statfs s = {.f_type = 0x9fa0};

	(void)state;
	assert_null(mounts_size_fault(&s));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tmpfs_with_a_size_is_fine),
		cmocka_unit_test(ramfs_in_place_of_tmpfs_is_named),
		cmocka_unit_test(tmpfs_without_a_size_is_named),
		cmocka_unit_test(other_file_systems_need_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
