#include "unit.h"

#include "base/parse.h"

static void assert_number(const char *text, unsigned int base, uint64_t max, uint64_t want)
{
	struct err e = ERR_INIT;
	uint64_t got = 12345;

	assert_ok(parse_number(text, base, max, "n", &got, &e));
	if (got != want)
		fail_msg("'%s' is read as %llu", text, (unsigned long long)got);
}

static void assert_no_number(const char *text, unsigned int base, uint64_t max,
			     const char *sentence)
{
	struct err e = ERR_INIT;
	uint64_t got = 12345;

	assert_fails_with(parse_number(text, base, max, "n", &got, &e), sentence);
	assert_int_equal(e.kind, ERR_INPUT);
	assert_int_equal(got, 12345);
}

static void numbers_are_read_in_their_base(void **state)
{
	(void)state;
	assert_number("0", 10, 0, 0);
	assert_number("007", 10, 7, 7);
	assert_number("755", 8, 07777, 0755);
	assert_number("7777", 8, 07777, 07777);
	assert_number("fF09", 16, 0xffff, 0xff09);
	assert_number("18446744073709551615", 10, UINT64_MAX, UINT64_MAX);
	assert_number("ffffffffffffffff", 16, UINT64_MAX, UINT64_MAX);
	assert_number("1777777777777777777777", 8, UINT64_MAX, UINT64_MAX);
	assert_number("0000000000000000000000000000000000000000000000000000000001", 10, 1, 1);
}

static void limit_is_exact(void **state)
{
	(void)state;
	assert_number("4095", 10, 4095, 4095);
	assert_no_number("4096", 10, 4095, "n '4096' is over 4095");
	assert_no_number("1", 10, 0, "n '1' is over 0");
	assert_no_number("9", 10, 5, "n '9' is over 5");
	assert_no_number("18446744073709551616", 10, UINT64_MAX,
			 "n '18446744073709551616' is over 18446744073709551615");
	assert_no_number("99999999999999999999999", 10, UINT64_MAX,
			 "n '99999999999999999999999' is over 18446744073709551615");
	assert_no_number("10000000000000000", 16, UINT64_MAX,
			 "n '10000000000000000' is over 18446744073709551615");
}

static void whole_text_has_to_be_the_number(void **state)
{
	(void)state;
	assert_no_number("", 10, 9, "n '' is not a decimal number");
	assert_no_number(" 1", 10, 9, "n ' 1' is not a decimal number");
	assert_no_number("1 ", 10, 9, "n '1 ' is not a decimal number");
	assert_no_number("+1", 10, 9, "n '+1' is not a decimal number");
	assert_no_number("-1", 10, 9, "n '-1' is not a decimal number");
	assert_no_number("1a", 10, 9, "n '1a' is not a decimal number");
	assert_no_number("8", 8, 99, "n '8' is not an octal number");
	assert_no_number("0x1", 16, 99, "n '0x1' is not a hexadecimal number");
	assert_no_number("g", 16, 99, "n 'g' is not a hexadecimal number");
}

static void assert_size(const char *text, uint64_t want)
{
	struct err e = ERR_INIT;
	uint64_t got = 12345;

	assert_ok(parse_size(text, "size", &got, &e));
	assert_true(got == want);
}

static void assert_no_size(const char *text, const char *sentence)
{
	struct err e = ERR_INIT;
	uint64_t got = 12345;

	assert_fails_with(parse_size(text, "size", &got, &e), sentence);
	assert_int_equal(got, 12345);
}

static void sizes_have_units(void **state)
{
	(void)state;
	assert_size("0", 0);
	assert_size("512", 512);
	assert_size("1K", 1024);
	assert_size("512M", 536870912);
	assert_size("512m", 536870912);
	assert_size("512MiB", 536870912);
	assert_size("8kiB", 8192);
	assert_size("3G", 3221225472);
	assert_size("2T", 2199023255552);
	assert_size("16777215T", 16777215ULL << 40);
	assert_size("18446744073709551615", UINT64_MAX);
	assert_no_size("16777216T", "size '16777216T' is too large");
	assert_no_size("18014398509481984K", "size '18014398509481984K' is too large");
}

static void bad_sizes_are_refused(void **state)
{
	(void)state;
	assert_no_size("", "size '' is not a size such as 512M");
	assert_no_size("M", "size 'M' is not a size such as 512M");
	assert_no_size("1MB", "size '1MB' is not a size such as 512M");
	assert_no_size("1iB", "size '1iB' is not a size such as 512M");
	assert_no_size("1MiBs", "size '1MiBs' is not a size such as 512M");
	assert_no_size("1 M", "size '1 M' is not a size such as 512M");
	assert_no_size("1.5G", "size '1.5G' is not a size such as 512M");
	assert_no_size("-1", "size '-1' is not a size such as 512M");
	assert_no_size("1P", "size '1P' is not a size such as 512M");
	assert_no_size("18446744073709551616",
		       "size '18446744073709551616' is not a size such as 512M");
}

static struct version version_of(const char *text)
{
	struct err e = ERR_INIT;
	struct version v = {0};

	assert_ok(parse_version(text, &v, &e));
	return v;
}

static void assert_version(const char *text, unsigned int major, unsigned int minor,
			   unsigned int patch, unsigned int rc)
{
	struct version v = version_of(text);

	assert_int_equal(v.major, major);
	assert_int_equal(v.minor, minor);
	assert_int_equal(v.patch, patch);
	assert_int_equal(v.rc, rc);
}

static void versions_are_read(void **state)
{
	(void)state;
	assert_version("6.12", 6, 12, 0, 0);
	assert_version("6.12.117", 6, 12, 117, 0);
	assert_version("6.18-rc3", 6, 18, 0, 3);
	assert_version("6.18.0-rc12+", 6, 18, 0, 12);
	assert_version("6.12.3-amd64", 6, 12, 3, 0);
	assert_version("6.12.3+", 6, 12, 3, 0);
	assert_version("6.12.3 (builder@host)", 6, 12, 3, 0);
	assert_version("65535.0.0", 65535, 0, 0, 0);
}

static void bad_versions_are_refused(void **state)
{
	static const char *const bad[] = {"",	   "6",	       "6.",	   "6.x",     ".12",
					  "v6.12", "6.12.",    "6.12.1.2", "6.12x",   "6,12",
					  " 6.12", "6.12-rc0", "-6.12",	   "65536.0", "6.12.99999"};
	char sentence[128];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct version v = {.major = 12345};
		struct err e = ERR_INIT;

		snprintf(sentence, sizeof(sentence), "'%s' is not a kernel version such as 6.12.1",
			 bad[i]);
		assert_fails_with(parse_version(bad[i], &v, &e), sentence);
		assert_int_equal(v.major, 12345);
	}
}

static void candidates_come_before_their_release(void **state)
{
	static const char *const in_order[] = {"5.19.17", "6.1-rc1", "6.1-rc2", "6.1-rc10", "6.1",
					       "6.1.1",	  "6.1.10",  "6.2-rc1", "6.2",	    "6.10",
					       "6.10.1",  "7.0-rc1", "7.0"};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(in_order); i++) {
		for (size_t k = 0; k < ARRAY_LEN(in_order); k++) {
			struct version a = version_of(in_order[i]), b = version_of(in_order[k]);
			int c = version_compare(&a, &b);

			if ((c > 0) - (c < 0) != (i > k) - (i < k))
				fail_msg("%s and %s compare as %d", in_order[i], in_order[k], c);
		}
	}
}

static void suffix_does_not_count(void **state)
{
	struct version a = version_of("6.12.0-amd64"), b = version_of("6.12");

	(void)state;
	assert_int_equal(version_compare(&a, &b), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_are_read_in_their_base),
		cmocka_unit_test(limit_is_exact),
		cmocka_unit_test(whole_text_has_to_be_the_number),
		cmocka_unit_test(sizes_have_units),
		cmocka_unit_test(bad_sizes_are_refused),
		cmocka_unit_test(versions_are_read),
		cmocka_unit_test(bad_versions_are_refused),
		cmocka_unit_test(candidates_come_before_their_release),
		cmocka_unit_test(suffix_does_not_count),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
