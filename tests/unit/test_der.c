#include "format/der.h"

#include "unit.h"

static void short_and_long_lengths_are_minimal(void **state)
{
	static const uint8_t zeros[0x10000];
	static const struct {
		size_t len;
		uint8_t header[5];
		size_t n;
	} rows[] = {
		{0, {0x04, 0x00}, 2},
		{127, {0x04, 0x7f}, 2},
		{128, {0x04, 0x81, 0x80}, 3},
		{255, {0x04, 0x81, 0xff}, 3},
		{256, {0x04, 0x82, 0x01, 0x00}, 4},
		{0x10000, {0x04, 0x83, 0x01, 0x00, 0x00}, 5},
	};
	struct err e = ERR_INIT;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		AUTO_BUF b = BUF_INIT;

		assert_ok(der_put(&b, DER_OCTET_STRING, zeros, rows[i].len, &e));
		assert_int_equal(b.len, rows[i].n + rows[i].len);
		assert_bytes(b.data, rows[i].n, rows[i].header, rows[i].n);
	}
}

static void what_stands_before_the_start_is_not_wrapped(void **state)
{
	static const uint8_t want[] = {0xff, 0x30, 0x03, 0x02, 0x01, 0x05};
	static const uint8_t five = 5;
	AUTO_BUF b = BUF_INIT;
	struct err e = ERR_INIT;

	(void)state;
	assert_ok(buf_put(&b, "\xff", 1, &e));
	assert_ok(der_put(&b, DER_INTEGER, &five, 1, &e));
	assert_ok(der_wrap(&b, 1, DER_SEQUENCE, &e));
	assert_bytes(b.data, b.len, want, sizeof(want));
}

static void items_are_read_one_after_the_other(void **state)
{
	static const uint8_t bytes[] = {0x02, 0x01, 0x05, 0x30, 0x81, 0x01, 0xaa};
	struct der from = {bytes, sizeof(bytes)};
	struct der_item item;
	struct err e = ERR_INIT;

	(void)state;
	assert_ok(der_expect(&from, DER_INTEGER, &item, &e));
	assert_int_equal(item.content.data[0], 5);
	assert_int_equal(item.whole.len, 3);
	assert_fails_with(der_expect(&from, DER_SET, &item, &e),
			  "DER: tag 0x30 where 0x31 is expected");
	/* The item that did not fit is still there. */
	assert_ok(der_next(&from, &item, &e));
	assert_int_equal(item.content.data[0], 0xaa);
	assert_int_equal(item.whole.len, 4);
	assert_fails_with(der_next(&from, &item, &e),
			  "DER: the data ends where an item is expected");
}

static void lengths_are_not_believed(void **state)
{
	static const struct {
		uint8_t bytes[8];
		size_t len;
		const char *sentence;
	} rows[] = {
		{{0x04}, 1, "DER: the data ends where an item is expected"},
		{{0x04, 0x02, 0x00}, 3, "DER: an item of 2 bytes where 1 are left"},
		{{0x04, 0x80, 0x00}, 3, "DER: an item has a length that cannot be read"},
		{{0x04, 0x82, 0x01}, 3, "DER: an item has a length that cannot be read"},
		{{0x04, 0x85, 1, 1, 1, 1, 1, 1},
		 8,
		 "DER: an item has a length that cannot be read"},
		{{0x04, 0x84, 0xff, 0xff, 0xff, 0xff, 0, 0},
		 8,
		 "DER: an item of 4294967295 bytes where 2 are left"},
		{{0x1f, 0x81, 0x00}, 3, "DER: a tag of several bytes, which nothing here has"},
	};
	struct err e;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct der from = {rows[i].bytes, rows[i].len};
		struct der_item item;

		assert_fails_with(der_next(&from, &item, &e), rows[i].sentence);
		assert_int_equal(from.len, rows[i].len);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(short_and_long_lengths_are_minimal),
		cmocka_unit_test(what_stands_before_the_start_is_not_wrapped),
		cmocka_unit_test(items_are_read_one_after_the_other),
		cmocka_unit_test(lengths_are_not_believed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
