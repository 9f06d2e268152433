/* Who uses a disk, from tables as Linux writes them. */

#include "scratch.h"

#include "host/device_use.h"

#include <sys/sysmacros.h>

static const struct device_tables tables = {"mounts", "swaps", "devices"};

/* The disk 8:16 with its partition 8:17, on which stands 253:0, as /sys/dev/block shows them. */
static void put_disk(void)
{
	put_text("swaps", "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n");
	put_text("mounts", "");
	put_folder("devices");
	put_folder("devices/8:16");
	put_text("devices/8:16/dev", "8:16\n");
	put_folder("devices/8:16/holders");
	put_folder("devices/8:16/queue");
	put_folder("devices/8:16/sdb1");
	put_text("devices/8:16/sdb1/dev", "8:17\n");
	put_text("devices/8:16/sdb1/partition", "1\n");
	put_folder("devices/8:16/sdb1/holders");
	put_folder("devices/8:16/sdb1/holders/dm-0");
	put_text("devices/8:16/sdb1/holders/dm-0/dev", "253:0\n");
	assert_int_equal(symlink("8:16/sdb1", "devices/8:17"), 0);
}

static void unused_disk_is_free(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	put_disk();
	put_text("mounts", "22 1 8:1 / / rw - ext4 /dev/sda1 rw\n23 22 0:5 / /dev rw - tmpfs x rw\n"
			   "garbage\n");
	assert_ok(device_check_tables(&tables, "/dev/sdb", makedev(8, 16), &e));
}

static void mounted_disk_is_in_use(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	put_disk();
	put_text("mounts", "22 1 8:1 / / rw - ext4 /dev/sda1 rw\n"
			   "36 22 8:16 / /mnt/my\\040stick rw shared:1 - vfat /dev/sdb rw\n");
	assert_fails_with(device_check_tables(&tables, "/dev/sdb", makedev(8, 16), &e),
			  "'/dev/sdb' is in use: it is mounted on '/mnt/my stick': unmount it");
}

static void mounted_partition_is_in_use(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	put_disk();
	put_text("mounts", "36 22 8:17 / /mnt rw - ext4 /dev/sdb1 rw\n");
	assert_fails_with(device_check_tables(&tables, "/dev/sdb", makedev(8, 16), &e),
			  "'/dev/sdb' is in use: it is mounted on '/mnt': unmount it");
}

static void what_stands_on_a_partition_is_in_use(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	put_disk();
	put_text("mounts", "36 22 253:0 / /srv rw - ext4 /dev/mapper/srv rw\n");
	assert_fails_with(device_check_tables(&tables, "/dev/sdb", makedev(8, 16), &e),
			  "'/dev/sdb' is in use: it is mounted on '/srv': unmount it");
}

static void partition_is_no_disk(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	put_disk();
	assert_fails_with(device_check_tables(&tables, "/dev/sdb1", makedev(8, 17), &e),
			  "'/dev/sdb1' is a partition: a disk has the partition table, name that");
}

static void without_the_table_of_mounts_nothing_is_free(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	put_disk();
	assert_int_equal(unlink("mounts"), 0);
	assert_fails_with(device_check_tables(&tables, "/dev/sdb", makedev(8, 16), &e),
			  "find out whether '/dev/sdb' is mounted: open 'mounts': No such file or "
			  "directory");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(unused_disk_is_free, scratch_clear),
		cmocka_unit_test_teardown(mounted_disk_is_in_use, scratch_clear),
		cmocka_unit_test_teardown(mounted_partition_is_in_use, scratch_clear),
		cmocka_unit_test_teardown(what_stands_on_a_partition_is_in_use, scratch_clear),
		cmocka_unit_test_teardown(partition_is_no_disk, scratch_clear),
		cmocka_unit_test_teardown(without_the_table_of_mounts_nothing_is_free,
					  scratch_clear),
	};

	return cmocka_run_group_tests(tests, scratch_enter, scratch_leave);
}
