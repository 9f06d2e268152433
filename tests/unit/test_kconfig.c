#include "unit.h"

#include "format/kconfig.h"

static const struct version v6_12 = {.major = 6, .minor = 12, .patch = 3};

static int add(struct kconfig *k, const char *text, const char *file, const char *kernel,
	       struct err *e)
{
	struct version version;

	if (parse_version(kernel, &version, e) < 0)
		return -1;
	return kconfig_add_fragment(k, text, strlen(text), file, &version, e);
}

/* The fragment's options as they are written for this kernel. */
static void assert_gives(const char *text, const char *kernel, const char *want)
{
	struct err e = ERR_INIT;
	AUTO_KCONFIG k = KCONFIG_INIT;
	AUTO_BUF got = BUF_INIT;

	assert_ok(add(&k, text, "f", kernel, &e));
	assert_ok(kconfig_write(&k, &got, &e));
	assert_string_equal(buf_str(&got), want);
}

static void assert_refused(const char *text, const char *sentence)
{
	struct err e = ERR_INIT;
	AUTO_KCONFIG k = KCONFIG_INIT;

	assert_fails_with(add(&k, text, "f", "6.12", &e), sentence);
	assert_int_equal(e.kind, ERR_INPUT);
}

static void options_are_read_and_written(void **state)
{
	(void)state;
	assert_gives("# a comment\n"
		     "\n"
		     "CONFIG_A=y\n"
		     "CONFIG_B_2=m\r\n"
		     "# CONFIG_C is not set\n"
		     "CONFIG_D=n  \n"
		     "CONFIG_TEXT=\"a = b # c\"\n"
		     "CONFIG_HEX=0x1000\n"
		     "#CONFIG_NO_OPTION=y\n"
		     "# CONFIG_NO_OPTION=y\n"
		     "CONFIG_LAST=17",
		     "6.12",
		     "CONFIG_A=y\n"
		     "CONFIG_B_2=m\n"
		     "# CONFIG_C is not set\n"
		     "# CONFIG_D is not set\n"
		     "CONFIG_TEXT=\"a = b # c\"\n"
		     "CONFIG_HEX=0x1000\n"
		     "CONFIG_LAST=17\n");
	assert_gives("", "6.12", "");
}

static void mark_until_includes_its_version(void **state)
{
	static const char text[] = "# until 6.8\nCONFIG_A=y\nCONFIG_B=y\n";

	(void)state;
	assert_gives(text, "5.19", "CONFIG_A=y\nCONFIG_B=y\n");
	assert_gives(text, "6.7.99", "CONFIG_A=y\nCONFIG_B=y\n");
	assert_gives(text, "6.8-rc1", "CONFIG_A=y\nCONFIG_B=y\n");
	assert_gives(text, "6.8", "CONFIG_A=y\nCONFIG_B=y\n");
	assert_gives(text, "6.8.12", "CONFIG_A=y\nCONFIG_B=y\n");
	assert_gives(text, "6.9-rc1", "CONFIG_B=y\n");
	assert_gives(text, "6.9", "CONFIG_B=y\n");
	assert_gives(text, "6.10", "CONFIG_B=y\n");
	assert_gives(text, "7.0", "CONFIG_B=y\n");
}

static void mark_from_includes_its_version(void **state)
{
	static const char text[] = "# from 6.9\n# CONFIG_A is not set\nCONFIG_B=y\n";
	static const char with[] = "# CONFIG_A is not set\nCONFIG_B=y\n";

	(void)state;
	assert_gives(text, "5.99", "CONFIG_B=y\n");
	assert_gives(text, "6.8.12", "CONFIG_B=y\n");
	assert_gives(text, "6.9-rc1", with);
	assert_gives(text, "6.9", with);
	assert_gives(text, "6.9.1", with);
	assert_gives(text, "6.10", with);
	assert_gives(text, "7.0", with);
}

static void two_marks_make_a_range(void **state)
{
	static const char text[] = "# from 6.2\n# until 6.8\n# why: a comment\n\nCONFIG_A=y\n";

	(void)state;
	assert_gives(text, "6.1", "");
	assert_gives(text, "6.2", "CONFIG_A=y\n");
	assert_gives(text, "6.8", "CONFIG_A=y\n");
	assert_gives(text, "6.9", "");
}

static void renamed_option_is_no_contradiction(void **state)
{
	static const char text[] = "# until 6.8\nCONFIG_A=y\n# from 6.9\nCONFIG_A=m\n";

	(void)state;
	assert_gives(text, "6.8", "CONFIG_A=y\n");
	assert_gives(text, "6.9", "CONFIG_A=m\n");
}

static void comment_that_begins_like_a_mark_is_a_comment(void **state)
{
	(void)state;
	assert_gives("# until we know better\n# from here on\nCONFIG_A=y\n", "6.12",
		     "CONFIG_A=y\n");
	assert_refused("\n# until 6x\nCONFIG_A=y\n",
		       "f:2: '6x' is not a kernel version such as 6.12.1");
}

static void contradiction_in_one_file_is_refused(void **state)
{
	(void)state;
	assert_refused("CONFIG_A=y\nCONFIG_B=y\n# CONFIG_A is not set\n",
		       "f:3: CONFIG_A=n contradicts line 1, which says y");
	assert_refused("CONFIG_A=\"x\"\nCONFIG_A=\"y\"\n",
		       "f:2: CONFIG_A=\"y\" contradicts line 1, which says \"x\"");
	assert_gives("CONFIG_A=y\nCONFIG_A=y\n", "6.12", "CONFIG_A=y\n");
}

static void later_file_wins(void **state)
{
	struct err e = ERR_INIT;
	AUTO_KCONFIG k = KCONFIG_INIT;
	AUTO_BUF got = BUF_INIT;

	(void)state;
	assert_ok(add(&k, "CONFIG_A=y\nCONFIG_B=y\n", "first", "6.12", &e));
	assert_ok(add(&k, "# layer\n# CONFIG_A is not set\n", "second", "6.12", &e));
	assert_ok(kconfig_write(&k, &got, &e));
	assert_string_equal(buf_str(&got), "CONFIG_B=y\n# CONFIG_A is not set\n");
	assert_string_equal(kconfig_find(&k, "A")->file, "second");
	assert_int_equal(kconfig_find(&k, "A")->line, 2);
	assert_string_equal(kconfig_find(&k, "B")->file, "first");
	assert_null(kconfig_find(&k, "C"));
	assert_null(kconfig_find(&k, "CONFIG_A"));
}

static void line_that_is_no_option_is_refused(void **state)
{
	(void)state;
	assert_refused("CONFIG_A=y\nconfig_b=y\n",
		       "f:2: neither CONFIG_NAME=value nor '# CONFIG_NAME is not set': "
		       "'config_b=y'");
	assert_refused("CONFIG_A", "f:1: neither CONFIG_NAME=value nor "
				   "'# CONFIG_NAME is not set': 'CONFIG_A'");
	assert_refused("CONFIG_A =y", "f:1: neither CONFIG_NAME=value nor "
				      "'# CONFIG_NAME is not set': 'CONFIG_A =y'");
	assert_refused("CONFIG_=y", "f:1: neither CONFIG_NAME=value nor "
				    "'# CONFIG_NAME is not set': 'CONFIG_=y'");
	assert_refused(" CONFIG_A=y", "f:1: neither CONFIG_NAME=value nor "
				      "'# CONFIG_NAME is not set': ' CONFIG_A=y'");
}

static void nul_byte_is_refused(void **state)
{
	static const char text[] = "CONFIG_A=y\n# CONFIG_B is not set\0or is it\n";
	struct err e = ERR_INIT;
	AUTO_KCONFIG k = KCONFIG_INIT;

	(void)state;
	assert_fails_with(kconfig_add_fragment(&k, text, sizeof(text) - 1, "f", &v6_12, &e),
			  "f: there is a NUL byte in it: it is no text");
}

static void config_of_kbuild_is_read(void **state)
{
	static const char text[] = "#\n"
				   "# Automatically generated file; DO NOT EDIT.\n"
				   "# Linux/x86 6.12.3 Kernel Configuration\n"
				   "#\n"
				   "CONFIG_CC_VERSION_TEXT=\"gcc (Debian 12.2.0-14) 12.2.0\"\n"
				   "# until 1.0\n"
				   "CONFIG_64BIT=y\n"
				   "# CONFIG_MODULES is not set\n";
	struct err e = ERR_INIT;
	AUTO_KCONFIG k = KCONFIG_INIT;

	(void)state;
	assert_ok(kconfig_parse_config(&k, text, sizeof(text) - 1, ".config", &e));
	assert_int_equal(k.n, 3);
	assert_string_equal(kconfig_find(&k, "CC_VERSION_TEXT")->value,
			    "\"gcc (Debian 12.2.0-14) 12.2.0\"");
	assert_string_equal(kconfig_find(&k, "64BIT")->value, "y");
	assert_string_equal(kconfig_find(&k, "MODULES")->value, "n");
	assert_int_equal(kconfig_find(&k, "MODULES")->line, 8);
}

static void verdicts_compare_with_what_was_made(void **state)
{
	static const struct {
		const char *asked, *made;
		enum kconfig_verdict want;
	} rows[] = {
		{"CONFIG_A=y", "CONFIG_A=y", KCONFIG_AS_ASKED},
		{"CONFIG_A=y", "CONFIG_A=m", KCONFIG_CHANGED},
		{"CONFIG_A=m", "CONFIG_A=y", KCONFIG_CHANGED},
		{"CONFIG_A=y", "# CONFIG_A is not set", KCONFIG_LOST},
		{"CONFIG_A=y", "CONFIG_AB=y", KCONFIG_LOST},
		{"CONFIG_A=\"x\"", "CONFIG_A=\"\"", KCONFIG_CHANGED},
		{"# CONFIG_A is not set", "# CONFIG_A is not set", KCONFIG_AS_ASKED},
		{"# CONFIG_A is not set", "", KCONFIG_AS_ASKED},
		{"CONFIG_A=n", "", KCONFIG_AS_ASKED},
		{"# CONFIG_A is not set", "CONFIG_A=y", KCONFIG_FORCED_ON},
		{"# CONFIG_A is not set", "CONFIG_A=m", KCONFIG_FORCED_ON},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct err e = ERR_INIT;
		AUTO_KCONFIG asked = KCONFIG_INIT;
		AUTO_KCONFIG made = KCONFIG_INIT;

		assert_ok(add(&asked, rows[i].asked, "f", "6.12", &e));
		assert_ok(kconfig_parse_config(&made, rows[i].made, strlen(rows[i].made), ".config",
					       &e));
		if (kconfig_judge(&asked, 0, &made) != rows[i].want)
			fail_msg("'%s' that became '%s' is judged %d", rows[i].asked, rows[i].made,
				 (int)kconfig_judge(&asked, 0, &made));
	}
}

static void request_of_a_lower_layer_is_overridden(void **state)
{
	struct err e = ERR_INIT;
	AUTO_KCONFIG asked = KCONFIG_INIT;
	AUTO_KCONFIG made = KCONFIG_INIT;

	(void)state;
	assert_ok(add(&asked, "CONFIG_A=y\nCONFIG_B=y\n", "first", "6.12", &e));
	assert_ok(add(&asked, "CONFIG_A=n\nCONFIG_B=y\n", "second", "6.12", &e));
	assert_ok(kconfig_parse_config(&made, "CONFIG_A=y\n", 11, ".config", &e));
	assert_int_equal(kconfig_judge(&asked, 0, &made), KCONFIG_OVERRIDDEN);
	assert_int_equal(kconfig_judge(&asked, 1, &made), KCONFIG_AS_ASKED);
	assert_int_equal(kconfig_judge(&asked, 2, &made), KCONFIG_FORCED_ON);
	assert_int_equal(kconfig_judge(&asked, 3, &made), KCONFIG_LOST);
}

static void many_options_are_kept(void **state)
{
	struct err e = ERR_INIT;
	AUTO_KCONFIG k = KCONFIG_INIT;
	AUTO_BUF text = BUF_INIT;
	AUTO_BUF got = BUF_INIT;

	(void)state;
	for (int i = 0; i < 1000; i++)
		assert_ok(buf_putf(&text, &e, "CONFIG_N%d=%d\n", i, i));
	assert_ok(add(&k, buf_str(&text), "f", "6.12", &e));
	assert_ok(kconfig_write(&k, &got, &e));
	assert_string_equal(buf_str(&got), buf_str(&text));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(options_are_read_and_written),
		cmocka_unit_test(mark_until_includes_its_version),
		cmocka_unit_test(mark_from_includes_its_version),
		cmocka_unit_test(two_marks_make_a_range),
		cmocka_unit_test(renamed_option_is_no_contradiction),
		cmocka_unit_test(comment_that_begins_like_a_mark_is_a_comment),
		cmocka_unit_test(contradiction_in_one_file_is_refused),
		cmocka_unit_test(later_file_wins),
		cmocka_unit_test(line_that_is_no_option_is_refused),
		cmocka_unit_test(nul_byte_is_refused),
		cmocka_unit_test(config_of_kbuild_is_read),
		cmocka_unit_test(verdicts_compare_with_what_was_made),
		cmocka_unit_test(request_of_a_lower_layer_is_overridden),
		cmocka_unit_test(many_options_are_kept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
