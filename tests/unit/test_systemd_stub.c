#include "format/systemd_stub.h"

#include "unit.h"

/* NULL: one that does not tell. */
static struct stub_version version(const char *text)
{
	struct stub_version v = {.major = 0};

	if (text)
		assert_int_equal(stub_version_parse(text, &v), 0);
	return v;
}

static void version_begins_with_its_numbers(void **state)
{
	struct stub_version v;

	(void)state;
	v = version("252.39-1~deb12u2");
	assert_int_equal(v.major, 252);
	assert_int_equal(v.minor, 39);
	assert_string_equal(v.text, "252.39-1~deb12u2");
	v = version("258~rc1");
	assert_int_equal(v.major, 258);
	assert_int_equal(v.minor, 0);
	assert_int_equal(version("99999999999999.1").major, 999999);
	assert_int_equal(stub_version_parse("main", &v), -1);
	assert_int_equal(stub_version_parse("", &v), -1);
	assert_int_equal(stub_version_parse("252 39", &v), -1);
}

/* The releases whose src/fundamental/uki.h first has a section, as systemd's NEWS tells them. */
static void section_is_measured_from_a_version_on(void **state)
{
	static const struct {
		const char *name, *before, *from;
	} sections[] = {
		{".uname", "253", "254"},    {".sbat", "253", "254"},	   {".ucode", "255", "256"},
		{".profile", "256", "257"},  {".dtbauto", "256.9", "257"}, {".hwids", "256", "257"},
		{".efifw", "257.13", "258"},
	};
	struct stub_version unknown = version(NULL);

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(sections); i++) {
		struct stub_version before = version(sections[i].before);
		struct stub_version from = version(sections[i].from);

		assert_false(stub_measures(&before, sections[i].name));
		assert_true(stub_measures(&from, sections[i].name));
		assert_true(stub_measures(&unknown, sections[i].name));
	}
	assert_false(stub_measures(&unknown, ".pcrsig"));
	assert_false(stub_measures(&unknown, ".text"));
}

/* systemd 262, src/fundamental/uki.h: "PLEASE DO NOT REORDER!" */
static void order_is_that_of_measurement(void **state)
{
	static const char *const order[STUB_SECTIONS] = {
		".linux",   ".osrel",	".cmdline", ".initrd", ".ucode",
		".splash",  ".dtb",	".uname",   ".sbat",   ".pcrsig",
		".pcrpkey", ".profile", ".dtbauto", ".hwids",  ".efifw",
	};

	(void)state;
	for (size_t i = 0; i < STUB_SECTIONS; i++)
		assert_string_equal(stub_sections[i].name, order[i]);
	assert_true(stub_section_may_repeat(".dtbauto"));
	assert_true(stub_section_may_repeat(".efifw"));
	assert_false(stub_section_may_repeat(".linux"));
	assert_false(stub_section_may_repeat(".other"));
}

static void old_stub_compares_beginnings(void **state)
{
	struct stub_version old = version("256.4"), newer = version("257");

	(void)state;
	assert_string_equal(stub_mistakes(&old, ".dtbauto"), ".dtb");
	assert_string_equal(stub_mistakes(&old, ".linuxX"), ".linux");
	assert_null(stub_mistakes(&old, ".linux"));
	assert_null(stub_mistakes(&old, ".lin"));
	assert_null(stub_mistakes(&newer, ".dtbauto"));
	assert_false(stub_compares_whole_names(&old));
	assert_true(stub_compares_whole_names(&newer));
	/* It does not know that name yet, so it mistakes nothing for it. */
	old = version("253");
	assert_null(stub_mistakes(&old, ".unameX"));
	old = version("254");
	assert_string_equal(stub_mistakes(&old, ".unameX"), ".uname");
}

static void what_is_ignored_says_from_when_on_it_is_not(void **state)
{
	struct stub_version old = version("252.39"), unknown = version(NULL);

	(void)state;
	assert_int_equal(stub_ignores(&old, ".ucode"), 256);
	assert_int_equal(stub_ignores(&old, ".efifw"), 258);
	/* They are only measured: the boot is the same without. */
	assert_int_equal(stub_ignores(&old, ".uname"), 0);
	assert_int_equal(stub_ignores(&old, ".linux"), 0);
	assert_int_equal(stub_ignores(&unknown, ".efifw"), 0);
	old.is_addon = true;
	assert_int_equal(stub_ignores(&old, ".ucode"), 0);
}

static void limits_are_of_versions(void **state)
{
	static const char *const failing[] = {"258", "258.10", "259", "259.1"};
	static const char *const fine[] = {"252.39", "257.13", "259.2", "260", "262.1-1"};
	struct stub_version v;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(failing); i++) {
		v = version(failing[i]);
		assert_true(stub_fails_at_image_base(&v));
	}
	for (size_t i = 0; i < ARRAY_LEN(fine); i++) {
		v = version(fine[i]);
		assert_false(stub_fails_at_image_base(&v));
	}
	v = version("257.12");
	assert_int_equal(stub_max_sections(&v), 96);
	v = version("257.13-1~deb13u1");
	assert_int_equal(stub_max_sections(&v), SIZE_MAX);
	v = version(NULL);
	assert_int_equal(stub_max_sections(&v), 96);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(version_begins_with_its_numbers),
		cmocka_unit_test(section_is_measured_from_a_version_on),
		cmocka_unit_test(order_is_that_of_measurement),
		cmocka_unit_test(old_stub_compares_beginnings),
		cmocka_unit_test(what_is_ignored_says_from_when_on_it_is_not),
		cmocka_unit_test(limits_are_of_versions),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
