#include "unit.h"

#include "base/bytes.h"
#include "format/fat32.h"
#include "format/fat32_name.h"

/* Takes `room` bytes, then fails; keeps nothing. */
struct weak_sink {
	struct sink sink;
	uint64_t room;
};

static int weak_take(struct sink *s, uint64_t len, struct err *e)
{
	struct weak_sink *w = (struct weak_sink *)s;

	if (len > w->room)
		return err_set(e, ERR_SYSTEM, "full");
	w->room -= len;
	return 0;
}

static int weak_put(struct sink *s, const void *data, size_t len, struct err *e)
{
	(void)data;
	return weak_take(s, len, e);
}

static const struct sink_ops weak_ops = {.put = weak_put, .zeros = weak_take};

static void short_names_are_as_the_specification_has_them(void **state)
{
	/* Section 6.1 of the specification has these. */
	static const struct {
		const char *name, *want; /* NULL: it is no short name */
	} cases[] = {
		{"FOO.BAR", "FOO     BAR"},
		{"foo.bar", "FOO     BAR"},
		{"PICKLE.A", "PICKLE  A  "},
		{"FOO", "FOO        "},
		{"PRETTYBG.BIG", "PRETTYBGBIG"},
		{".big", NULL},
		{"TOOLONGNAME", NULL},
		{"a.long", NULL},
		{"a b", NULL},
		{"a+b", NULL},
		{"a.b.c", NULL},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct err e = ERR_INIT;
		uint16_t units[FAT32_NAME_MAX];
		uint8_t got[FAT32_SHORT];
		bool exact;
		size_t n;

		assert_ok(fat32_name(cases[i].name, cases[i].name, units, &n, &e));
		assert_int_equal(fat32_short_plain(units, n, got, &exact), cases[i].want != NULL);
		if (cases[i].want)
			assert_memory_equal(got, cases[i].want, FAT32_SHORT);
	}
}

static void long_names_get_numbers(void **state)
{
	static const struct {
		const char *name;
		uint32_t attempt;
		const char *want;
	} cases[] = {
		{"The quick brown.fox", 1, "THEQUI~1FOX"},
		{"The quick brown.fox", 2, "THEQUI~2FOX"},
		{".bashrc", 1, "BASHRC~1   "},
		{"a+b.c", 1, "A_B~1   C  "},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct err e = ERR_INIT;
		uint16_t units[FAT32_NAME_MAX];
		uint8_t got[FAT32_SHORT];
		size_t n;

		assert_ok(fat32_name(cases[i].name, cases[i].name, units, &n, &e));
		fat32_short_numbered(units, n, cases[i].attempt, got);
		assert_memory_equal(got, cases[i].want, FAT32_SHORT);
	}
}

static void letters_lose_their_case(void **state)
{
	static const uint16_t pairs[][2] = {
		{'a', 'A'},	  {0xe4, 0xc4},	  {0xf7, 0xf7},	  {0x101, 0x100}, {0x13a, 0x139},
		{0x148, 0x147},	  {0x3b1, 0x391}, {0x3c2, 0x3c2}, {0x430, 0x410}, {0x451, 0x401},
		{0x20ac, 0x20ac}, {0xdf, 0xdf},	  {0x17e, 0x17d},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(pairs); i++) {
		assert_int_equal(fat32_fold(pairs[i][0]), pairs[i][1]);
		assert_int_equal(fat32_fold(pairs[i][1]), pairs[i][1]);
	}
}

static void volume_begins_as_the_specification_has_it(void **state)
{
	const struct fat32_options options = {
		.unit = 1 << 20, .label = "ESP", .id = 0xcafe1234, .start = 1 << 20};
	struct err e = ERR_INIT;
	AUTO_FAT32_PLAN plan = NULL;
	AUTO_BUF b = BUF_INIT;
	struct buf_sink out;
	const uint8_t *s;
	uint32_t fat, clusters;

	(void)state;
	buf_sink_init(&out, &b);
	assert_ok(fat32_plan_new(NULL, 0, &options, &plan, &e));
	assert_ok(fat32_write(plan, &out.sink, &e));
	assert_int_equal(b.len, 33 << 20);
	s = (const uint8_t *)b.data;
	assert_int_equal(s[0], 0xeb);
	assert_int_equal(le16_get(s + 11), 512);
	assert_int_equal(s[13], 1);
	assert_int_equal(s[16], 2);
	assert_int_equal(le16_get(s + 17), 0);
	assert_int_equal(s[21], 0xf8);
	assert_int_equal(le32_get(s + 28), 2048);
	assert_int_equal(le32_get(s + 32), 33 * 2048);
	assert_int_equal(le32_get(s + 44), 2);
	assert_int_equal(le32_get(s + 67), 0xcafe1234);
	assert_memory_equal(s + 71, "ESP        FAT32   ", 19);
	assert_memory_equal(s + 6 * 512, s, 1024);
	fat = le16_get(s + 14) * 512U;
	clusters = (33 * 2048 - le16_get(s + 14) - 2 * le32_get(s + 36));
	assert_true(clusters >= 65525 + 16 && le32_get(s + 36) * 128 >= clusters + 2);
	/* Media byte, clean, and the root's one cluster; the second FAT is the same. */
	assert_memory_equal(s + fat, "\xf8\xff\xff\x0f\xff\xff\xff\x0f\xff\xff\xff\x0f\0\0\0\0",
			    16);
	assert_memory_equal(s + fat, s + fat + le32_get(s + 36) * 512, le32_get(s + 36) * 512);
	assert_int_equal(le32_get(s + 512 + 488), clusters - 1);
	assert_memory_equal(s + fat + 2 * le32_get(s + 36) * 512, "ESP        \x08", 12);
}

static void full_sink_is_told_at_every_position(void **state)
{
	static const char text[5000] = "x";
	const struct fat32_options options = {.unit = 1 << 20};
	struct err e = ERR_INIT;
	AUTO_FAT32_PLAN plan = NULL;
	struct memory_source m;
	struct fat32_file file = {"a long name/file", &m.source};
	uint64_t bytes;

	(void)state;
	memory_source_init(&m, text, sizeof(text), "m");
	assert_ok(fat32_plan_new(&file, 1, &options, &plan, &e));
	bytes = fat32_plan_bytes(plan);
	for (uint64_t room = 0; room < bytes; room += room < 2000000 ? 509 : 1000003) {
		struct weak_sink w = {.sink = {.ops = &weak_ops}, .room = room};

		assert_fails_with(fat32_write(plan, &w.sink, &e), "full");
	}
	struct weak_sink w = {.sink = {.ops = &weak_ops}, .room = bytes};
	assert_ok(fat32_write(plan, &w.sink, &e));
	assert_int_equal(w.room, 0);
}

static void what_does_not_fit_is_refused(void **state)
{
	struct err e = ERR_INIT;
	AUTO_FAT32_PLAN plan = NULL;
	struct memory_source m;
	const struct fat32_file file = {"file", &m.source};
	struct fat32_options options = {.bytes = 40 << 20};

	(void)state;
	memory_source_init(&m, NULL, 0, "m");
	/* Only the size is looked at before the content is written. */
	m.source.size = UINT32_MAX;
	assert_fails_with(fat32_plan_new(&file, 1, &options, &plan, &e),
			  "the files take a FAT32 volume of 4105 MiB, but there are only 40 MiB");
	options.bytes = 0;
	assert_ok(fat32_plan_new(&file, 1, &options, &plan, &e));
	m.source.size++;
	fat32_plan_free(plan);
	plan = NULL;
	assert_fails_with(fat32_plan_new(&file, 1, &options, &plan, &e),
			  "'m' has 4294967296 bytes: a file on FAT32 has less than 4 GiB");
	m.source.size = 1;
	options.bytes = 3ULL << 40;
	assert_fails_with(fat32_plan_new(&file, 1, &options, &plan, &e),
			  "a FAT32 volume has less than 2 TiB");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(short_names_are_as_the_specification_has_them),
		cmocka_unit_test(long_names_get_numbers),
		cmocka_unit_test(letters_lose_their_case),
		cmocka_unit_test(volume_begins_as_the_specification_has_it),
		cmocka_unit_test(full_sink_is_told_at_every_position),
		cmocka_unit_test(what_does_not_fit_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
