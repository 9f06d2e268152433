#include "unit.h"

#include "base/bytes.h"
#include "format/fat_read.h"

/* A FAT12 of 40 sectors: boot sector, one table of a sector, a root of 16 entries, 37 clusters. */
enum { SECTOR = 512, SECTORS = 40, TABLE = SECTOR, ROOT = 2 * SECTOR, DATA = 3 * SECTOR };

static uint8_t image[SECTORS * SECTOR];
static struct memory_source source;
static char seen[1024];

static void set_next(unsigned int cluster, unsigned int next)
{
	uint8_t *p = image + TABLE + cluster * 3 / 2;
	uint16_t old = le16_get(p);

	le16_put(p, (uint16_t)(cluster & 1 ? (old & 0x000f) | next << 4 : (old & 0xf000) | next));
}

static void put_entry(size_t at, const char *name, uint8_t attributes, unsigned int cluster,
		      uint32_t size)
{
	uint8_t *p = image + at;

	memcpy(p, name, 11);
	p[11] = attributes;
	le16_put(p + 26, (uint16_t)cluster);
	le32_put(p + 28, size);
}

/* Names a file in the root, of two clusters that do not stand side by side, and a folder. */
static int make(void **state)
{
	(void)state;
	memset(image, 0, sizeof(image));
	memcpy(image, "\xeb\x3c\x90mkfs.fat", 11);
	le16_put(image + 11, SECTOR);
	image[13] = 1; /* sectors in a cluster */
	le16_put(image + 14, 1);
	image[16] = 1;
	le16_put(image + 17, 16);
	le16_put(image + 19, SECTORS);
	le16_put(image + 22, 1);
	image[38] = 0x29;
	le32_put(image + 39, 0x1234abcd);
	memcpy(image + 43, "BOOT LABEL ", 11);
	le16_put(image + 510, 0xaa55);
	put_entry(ROOT, "ROOT LABEL ", 0x08, 0, 0);
	put_entry(ROOT + 32, "README  TXT", 0x20, 2, 700);
	put_entry(ROOT + 64, "EFI        ", 0x10, 4, 0);
	put_entry(ROOT + 96,
		  "\xe5"
		  "ONE    TXT",
		  0x20, 9, 1);
	set_next(2, 5);
	set_next(5, 0xfff);
	set_next(4, 0xff8);
	memcpy(image + DATA, "first", 5);
	memcpy(image + DATA + 3 * SECTOR, "second", 6);
	/* In the folder: itself, the one above, and an empty file with a long name. */
	put_entry(DATA + 2 * SECTOR, ".          ", 0x10, 4, 0);
	put_entry(DATA + 2 * SECTOR + 32, "..         ", 0x10, 0, 0);
	image[DATA + 2 * SECTOR + 64] = 0xe5;
	put_entry(DATA + 2 * SECTOR + 96, "LONGNA~1EFI", 0x20, 0, 0);
	memory_source_init(&source, image, sizeof(image), "fat");
	return 0;
}

/* "long name é.efi" in front of the short one: units in three places, the sum of the short name. */
static void put_long_name(uint8_t sum)
{
	static const char part1[] = "l\0o\0n\0g\0 \0";
	static const char part2[] = "n\0a\0m\0e\0 \0\xe9\0";
	uint8_t *p = image + DATA + 2 * SECTOR + 64;

	memset(p, 0xff, 32);
	p[0] = 0x41;
	memcpy(p + 1, part1, 10);
	p[11] = 0x0f;
	p[12] = 0;
	p[13] = sum;
	memcpy(p + 14, part2, 12);
	le16_put(p + 26, 0);
	le16_put(p + 28, 0);
}

static int note(void *context, const struct volume_entry *entry, struct err *e)
{
	struct volume_source content;
	char text[8] = "";
	size_t len = strlen(seen);

	(void)context;
	if (volume_source_init(&content, &source.source, entry->content, entry->size, e) < 0)
		return -1;
	/* The second cluster of the file. */
	if (entry->size == 700 && source_read(&content.source, SECTOR, text, 6, e) < 0)
		return -1;
	snprintf(seen + len, sizeof(seen) - len, "%s%s %u%s;", entry->path,
		 entry->is_folder ? "/" : "", (unsigned int)entry->size, text);
	return 0;
}

static int read_all(struct fat *f, struct err *e)
{
	const struct volume_visitor visitor = {NULL, note};

	seen[0] = '\0';
	return fat_read(&source.source, f, e) < 0 ? -1 : fat_walk(f, &visitor, e);
}

static void files_and_folders_are_read(void **state)
{
	struct err e = ERR_INIT;
	struct fat f;

	(void)state;
	assert_true(fat_is_there(&source.source));
	assert_ok(read_all(&f, &e));
	assert_int_equal(f.bits, 12);
	assert_int_equal(f.clusters, 37);
	assert_int_equal(f.id, 0x1234abcd);
	assert_string_equal(f.label, "ROOT LABEL");
	assert_string_equal(seen, "README.TXT 700second;EFI/ 0;EFI/LONGNA~1.EFI 0;");
}

static void long_name_counts_when_its_sum_is_right(void **state)
{
	struct err e = ERR_INIT;
	struct fat f;
	uint8_t sum = 0;

	(void)state;
	/* Microsoft's specification, section 7.2. */
	for (int i = 0; i < 11; i++)
		sum = (uint8_t)((sum & 1 ? 0x80 : 0) + (sum >> 1) + "LONGNA~1EFI"[i]);
	put_long_name(sum);
	assert_ok(read_all(&f, &e));
	assert_non_null(strstr(seen, "EFI/long name \xc3\xa9 0;"));
	put_long_name((uint8_t)(sum + 1));
	assert_ok(read_all(&f, &e));
	assert_non_null(strstr(seen, "EFI/LONGNA~1.EFI 0;"));
}

static void letters_of_short_names_are_as_windows_says(void **state)
{
	struct err e = ERR_INIT;
	struct fat f;

	(void)state;
	image[ROOT + 32 + 12] = 0x08 | 0x10;
	assert_ok(read_all(&f, &e));
	assert_non_null(strstr(seen, "readme.txt 700"));
}

static void chains_that_cannot_be_are_refused(void **state)
{
	struct err e = ERR_INIT;
	struct fat f;

	(void)state;
	set_next(5, 1);
	assert_fails_with(read_all(&f, &e),
			  "README.TXT: 'fat': broken FAT: cluster 5 leads to 1, of 37");
	set_next(5, 0xfff);
	set_next(2, 0xfff);
	assert_int_equal(read_all(&f, &e), -1);
	assert_string_equal(e.text, "'fat': a file of 700 bytes has room for 512");
	set_next(2, 500);
	assert_fails_with(read_all(&f, &e),
			  "README.TXT: 'fat': broken FAT: cluster 2 leads to 500, of 37");
	set_next(2, 5);
	put_entry(ROOT + 32, "README  TXT", 0x20, 60, 700);
	assert_fails_with(read_all(&f, &e),
			  "README.TXT: 'fat': broken FAT: there is no cluster 60");
}

static void folder_in_itself_is_refused(void **state)
{
	struct err e = ERR_INIT;
	struct fat f;

	(void)state;
	put_entry(DATA + 2 * SECTOR + 96, "EFI        ", 0x10, 4, 0);
	assert_fails_with(read_all(&f, &e), "'fat': broken FAT file system: a folder is in itself");
	put_entry(DATA + 2 * SECTOR + 96, "EFI        ", 0x20, 4, 0);
	set_next(4, 4);
	assert_fails_with(read_all(&f, &e), "'fat': broken FAT file system: files share clusters, "
					    "or a chain has no end");
}

static void boot_sector_that_cannot_be_is_refused(void **state)
{
	static const struct {
		size_t at;
		uint16_t value;
	} wrong[] = {{11, 0}, {11, 513}, {11, 8192}, {14, 0}, {17, 65535}, {19, 3}, {510, 0}};
	struct err e = ERR_INIT;
	struct fat f;

	for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
		make(state);
		le16_put(image + wrong[i].at, wrong[i].value);
		assert_int_equal(read_all(&f, &e), -1);
	}
	make(state);
	image[13] = 3;
	assert_int_equal(read_all(&f, &e), -1);
	make(state);
	le16_put(image + 19, 400);
	assert_fails_with(read_all(&f, &e), "'fat': FAT file system of 204800 bytes is cut short "
					    "after 20480");
	make(state);
	memory_source_init(&source, image, 100, "fat");
	assert_int_equal(read_all(&f, &e), -1);
	assert_false(fat_is_there(&source.source));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(files_and_folders_are_read, make),
		cmocka_unit_test_setup(long_name_counts_when_its_sum_is_right, make),
		cmocka_unit_test_setup(letters_of_short_names_are_as_windows_says, make),
		cmocka_unit_test_setup(chains_that_cannot_be_are_refused, make),
		cmocka_unit_test_setup(folder_in_itself_is_refused, make),
		cmocka_unit_test_setup(boot_sector_that_cannot_be_is_refused, make),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
