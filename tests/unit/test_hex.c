#include "unit.h"

#include "base/hex.h"

static void digits_have_their_values(void **state)
{
	static const char digits[] = "0123456789abcdef";

	(void)state;
	for (int c = 0; c < 256; c++) {
		const char *at = c ? strchr(digits, c >= 'A' && c <= 'Z' ? c + 32 : c) : NULL;

		assert_int_equal(hex_digit((char)c), at ? at - digits : -1);
	}
}

static void bytes_come_back(void **state)
{
	unsigned char all[256], back[256];
	char text[513];

	(void)state;
	for (int i = 0; i < 256; i++)
		all[i] = (unsigned char)i;
	hex_put(all, sizeof(all), text);
	assert_int_equal(strlen(text), 512);
	assert_memory_equal(text, "000102030405060708090a0b0c0d0e0f10", 34);
	assert_true(hex_get(text, back, sizeof(back)));
	assert_memory_equal(back, all, sizeof(all));
	assert_true(hex_get("AbCdEF", back, 3));
	assert_memory_equal(back, "\xab\xcd\xef", 3);
}

static void only_just_so_many_digits_are_read(void **state)
{
	static const char *const wrong[] = {"",
					    "1",
					    "123",
					    "12345",
					    "1234 ",
					    "12g4",
					    "12\x80"
					    "4"};
	unsigned char got[2] = {7, 8};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(wrong); i++)
		assert_false(hex_get(wrong[i], got, sizeof(got)));
	assert_int_equal(got[0], 7);
	assert_int_equal(got[1], 8);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(digits_have_their_values),
		cmocka_unit_test(bytes_come_back),
		cmocka_unit_test(only_just_so_many_digits_are_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
