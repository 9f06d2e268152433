#include "unit.h"

#include "base/bytes.h"
#include "format/iso9660.h"
#include "format/iso9660_files.h"

enum { SEEDS = 3, BLOCK = ISO9660_BLOCK };

static struct memory_source contents[SEEDS];
static struct iso9660_file files[SEEDS];

static void fill(void)
{
	static const char *const names[SEEDS] = {"user-data", "meta-data", "Ünï.cfg"};
	static const char *const texts[SEEDS] = {"#cloud-config\n", "instance-id: x\n", ""};

	for (size_t i = 0; i < SEEDS; i++) {
		memory_source_init(&contents[i], texts[i], strlen(texts[i]), names[i]);
		files[i] = (struct iso9660_file){names[i], &contents[i].source};
	}
}

static int write_to(struct buf *out, const char *label, size_t n, struct err *e)
{
	const struct iso9660_files v = {.label = label, .files = files, .n = n, .time = 0};
	struct buf_sink sink;

	buf_clear(out);
	buf_sink_init(&sink, out);
	return iso9660_write_files(&v, &sink.sink, e);
}

static const uint8_t *block_of(const struct buf *image, size_t block)
{
	assert_true((block + 1) * BLOCK <= image->len);
	return (const uint8_t *)image->data + block * BLOCK;
}

/* The n-th record of a folder of one block. */
static const uint8_t *record_of(const struct buf *image, size_t block, size_t n)
{
	const uint8_t *p = block_of(image, block);

	while (n--)
		p += p[0];
	return p;
}

static void descriptors_are_those_of_the_standard(void **state)
{
	struct err e = ERR_INIT;
	AUTO_BUF image = BUF_INIT;
	const uint8_t *primary, *joliet;

	(void)state;
	fill();
	assert_ok(write_to(&image, "cidata", SEEDS, &e));
	primary = block_of(&image, 16);
	joliet = block_of(&image, 17);
	assert_bytes(primary, 7, "\1CD001\1", 7);
	assert_bytes(primary + 40, 8, "cidata  ", 8);
	assert_int_equal(le32_get(primary + 80), image.len / BLOCK);
	/* Both-endian. */
	assert_bytes(primary + 128, 4, "\x00\x08\x08\x00", 4);
	assert_bytes(joliet, 7, "\2CD001\1", 7);
	assert_bytes(joliet + 88, 4, "%/E\0", 4);
	assert_bytes(joliet + 40, 14, "\0c\0i\0d\0a\0t\0a\0 ", 14);
	assert_bytes(block_of(&image, 18), 7, "\377CD001\1", 7);
	/* 1970-01-01 00:00:00.00 UTC. */
	assert_bytes(primary + 813, 17, "1970010100000000\0", 17);
	/* L and M path tables: the root, once little-endian and once big-endian. */
	assert_bytes(block_of(&image, 19), 10, "\1\0\27\0\0\0\1\0\0\0", 10);
	assert_bytes(block_of(&image, 20), 10, "\1\0\0\0\0\27\0\1\0\0", 10);
}

static void every_file_has_three_names(void **state)
{
	struct err e = ERR_INIT;
	AUTO_BUF image = BUF_INIT;
	const uint8_t *r;

	(void)state;
	fill();
	assert_ok(write_to(&image, "cidata", SEEDS, &e));
	/* In the order of the short names: META_DAT, USER_DAT, ___N__.CFG (Ü and ï are 2 bytes). */
	r = record_of(&image, 23, 2);
	assert_int_equal(r[32], 11);
	assert_bytes(r + 33, 11, "META_DAT.;1", 11);
	assert_int_equal(le32_get(r + 10), strlen("instance-id: x\n"));
	assert_bytes(block_of(&image, le32_get(r + 2)), 15, "instance-id: x\n", 15);
	assert_bytes(r + 44, 5, "RR\5\1\x89", 5);
	assert_bytes(r + 49, 12, "PX\x24\1\xa4\x81\0\0\0\0\x81\xa4", 12);
	assert_bytes(r + 85, 12, "TF\x1a\1\x0e\x46\1\1\0\0\0\0", 12);
	assert_bytes(r + 111, 14, "NM\x0e\1\0meta-data", 14);
	r = record_of(&image, 23, 4);
	assert_bytes(r + 33, 11, "__N__.CFG;1", 11);
	/* In UCS-2: m, u, Ü. */
	r = record_of(&image, 25, 4);
	assert_int_equal(r[32], 14);
	assert_bytes(r + 33, 14, "\0\xdc\0n\0\xef\0.\0c\0f\0g", 14);
}

static void root_says_that_it_is_rock_ridge(void **state)
{
	struct err e = ERR_INIT;
	AUTO_BUF image = BUF_INIT;
	const uint8_t *self, *ce;

	(void)state;
	fill();
	assert_ok(write_to(&image, "cidata", 1, &e));
	self = record_of(&image, 23, 0);
	assert_bytes(self + 34, 7, "SP\7\1\xbe\xef\0", 7);
	ce = self + 34 + 7 + 5 + 36 + 26;
	assert_bytes(ce, 4, "CE\x1c\1", 4);
	assert_int_equal(le32_get(ce + 4), 24);
	assert_int_equal(le32_get(ce + 20), 237);
	assert_bytes(block_of(&image, 24), 18, "ER\xed\1\x0a\x54\x87\1RRIP_1991A", 18);
}

static void order_of_the_files_changes_nothing(void **state)
{
	struct err e = ERR_INIT;
	AUTO_BUF one = BUF_INIT;
	AUTO_BUF two = BUF_INIT;
	struct iso9660_file first;

	(void)state;
	fill();
	assert_ok(write_to(&one, "cidata", SEEDS, &e));
	first = files[0];
	files[0] = files[2];
	files[2] = first;
	assert_ok(write_to(&two, "cidata", SEEDS, &e));
	assert_bytes(two.data, two.len, one.data, one.len);
}

static void names_that_are_one_in_8_3_are_told_apart(void **state)
{
	struct err e = ERR_INIT;
	AUTO_BUF image = BUF_INIT;

	(void)state;
	fill();
	files[0].name = "network-config";
	files[1].name = "network-configs";
	assert_ok(write_to(&image, "cidata", SEEDS, &e));
	assert_bytes(record_of(&image, 23, 2) + 33, 11, "NETWO000.;1", 11);
	assert_bytes(record_of(&image, 23, 3) + 33, 11, "NETWO001.;1", 11);
}

static void folder_of_many_files_keeps_its_records_whole(void **state)
{
	enum { MANY = 900 };
	static struct iso9660_file many[MANY];
	static char names[MANY][32];
	struct err e = ERR_INIT;
	AUTO_BUF image = BUF_INIT;
	struct iso9660_files v = {.label = "many", .files = many, .n = MANY};
	struct buf_sink sink;
	size_t seen = 0;
	uint32_t size;

	(void)state;
	fill();
	for (size_t i = 0; i < MANY; i++) {
		snprintf(names[i], sizeof(names[i]), "a-long-name-of-file-%zu.text", i);
		many[i] = (struct iso9660_file){names[i], &contents[0].source};
	}
	buf_sink_init(&sink, &image);
	assert_ok(iso9660_write_files(&v, &sink.sink, &e));
	size = le32_get(block_of(&image, 16) + 156 + 10);
	assert_true(size > BLOCK && size % BLOCK == 0);
	for (size_t at = 23 * BLOCK; at < 23 * BLOCK + size;) {
		size_t len = (uint8_t)image.data[at];

		if (!len) {
			at = align_up(at, BLOCK);
			continue;
		}
		assert_true(at / BLOCK == (at + len - 1) / BLOCK);
		at += len;
		seen++;
	}
	assert_int_equal(seen, MANY + 2);
}

static void what_cannot_be_written_is_refused(void **state)
{
	struct err e = ERR_INIT;
	AUTO_BUF out = BUF_INIT;
	char long_name[66];

	(void)state;
	fill();
	assert_fails_with(write_to(&out, "", 1, &e), "label '' has not 1 to 16 characters");
	assert_fails_with(write_to(&out, "seventeen letters", 1, &e),
			  "label 'seventeen letters' has not 1 to 16 characters");
	assert_fails_with(write_to(&out, "\t", 1, &e), "label '\t' is not ASCII");
	files[1].name = "user-data";
	assert_fails_with(write_to(&out, "cidata", 2, &e), "'user-data' is given twice");
	files[0].name = "..";
	assert_fails_with(write_to(&out, "cidata", 1, &e), "'..' is no name for a file");
	files[0].name = "a:b";
	assert_fails_with(write_to(&out, "cidata", 1, &e),
			  "name 'a:b' has a character that Joliet forbids: one of * / : ; ? \\ or "
			  "a control character");
	files[0].name = "\xff";
	assert_fails_with(write_to(&out, "cidata", 1, &e), "name '\xff' is not UTF-8");
	files[0].name = "\xf0\x9f\x98\x80";
	assert_int_equal(write_to(&out, "cidata", 1, &e), -1);
	memset(long_name, 'x', 65);
	long_name[65] = '\0';
	files[0].name = long_name;
	assert_int_equal(write_to(&out, "cidata", 1, &e), -1);
	long_name[64] = '\0';
	assert_ok(write_to(&out, "cidata", 1, &e));
	assert_int_equal(out.len % BLOCK, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(descriptors_are_those_of_the_standard),
		cmocka_unit_test(every_file_has_three_names),
		cmocka_unit_test(root_says_that_it_is_rock_ridge),
		cmocka_unit_test(order_of_the_files_changes_nothing),
		cmocka_unit_test(names_that_are_one_in_8_3_are_told_apart),
		cmocka_unit_test(folder_of_many_files_keeps_its_records_whole),
		cmocka_unit_test(what_cannot_be_written_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
