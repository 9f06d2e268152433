#include "format/base64.h"

#include "unit.h"

/* RFC 4648, section 10. */
static void the_rfcs_examples_come_out(void **state)
{
	static const char *const rows[][2] = {
		{"", ""},
		{"f", "Zg=="},
		{"fo", "Zm8="},
		{"foo", "Zm9v"},
		{"foob", "Zm9vYg=="},
		{"fooba", "Zm9vYmE="},
		{"foobar", "Zm9vYmFy"},
	};
	struct err e = ERR_INIT;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		AUTO_BUF b = BUF_INIT;

		assert_ok(base64_put(&b, rows[i][0], strlen(rows[i][0]), &e));
		assert_string_equal(buf_str(&b), rows[i][1]);
		assert_int_equal(base64_is_valid(rows[i][1]), i > 0);
		b.len = 0;
		assert_ok(base64_get(rows[i][1], &b, &e));
		assert_int_equal(b.len, strlen(rows[i][0]));
		assert_memory_equal(buf_str(&b), rows[i][0], b.len);
	}
}

static void bytes_use_the_whole_alphabet(void **state)
{
	static const unsigned char bytes[] = {0x00, 0x10, 0x83, 0xfb, 0xff, 0xbf};
	AUTO_BUF b = BUF_INIT;
	struct err e = ERR_INIT;

	(void)state;
	assert_ok(base64_put(&b, bytes, sizeof(bytes), &e));
	assert_string_equal(buf_str(&b), "ABCD+/+/");
	b.len = 0;
	assert_ok(base64_get("ABCD+/+/", &b, &e));
	assert_int_equal(b.len, sizeof(bytes));
	assert_memory_equal(b.data, bytes, sizeof(bytes));
}

static void what_is_not_base64_is_told(void **state)
{
	static const char *const rows[] = {
		"Zg", "Zg=", "Z===", "====", "Zg==Zg==", "Zm9v\n", "Zm-v"};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		assert_false(base64_is_valid(rows[i]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_rfcs_examples_come_out),
		cmocka_unit_test(bytes_use_the_whole_alphabet),
		cmocka_unit_test(what_is_not_base64_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
