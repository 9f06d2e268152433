#include "format/sbat.h"

#include "unit.h"

static void assert_merged(const char *text, size_t len, const char *want)
{
	AUTO_BUF to = BUF_INIT;
	struct err e = ERR_INIT;

	assert_ok(sbat_merge(&to, text, len, &e));
	assert_string_equal(buf_str(&to), want);
}

static void line_of_sbat_itself_comes_first(void **state)
{
	static const char a[] = "sbat,1,other words\na,1,A,a,1,url\n",
			  b[] = "sbat,1\nb,2,B,b,2,url";
	AUTO_BUF to = BUF_INIT;
	struct err e = ERR_INIT;

	(void)state;
	assert_ok(sbat_merge(&to, a, strlen(a), &e));
	assert_ok(sbat_merge(&to, b, strlen(b), &e));
	assert_string_equal(to.data, "sbat,1,SBAT Version,sbat,1,"
				     "https://github.com/rhboot/shim/blob/main/SBAT.md\n"
				     "a,1,A,a,1,url\nb,2,B,b,2,url\n");
}

static void what_fills_a_section_up_is_left_out(void **state)
{
	static const char padded[] = "sbat,1\na,1,A,a,1,url\r\n\n\r\nb,1,B,b,1,url\0\0\0\0";

	(void)state;
	assert_merged(padded, sizeof(padded), SBAT_HEADER "a,1,A,a,1,url\nb,1,B,b,1,url\n");
	assert_merged("sbat,1\n", 7, SBAT_HEADER);
	assert_merged("sbat,1", 6, SBAT_HEADER);
	assert_merged("\0\0", 2, SBAT_HEADER);
	assert_merged("", 0, SBAT_HEADER);
}

static void other_text_is_none(void **state)
{
	(void)state;
	assert_true(sbat_is_valid("sbat,1", 6));
	assert_true(sbat_is_valid("sbat,", 5));
	assert_false(sbat_is_valid("sbat,", 4));
	assert_false(sbat_is_valid("SBAT,1", 6));
	assert_false(sbat_is_valid("", 0));
	assert_true(sbat_is_valid(SBAT_UKI, strlen(SBAT_UKI)));
	assert_true(sbat_is_valid(SBAT_ADDON, strlen(SBAT_ADDON)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(line_of_sbat_itself_comes_first),
		cmocka_unit_test(what_fills_a_section_up_is_left_out),
		cmocka_unit_test(other_text_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
