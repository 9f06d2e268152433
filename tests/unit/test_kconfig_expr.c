#include "unit.h"

#include "format/kconfig_expr.h"

static struct kconfig config;

static int set_up(void **state)
{
	static const char text[] = "CONFIG_YES=y\nCONFIG_MODULE=m\n# CONFIG_NO is not set\n"
				   "CONFIG_TEXT=\"two words\"\nCONFIG_NUMBER=64\nCONFIG_HEX=0x40\n";
	struct err e;

	(void)state;
	return kconfig_parse_config(&config, text, sizeof(text) - 1, ".config", &e);
}

static int tear_down(void **state)
{
	(void)state;
	kconfig_done(&config);
	return 0;
}

/* Documentation/kbuild/kconfig-language.rst, "Menu dependencies": min, max and 2 - value. */
static void operators_follow_the_language(void **state)
{
	static const struct {
		const char *expression;
		enum kconfig_value value;
	} cases[] = {
		{"YES", KCONFIG_Y},
		{"MODULE", KCONFIG_M},
		{"NO", KCONFIG_N},
		{"UNKNOWN", KCONFIG_N},
		{"y", KCONFIG_Y},
		{"n", KCONFIG_N},
		{"", KCONFIG_Y},
		{"!YES", KCONFIG_N},
		{"!MODULE", KCONFIG_M},
		{"!NO", KCONFIG_Y},
		{"! (NO || !YES)", KCONFIG_Y},
		{"YES && MODULE", KCONFIG_M},
		{"MODULE || YES", KCONFIG_Y},
		{"NO || NO && YES", KCONFIG_N},
		{"YES || NO && NO", KCONFIG_Y},
		{"(YES || NO) && NO", KCONFIG_N},
		{"YES=y", KCONFIG_Y},
		{"YES!=y", KCONFIG_N},
		{"NO = n && MODULE=m", KCONFIG_Y},
		{"TEXT = \"two words\"", KCONFIG_Y},
		{"TEXT != \"two\"", KCONFIG_Y},
		{"NUMBER >= 64", KCONFIG_Y},
		{"NUMBER < 64", KCONFIG_N},
		{"NUMBER > 7", KCONFIG_Y},
		{"NUMBER <= 63", KCONFIG_N},
		{"HEX = 64", KCONFIG_Y},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		if (kconfig_evaluate(cases[i].expression, &config) != cases[i].value)
			fail_msg("'%s' is not %d", cases[i].expression, cases[i].value);
}

static void what_only_kbuild_knows_counts_as_met(void **state)
{
	(void)state;
	assert_int_equal(kconfig_evaluate("$(cc-option,-mfoo,$(other))", &config), KCONFIG_Y);
	assert_int_equal(kconfig_evaluate("$(success,true) && NO", &config), KCONFIG_N);
	assert_int_equal(kconfig_evaluate("YES &&", &config), KCONFIG_Y);
	assert_int_equal(kconfig_evaluate("(NO", &config), KCONFIG_Y);
	assert_int_equal(kconfig_evaluate("NO %", &config), KCONFIG_Y);
}

static void assert_unmet(const char *expression, const char *want)
{
	struct err e = ERR_INIT;
	AUTO_BUF got = BUF_INIT;

	assert_ok(kconfig_unmet(expression, &config, &got, &e));
	assert_string_equal(buf_str(&got), want);
}

static void unmet_parts_are_named_with_their_values(void **state)
{
	(void)state;
	assert_unmet("YES && !NO", "");
	assert_unmet("NO", "NO=n");
	assert_unmet("YES && NO && UNKNOWN", "NO=n, UNKNOWN=n");
	assert_unmet("(YES && (NO)) && (YES && !YES)", "NO=n, !YES=y");
	assert_unmet("YES && (NO || UNKNOWN)", "NO=n || UNKNOWN=n");
	assert_unmet("TEXT = \"x && y\" && YES", "TEXT=two words = \"x && y\"");
	assert_unmet("NUMBER > 100", "NUMBER=64 > 100");
}

static void deep_nesting_ends(void **state)
{
	char deep[2001];

	(void)state;
	memset(deep, '(', sizeof(deep) - 1);
	deep[sizeof(deep) - 1] = '\0';
	assert_int_equal(kconfig_evaluate(deep, &config), KCONFIG_Y);
	memset(deep, '!', sizeof(deep) - 1);
	assert_int_equal(kconfig_evaluate(deep, &config), KCONFIG_Y);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(operators_follow_the_language),
		cmocka_unit_test(what_only_kbuild_knows_counts_as_met),
		cmocka_unit_test(unmet_parts_are_named_with_their_values),
		cmocka_unit_test(deep_nesting_ends),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
