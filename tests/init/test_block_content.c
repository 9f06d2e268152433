#include "test.h"

#include "block_content.h"

/* Documentation/filesystems/ext4, "Super Block": s_magic at 0x38 and s_volume_name at 0x78 of 1024. */
static void make_ext(unsigned char *b, const char *label)
{
	memset(b, 0, BLOCK_CONTENT_BYTES);
	b[1024 + 0x38] = 0x53;
	b[1024 + 0x39] = 0xef;
	memcpy(b + 1024 + 0x78, label, strlen(label));
}

/* Microsoft FAT specification, section 3.1 to 3.3. */
static void make_fat(unsigned char *b, unsigned char sectors_of_fat, size_t label_at,
		     const char *label)
{
	static const unsigned char geometry[] = {
		0xeb, 0x58, 0x90, 'm', 'k',  'f',
		's',  '.',  'f',  'a', 't', /* jump, name */
		0,    2,    4,	  32,  0,    2,
		0,    2,    0,	  0,   0xf8, /* 512 bytes, 4, 32, 2 FATs */
	};

	memset(b, 0, BLOCK_CONTENT_BYTES);
	memcpy(b, geometry, sizeof(geometry));
	b[22] = sectors_of_fat;
	b[label_at - 5] = 0x29;
	memcpy(b + label_at, label, 11);
	b[510] = 0x55;
	b[511] = 0xaa;
}

static void ext_is_known_by_its_magic(void **state)
{
	unsigned char b[BLOCK_CONTENT_BYTES];
	struct block_content c;

	(void)state;
	make_ext(b, "state");
	c = block_content_of(b, sizeof(b));
	assert_int_equal(c.kind, BLOCK_EXT);
	assert_string_equal(c.label, "state");
	make_ext(b, "sixteen-letters-behind");
	c = block_content_of(b, sizeof(b));
	assert_string_equal(c.label, "sixteen-letters-");
	/* Cut before the end of the label. */
	assert_int_equal(block_content_of(b, 1159).kind, BLOCK_OTHER);
	assert_int_equal(block_content_of(b, 1160).kind, BLOCK_EXT);
	b[1024 + 0x39] = 0xee;
	assert_int_equal(block_content_of(b, sizeof(b)).kind, BLOCK_OTHER);
}

static void fat_has_its_label_in_one_of_two_places(void **state)
{
	unsigned char b[BLOCK_CONTENT_BYTES];
	struct block_content c;

	(void)state;
	make_fat(b, 0, 71, "STATE      ");
	c = block_content_of(b, sizeof(b));
	assert_int_equal(c.kind, BLOCK_VFAT);
	assert_string_equal(c.label, "STATE");
	make_fat(b, 8, 43, "MY STATE 12");
	c = block_content_of(b, sizeof(b));
	assert_int_equal(c.kind, BLOCK_VFAT);
	assert_string_equal(c.label, "MY STATE 12");
	make_fat(b, 8, 43, "NO NAME    ");
	assert_string_equal(block_content_of(b, sizeof(b)).label, "");
	b[38] = 0x28;
	assert_string_equal(block_content_of(b, sizeof(b)).label, "");
	assert_int_equal(block_content_of(b, 511).kind, BLOCK_OTHER);
}

/* A disk with partitions ends its first sector the same way. */
static void boot_sector_of_a_partitioned_disk_is_no_fat(void **state)
{
	unsigned char b[BLOCK_CONTENT_BYTES] = {0};

	(void)state;
	b[450] = 0xee;
	b[510] = 0x55;
	b[511] = 0xaa;
	assert_int_equal(block_content_of(b, sizeof(b)).kind, BLOCK_OTHER);
	for (size_t i = 11; i < 22; i++) {
		if (i >= 17 && i <= 20)
			continue;
		make_fat(b, 8, 43, "STATE      ");
		b[i] ^= 0x43;
		if (i == 14 || i == 15)
			b[14] = b[15] = 0;
		assert_int_equal(block_content_of(b, sizeof(b)).kind, BLOCK_OTHER);
	}
}

/* As mkfs.ext4 and mkfs.vfat made them. */
static void what_other_programs_made_is_read(void **state)
{
	static const struct {
		const char *file;
		enum block_kind kind;
		const char *label;
	} cases[] = {
		{SAMPLES "/ext4", BLOCK_EXT, "state"},
		{SAMPLES "/fat12", BLOCK_VFAT, "STATE"},
		{SAMPLES "/fat16", BLOCK_VFAT, "STATE"},
		{SAMPLES "/fat32", BLOCK_VFAT, "STATE"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		unsigned char b[BLOCK_CONTENT_BYTES];
		FILE *file = fopen(cases[i].file, "rb");
		struct block_content c;

		assert_non_null(file);
		c = block_content_of(b, fread(b, 1, sizeof(b), file));
		fclose(file);
		assert_int_equal(c.kind, cases[i].kind);
		assert_string_equal(c.label, cases[i].label);
	}
}

static void only_zeros_are_blank(void **state)
{
	unsigned char b[BLOCK_CONTENT_BYTES] = {0};

	(void)state;
	assert_true(block_content_is_zero(b, sizeof(b)));
	assert_true(block_content_is_zero(b, 0));
	b[sizeof(b) - 1] = 1;
	assert_false(block_content_is_zero(b, sizeof(b)));
	assert_true(block_content_is_zero(b, sizeof(b) - 1));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ext_is_known_by_its_magic),
		cmocka_unit_test(fat_has_its_label_in_one_of_two_places),
		cmocka_unit_test(boot_sector_of_a_partitioned_disk_is_no_fat),
		cmocka_unit_test(what_other_programs_made_is_read),
		cmocka_unit_test(only_zeros_are_blank),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
