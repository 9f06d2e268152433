#include "unit.h"

#include "format/gpgv_status.h"

#define KEY   "B8868C80BA62A1FFFAF5FDA9632D3A06589DA6B1"
#define OTHER "647F28654894E3BD457199BE38DBBDC86092693E"
#define GOOD  "[GNUPG:] GOODSIG 632D3A06589DA6B1 somebody <x@example.org>\n"
#define VALID(subkey, primary) \
	"[GNUPG:] VALIDSIG " subkey " 2026-01-01 1767225600 0 4 0 1 10 01 " primary "\n"

static void signature_of_the_key_is_good(void **state)
{
	(void)state;
	assert_true(gpgv_status_is_good("[GNUPG:] NEWSIG\n" GOOD VALID(KEY, KEY), KEY));
	assert_true(gpgv_status_is_good(GOOD VALID(KEY, KEY),
					"b8868c80ba62a1fffaf5fda9632d3a06589da6b1"));
}

static void primary_key_counts_and_not_the_subkey(void **state)
{
	(void)state;
	assert_true(gpgv_status_is_good(GOOD VALID(OTHER, KEY), KEY));
	assert_false(gpgv_status_is_good(GOOD VALID(KEY, OTHER), KEY));
}

static void anything_else_is_not_good(void **state)
{
	(void)state;
	assert_false(gpgv_status_is_good("", KEY));
	assert_false(gpgv_status_is_good(GOOD, KEY));
	assert_false(gpgv_status_is_good(VALID(KEY, KEY), KEY));
	assert_false(gpgv_status_is_good(GOOD VALID(KEY, KEY) "[GNUPG:] BADSIG 1 x\n", KEY));
	assert_false(gpgv_status_is_good("[GNUPG:] EXPKEYSIG 1 x\n" GOOD VALID(KEY, KEY), KEY));
	assert_false(gpgv_status_is_good("[GNUPG:] REVKEYSIG 1 x\n" GOOD VALID(KEY, KEY), KEY));
	assert_false(gpgv_status_is_good("[GNUPG:] ERRSIG 1 x\n" GOOD VALID(KEY, KEY), KEY));
	assert_false(gpgv_status_is_good(GOOD VALID(KEY, KEY) VALID(OTHER, OTHER), KEY));
	assert_false(gpgv_status_is_good(GOOD VALID(KEY, KEY " more"), KEY));
	assert_false(gpgv_status_is_good(GOOD "[GNUPG:] VALIDSIG " KEY "\n", KEY));
	assert_false(gpgv_status_is_good(GOOD "x" VALID(KEY, KEY), KEY));
	assert_false(gpgv_status_is_good(GOOD VALID(KEY, KEY), ""));
}

static void keyword_is_a_whole_word(void **state)
{
	(void)state;
	assert_true(gpgv_status_has("[GNUPG:] NODATA 4\n", "NODATA"));
	assert_true(gpgv_status_has("text\n[GNUPG:] NODATA", "NODATA"));
	assert_false(gpgv_status_has("[GNUPG:] NODATAX 4\n", "NODATA"));
	assert_false(gpgv_status_has("gpgv: NODATA\n", "NODATA"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(signature_of_the_key_is_good),
		cmocka_unit_test(primary_key_counts_and_not_the_subkey),
		cmocka_unit_test(anything_else_is_not_good),
		cmocka_unit_test(keyword_is_a_whole_word),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
