#include "unit.h"

#include "base/utf16.h"

static void characters_of_every_length_become_units(void **state)
{
	/* U+0041, U+00E9, U+20AC, U+1F600: the Unicode standard, table 3-6 and section 3.9. */
	static const uint16_t want[] = {0x41, 0xe9, 0x20ac, 0xd83d, 0xde00};
	struct err e = ERR_INIT;
	uint16_t got[8];
	size_t n;

	(void)state;
	assert_ok(utf16_from_text("A\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80", "name", got, 8, &n, &e));
	assert_int_equal(n, 5);
	assert_memory_equal(got, want, sizeof(want));
	assert_ok(utf16_from_text("", "name", got, 0, &n, &e));
	assert_int_equal(n, 0);
}

static void what_is_not_utf8_is_refused(void **state)
{
	static const char *const wrong[] = {
		"\x80",		    /* goes on, but nothing began */
		"a\xc3",	    /* ends in the middle */
		"\xc3(",	    /* does not go on */
		"\xc0\xaf",	    /* a slash in two bytes */
		"\xe0\x80\xaf",	    /* in three */
		"\xed\xa0\x80",	    /* half of a pair */
		"\xf4\x90\x80\x80", /* beyond U+10FFFF */
		"\xff",
	};
	struct err e = ERR_INIT;
	uint16_t got[8];
	size_t n;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
		assert_int_equal(utf16_from_text(wrong[i], "name", got, 8, &n, &e), -1);
		assert_non_null(strstr(e.text, "is not UTF-8"));
	}
}

static void text_that_is_too_long_is_refused(void **state)
{
	struct err e = ERR_INIT;
	uint16_t got[2];
	size_t n;

	(void)state;
	assert_ok(utf16_from_text("ab", "name", got, 2, &n, &e));
	assert_fails_with(utf16_from_text("abc", "name", got, 2, &n, &e),
			  "name 'abc' has more than 2 characters");
	assert_int_equal(utf16_from_text("a\xf0\x9f\x98\x80", "name", got, 2, &n, &e), -1);
}

static void units_become_text(void **state)
{
	/* a, e with acute, euro sign, a character of two units, half of one, the end. */
	static const uint8_t units[] = "a\0\xe9\0\xac\x20\x3d\xd8\x00\xde\x3d\xd8z\0\0\0y\0";
	char text[64];

	(void)state;
	utf16_to_text(units, 9, text);
	assert_string_equal(text, "a\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\xef\xbf\xbdz");
	utf16_to_text(units, 1, text);
	assert_string_equal(text, "a");
	utf16_to_text(units, 0, text);
	assert_string_equal(text, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(characters_of_every_length_become_units),
		cmocka_unit_test(what_is_not_utf8_is_refused),
		cmocka_unit_test(text_that_is_too_long_is_refused),
		cmocka_unit_test(units_become_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
