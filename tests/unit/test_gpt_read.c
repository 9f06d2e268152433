#include "unit.h"

#include "base/bytes.h"
#include "format/crc32.h"
#include "format/gpt_read.h"

enum { SECTOR = 512, SECTORS = 100, LAST = SECTORS - 1 };

static uint8_t disk[SECTORS * SECTOR];
static struct memory_source source;

/* The header in one place, for entries in another (UEFI 2.10, table 5.5). */
static void put_header(uint64_t block, uint64_t other, uint64_t entries)
{
	uint8_t *h = disk + block * SECTOR;

	memset(h, 0, SECTOR);
	memcpy(h, "EFI PART\0\0\1\0\x5c\0\0\0", 16);
	le64_put(h + 24, block);
	le64_put(h + 32, other);
	le64_put(h + 40, 34);
	le64_put(h + 48, LAST - 33);
	memset(h + 56, 0x11, 16);
	le64_put(h + 72, entries);
	le32_put(h + 80, 128);
	le32_put(h + 84, 128);
	le32_put(h + 88, crc32_add(0, disk + entries * SECTOR, (size_t)128 * 128));
	le32_put(h + 16, crc32_add(0, h, 92));
}

static void put_entry(size_t n, uint64_t first, uint64_t last)
{
	/* C12A7328-F81F-11D2-BA4B-00A0C93EC93B as a disk has it. */
	static const uint8_t esp[] = {0x28, 0x73, 0x2a, 0xc1, 0x1f, 0xf8, 0xd2, 0x11,
				      0xba, 0x4b, 0x00, 0xa0, 0xc9, 0x3e, 0xc9, 0x3b};
	uint8_t *p = disk + 2 * SECTOR + n * 128;

	memcpy(p, esp, 16);
	memset(p + 16, 0x22, 16);
	le64_put(p + 32, first);
	le64_put(p + 40, last);
	memcpy(p + 56, "E\0S\0P\0\33\0", 8);
}

static int make(void **state)
{
	(void)state;
	memset(disk, 0, sizeof(disk));
	disk[446 + 4] = 0xee;
	le32_put(disk + 446 + 8, 1);
	le32_put(disk + 446 + 12, LAST);
	le16_put(disk + 510, 0xaa55);
	put_entry(0, 40, 49);
	memcpy(disk + (LAST - 32) * SECTOR, disk + 2 * SECTOR, (size_t)128 * 128);
	put_header(1, LAST, 2);
	put_header(LAST, 1, LAST - 32);
	memory_source_init(&source, disk, sizeof(disk), "disk");
	return 0;
}

static int read_disk(struct disk_table *t, struct err *e)
{
	return disk_table_read(&source.source, t, e);
}

static void partitions_of_a_gpt_are_read(void **state)
{
	AUTO_DISK_TABLE t = {.partitions = NULL};
	struct err e = ERR_INIT;
	char text[GUID_TEXT];

	(void)state;
	assert_ok(read_disk(&t, &e));
	assert_int_equal(t.kind, DISK_TABLE_GPT);
	assert_int_equal(t.problems.n, 0);
	assert_int_equal(t.n, 1);
	assert_int_equal(t.partitions[0].number, 1);
	assert_int_equal(t.partitions[0].start, 40 * SECTOR);
	assert_int_equal(t.partitions[0].bytes, 10 * SECTOR);
	assert_string_equal(t.partitions[0].name, "ESP?");
	guid_text(&t.partitions[0].type, text);
	assert_string_equal(text, "c12a7328-f81f-11d2-ba4b-00a0c93ec93b");
	assert_string_equal(gpt_type_name(&t.partitions[0].type), "EFI system partition");
}

static void says(const char *problem)
{
	AUTO_DISK_TABLE t = {.partitions = NULL};
	struct err e = ERR_INIT;

	assert_ok(read_disk(&t, &e));
	assert_int_equal(t.problems.n, 1);
	assert_string_equal(t.problems.v[0], problem);
}

static void what_is_wrong_with_a_gpt_is_told(void **state)
{
	(void)state;
	disk[LAST * SECTOR + 20] = 1;
	says("the GPT's copy at the end has a wrong checksum");
	make(NULL);
	disk[SECTOR] = 'e';
	says("the GPT's header is not there: this is its copy");
	make(NULL);
	disk[2 * SECTOR + 128 * 5 + 60] = 1;
	says("the GPT's entries have a wrong checksum");
	make(NULL);
	disk[446 + 4] = 0x83;
	says("the MBR does not protect the GPT: other systems do not see it");
	make(NULL);
	disk[SECTOR] = disk[LAST * SECTOR] = 'e';
	says("there is no GPT where the MBR says so");
}

static void partition_behind_the_end_is_none(void **state)
{
	static const uint64_t wrong[][2] = {{40, SECTORS}, {50, 49}, {UINT64_MAX - 1, UINT64_MAX}};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
		make(NULL);
		put_entry(0, wrong[i][0], wrong[i][1]);
		memcpy(disk + (LAST - 32) * SECTOR, disk + 2 * SECTOR, (size_t)128 * 128);
		put_header(1, LAST, 2);
		put_header(LAST, 1, LAST - 32);
		says("partition 1 goes over the end of the disk");
	}
}

static void sizes_that_cannot_be_are_no_gpt(void **state)
{
	static const struct {
		size_t at;
		uint32_t value;
	} wrong[] = {{12, 91}, {12, 513}, {80, 0},	 {80, UINT32_MAX},
		     {84, 0},  {84, 127}, {84, 1U << 31}};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
		AUTO_DISK_TABLE t = {.partitions = NULL};
		struct err e = ERR_INIT;
		uint8_t *h = disk + SECTOR;

		make(NULL);
		memset(disk + LAST * SECTOR, 0, SECTOR);
		le32_put(h + wrong[i].at, wrong[i].value);
		le32_put(h + 16, 0);
		le32_put(h + 16, crc32_add(0, h, 92));
		assert_ok(read_disk(&t, &e));
		assert_int_not_equal(t.kind, DISK_TABLE_GPT);
	}
}

static void logical_partitions_of_an_mbr_are_read(void **state)
{
	AUTO_DISK_TABLE t = {.partitions = NULL};
	struct err e = ERR_INIT;
	uint8_t *entry = disk + 446;

	(void)state;
	memset(disk, 0, sizeof(disk));
	le16_put(disk + 510, 0xaa55);
	entry[0] = 0x80;
	entry[4] = 0xef;
	le32_put(entry + 8, 10);
	le32_put(entry + 12, 10);
	entry[16 + 4] = 0x05;
	le32_put(entry + 16 + 8, 30);
	le32_put(entry + 16 + 12, 60);
	/* Two tables in the extended one, each with a partition behind itself. */
	entry = disk + 30 * SECTOR + 446;
	le16_put(entry + 64, 0xaa55);
	entry[4] = 0x83;
	le32_put(entry + 8, 2);
	le32_put(entry + 12, 5);
	entry[16 + 4] = 0x05;
	le32_put(entry + 16 + 8, 20);
	entry = disk + 50 * SECTOR + 446;
	le16_put(entry + 64, 0xaa55);
	entry[4] = 0x82;
	le32_put(entry + 8, 1);
	le32_put(entry + 12, 3);
	assert_ok(read_disk(&t, &e));
	assert_int_equal(t.kind, DISK_TABLE_MBR);
	assert_int_equal(t.n, 4);
	assert_true(t.partitions[0].active);
	assert_int_equal(t.partitions[2].number, 5);
	assert_int_equal(t.partitions[2].start, 32 * SECTOR);
	assert_int_equal(t.partitions[3].number, 6);
	assert_int_equal(t.partitions[3].start, 51 * SECTOR);
	assert_int_equal(t.partitions[3].mbr_type, 0x82);
	/* A table that leads to the first one again. */
	entry[16 + 4] = 0x05;
	le32_put(entry + 16 + 8, 20);
	says("the extended partition has no end");
}

static void what_has_no_table_says_so(void **state)
{
	AUTO_DISK_TABLE t = {.partitions = NULL};
	struct err e = ERR_INIT;

	(void)state;
	memset(disk, 0, sizeof(disk));
	assert_ok(read_disk(&t, &e));
	assert_int_equal(t.kind, DISK_TABLE_NONE);
	memory_source_init(&source, disk, 0, "disk");
	assert_ok(read_disk(&t, &e));
	assert_int_equal(t.kind, DISK_TABLE_NONE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(partitions_of_a_gpt_are_read, make),
		cmocka_unit_test_setup(what_is_wrong_with_a_gpt_is_told, make),
		cmocka_unit_test_setup(partition_behind_the_end_is_none, make),
		cmocka_unit_test_setup(sizes_that_cannot_be_are_no_gpt, make),
		cmocka_unit_test_setup(logical_partitions_of_an_mbr_are_read, make),
		cmocka_unit_test_setup(what_has_no_table_says_so, make),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
