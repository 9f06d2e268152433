#include "format/ukify_config.h"

#include "unit.h"

static void parse(const char *text, struct ukify_config *c)
{
	struct err e = ERR_INIT;

	assert_ok(ukify_config_parse(text, strlen(text), "f", c, &e));
}

static void keys_become_options(void **state)
{
	AUTO_UKIFY_CONFIG c = UKIFY_CONFIG_INIT;

	(void)state;
	parse("[UKI]\nLinux=/boot/k\nInitrd=a b\n\tc\n[PCRSignature:one]\nPhases=x\n", &c);
	assert_int_equal(c.n, 3);
	assert_string_equal(c.settings[0].option, "linux");
	assert_string_equal(c.settings[0].value, "/boot/k");
	assert_int_equal(c.settings[0].line, 2);
	assert_false(c.settings[0].is_words);
	assert_string_equal(c.settings[1].option, "initrd");
	assert_string_equal(c.settings[1].value, "a b\nc");
	assert_true(c.settings[1].is_words);
	assert_string_equal(c.settings[2].option, "phases");
	assert_int_equal(c.unknown.n, 0);
}

/* As Python's configparser has it with inline_comment_prefixes='#'. */
static void comments_end_at_the_line(void **state)
{
	static const struct {
		const char *text, *value;
	} cases[] = {
		{"[UKI]\nCmdline=a # b\n", "a"},
		{"[UKI]\nCmdline=a#b\n", "a#b"},
		{"[UKI]\nCmdline=# b\n", ""},
		{"[UKI]\nCmdline=a # b\n  c # d\n", "a\nc"},
		{"[UKI]\nCmdline=a\n  # b\n  c\n", "a\nc"},
		{"[UKI]\nCmdline=a ; b\n", "a ; b"},
		{"[UKI]\nCmdline=a=\"b # c\"\n", "a=\"b"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		AUTO_UKIFY_CONFIG c = UKIFY_CONFIG_INIT;

		parse(cases[i].text, &c);
		assert_int_equal(c.n, 1);
		assert_string_equal(c.settings[0].value, cases[i].value);
	}
}

static void unknown_settings_are_told(void **state)
{
	AUTO_UKIFY_CONFIG c = UKIFY_CONFIG_INIT;
	struct err e = ERR_INIT;

	(void)state;
	parse("[UKI]\nlinux=k\n[Uki]\nLinux=k\n[PCRSignature:x]\nLinux=k\n", &c);
	assert_int_equal(c.n, 0);
	assert_int_equal(c.unknown.n, 3);
	assert_string_equal(c.unknown.v[0], "f:2: unknown setting [UKI] linux=");
	assert_string_equal(c.unknown.v[1], "f:4: unknown setting [Uki] Linux=");
	assert_string_equal(c.unknown.v[2], "f:6: unknown setting [PCRSignature:x] Linux=");
	assert_fails_with(ukify_config_parse("[UKI]\nx\n", 8, "f", &c, &e),
			  "f:2: neither [section] nor key = value: 'x'");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keys_become_options),
		cmocka_unit_test(comments_end_at_the_line),
		cmocka_unit_test(unknown_settings_are_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
