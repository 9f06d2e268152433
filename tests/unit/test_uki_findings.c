#include "format/uki_findings.h"

#include "unit.h"

static const struct uki_rule rule = {"rule", "do it"};

static void findings_are_kept_in_order(void **state)
{
	AUTO_UKI_FINDINGS f = UKI_FINDINGS_INIT;

	(void)state;
	uki_wrong(&f, &rule, ".linux", "%d is %s", 1, "wrong");
	uki_doubtful(&f, &rule, NULL, "2 is doubtful");
	uki_wrong(&f, &rule, ".x", "3");
	assert_int_equal(f.errors.n, 2);
	assert_int_equal(f.warnings.n, 1);
	assert_ptr_equal(f.errors.v[0].rule, &rule);
	assert_string_equal(f.errors.v[0].section, ".linux");
	assert_string_equal(f.errors.v[0].text, "1 is wrong");
	assert_string_equal(f.errors.v[1].text, "3");
	assert_string_equal(f.warnings.v[0].section, "");
	assert_string_equal(f.warnings.v[0].text, "2 is doubtful");
	assert_false(f.failed);
}

static void a_hundred_of_a_kind_are_enough(void **state)
{
	AUTO_UKI_FINDINGS f = UKI_FINDINGS_INIT;

	(void)state;
	for (int i = 0; i < 300; i++)
		uki_wrong(&f, &rule, NULL, "%d", i);
	uki_doubtful(&f, &rule, NULL, "one");
	assert_int_equal(f.errors.n, 100);
	assert_string_equal(f.errors.v[99].text, "99");
	assert_int_equal(f.warnings.n, 1);
}

static void long_texts_are_cut(void **state)
{
	AUTO_UKI_FINDINGS f = UKI_FINDINGS_INIT;
	char text[2000];

	(void)state;
	memset(text, 'a', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	uki_wrong(&f, &rule, "a name that is too long", "%s", text);
	assert_int_equal(strlen(f.errors.v[0].section), 8);
	assert_int_equal(strlen(f.errors.v[0].text), 511);
}

static void what_was_freed_can_be_used_again(void **state)
{
	struct uki_findings f = UKI_FINDINGS_INIT;

	(void)state;
	uki_wrong(&f, &rule, NULL, "one");
	uki_findings_done(&f);
	assert_int_equal(f.errors.n, 0);
	uki_findings_done(&f);
	uki_wrong(&f, &rule, NULL, "two");
	assert_string_equal(f.errors.v[0].text, "two");
	uki_findings_done(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(findings_are_kept_in_order),
		cmocka_unit_test(a_hundred_of_a_kind_are_enough),
		cmocka_unit_test(long_texts_are_cut),
		cmocka_unit_test(what_was_freed_can_be_used_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
