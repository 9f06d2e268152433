#include "unit.h"

#include "base/bytes.h"
#include "format/iso9660_read.h"

/* Descriptors at 16-18, the root at 20, a folder in it at 21, a file at 22. */
enum { BLOCK = 2048, BLOCKS = 24, ROOT = 20, FOLDER = 21, FILE_AT = 22 };

static uint8_t image[BLOCKS * BLOCK];
static struct memory_source source;
static char seen[1024];

/* A record (ECMA-119, 9.1) with system use entries behind the name; returns where the next goes. */
static uint8_t *put_record(uint8_t *to, const char *name, size_t name_len, uint32_t block,
			   uint32_t size)
{
	to[0] = (uint8_t)(align_up(33 + name_len, 2));
	le32_put(to + 2, block);
	le32_put(to + 10, size);
	to[32] = (uint8_t)name_len;
	memcpy(to + 33, name, name_len);
	return to + to[0];
}

static void put_use(uint8_t *record, const void *use, size_t len)
{
	memcpy(record + record[0], use, len);
	record[0] = (uint8_t)(record[0] + len);
}

static int make(void **state)
{
	uint8_t *primary = image + 16 * BLOCK, *at = image + ROOT * BLOCK, *record;

	(void)state;
	memset(image, 0, sizeof(image));
	memcpy(primary, "\1CD001\1", 7);
	memcpy(primary + 40, "LABEL                           ", 32);
	le32_put(primary + 80, BLOCKS);
	le16_put(primary + 128, BLOCK);
	put_record(primary + 156, "", 1, ROOT, BLOCK);
	memcpy(image + 17 * BLOCK,
	       "\xff"
	       "CD001\1",
	       7);
	at = put_record(at, "", 1, ROOT, BLOCK);
	at = put_record(at, "\1", 1, ROOT, BLOCK);
	record = at;
	at = put_record(at, "SUB", 3, FOLDER, BLOCK);
	record[25] = 2;
	put_record(at, "A.TXT;1", 7, FILE_AT, 5);
	at = image + FOLDER * BLOCK;
	at = put_record(at, "", 1, FOLDER, BLOCK);
	at = put_record(at, "\1", 1, ROOT, BLOCK);
	put_record(at, "NAME.;1", 7, FILE_AT, 0);
	memory_source_init(&source, image, sizeof(image), "iso");
	return 0;
}

static int note(void *context, const struct volume_entry *entry, struct err *e)
{
	size_t len = strlen(seen);

	(void)context;
	(void)e;
	snprintf(seen + len, sizeof(seen) - len, "%s%s %u;", entry->path,
		 entry->is_folder ? "/" : "", (unsigned int)entry->size);
	return 0;
}

static int read_all(struct iso9660_image *i, struct err *e)
{
	const struct volume_visitor visitor = {NULL, note};

	seen[0] = '\0';
	return iso9660_read(&source.source, i, e) < 0 ? -1 : iso9660_walk(i, &visitor, e);
}

static void short_names_lose_their_version(void **state)
{
	struct err e = ERR_INIT;
	struct iso9660_image i;

	(void)state;
	assert_ok(read_all(&i, &e));
	assert_string_equal(i.label, "LABEL");
	assert_int_equal(i.size, BLOCKS * BLOCK);
	assert_false(i.has_joliet || i.has_rock_ridge);
	assert_string_equal(seen, "SUB/ 0;SUB/NAME 0;A.TXT 5;");
}

static void names_of_rock_ridge_are_put_together(void **state)
{
	struct err e = ERR_INIT;
	struct iso9660_image i;
	uint8_t *root = image + ROOT * BLOCK, *record;
	uint8_t use[33 + 28] = "NM\x08\1\1one";

	(void)state;
	memset(root, 0, BLOCK);
	record = root;
	root = put_record(root, "", 1, ROOT, BLOCK);
	put_use(record, "SP\7\1\xbe\xef\0\0", 8);
	root = put_record(record + record[0], "\1", 1, ROOT, BLOCK);
	record = root;
	put_record(root, "A.;1", 4, FILE_AT, 1);
	record[0] = 38;
	/* The name goes on in another block (SUSP 1.12, 5.1). */
	memcpy(use + 8, "CE\x1c\1", 4);
	le32_put(use + 12, FILE_AT);
	le32_put(use + 20, 100);
	le32_put(use + 28, 8);
	put_use(record, use, 36);
	memcpy(image + FILE_AT * BLOCK + 100, "NM\x08\1\0two", 8);
	assert_ok(read_all(&i, &e));
	assert_true(i.has_rock_ridge);
	assert_string_equal(seen, "onetwo 1;");
	/* One that leads out of the image, and one that leads to itself. */
	le32_put(record + 38 + 12, 5000);
	assert_int_equal(read_all(&i, &e), -1);
	le32_put(record + 38 + 12, FILE_AT);
	memcpy(image + FILE_AT * BLOCK + 100, use + 8, 28);
	le32_put(record + 38 + 28, 28);
	assert_ok(read_all(&i, &e));
}

static void boot_entries_are_read(void **state)
{
	struct err e = ERR_INIT;
	struct iso9660_image i;
	uint8_t *boot = image + 17 * BLOCK, *catalogue = image + 23 * BLOCK;

	(void)state;
	memcpy(boot, "\0CD001\1EL TORITO SPECIFICATION", 30);
	le32_put(boot + 71, 23);
	memcpy(image + 18 * BLOCK,
	       "\xff"
	       "CD001\1",
	       7);
	/* El Torito 1.0, figures 2 to 5. */
	catalogue[0] = 1;
	le16_put(catalogue + 30, 0xaa55);
	catalogue[32] = 0x88;
	le16_put(catalogue + 32 + 6, 4);
	le32_put(catalogue + 32 + 8, 10);
	catalogue[64] = 0x91;
	catalogue[65] = 0xef;
	le16_put(catalogue + 66, 1);
	catalogue[96] = 0x88;
	le16_put(catalogue + 96 + 6, 2880);
	le32_put(catalogue + 96 + 8, 20);
	assert_ok(read_all(&i, &e));
	assert_int_equal(i.n_boots, 2);
	assert_int_equal(i.boots[0].platform, 0);
	assert_int_equal(i.boots[0].offset, 10 * BLOCK);
	assert_int_equal(i.boots[1].platform, 0xef);
	assert_int_equal(i.boots[1].sectors, 2880);
	assert_true(i.boots[1].bootable);
	catalogue[30] = 0;
	assert_fails_with(read_all(&i, &e), "'iso': broken ISO 9660 volume: its boot catalogue has "
					    "no validation entry");
	le32_put(boot + 71, UINT32_MAX);
	assert_int_equal(read_all(&i, &e), -1);
}

static void what_cannot_be_is_refused(void **state)
{
	struct err e = ERR_INIT;
	struct iso9660_image i;
	uint8_t *sub = image + ROOT * BLOCK + 34 + 34;

	(void)state;
	le32_put(sub + 2, ROOT);
	assert_int_equal(read_all(&i, &e), -1); /* a folder in itself */
	make(state);
	le32_put(sub + 10, UINT32_MAX);
	assert_fails_with(read_all(&i, &e), "'iso': broken ISO 9660 volume: its folders are longer "
					    "than it is, or in one another");
	make(state);
	sub[32] = 200;
	assert_fails_with(read_all(&i, &e),
			  "'iso': broken ISO 9660 volume: a folder's record does not fit");
	make(state);
	le32_put(image + 16 * BLOCK + 156 + 2, BLOCKS);
	assert_fails_with(read_all(&i, &e), "'iso': broken ISO 9660 volume: its root folder lies "
					    "behind its end");
	make(state);
	image[17 * BLOCK + 1] = 'X';
	assert_fails_with(read_all(&i, &e), "'iso': broken ISO 9660 volume: its descriptors have "
					    "no terminator");
	memory_source_init(&source, image, 17 * BLOCK, "iso");
	assert_int_equal(read_all(&i, &e), -1);
	image[16 * BLOCK + 1] = 'X';
	assert_fails_with(read_all(&i, &e), "'iso': no ISO 9660 volume");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(short_names_lose_their_version, make),
		cmocka_unit_test_setup(names_of_rock_ridge_are_put_together, make),
		cmocka_unit_test_setup(boot_entries_are_read, make),
		cmocka_unit_test_setup(what_cannot_be_is_refused, make),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
