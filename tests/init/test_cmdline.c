#include "test.h"

#include "cmdline.h"
#include "words.h"

static void every_word_is_on_by_default_or_unset(void **state)
{
	struct cmdline c;

	(void)state;
	cmdline_init(&c);
	assert_string_equal(c.host_name, "");
	assert_true(c.shell);
	assert_int_equal(c.grace_ms, CMDLINE_GRACE_UNSET);
}

static void words_set_their_values(void **state)
{
	struct cmdline c;

	(void)state;
	cmdline_init(&c);
	assert_int_equal(cmdline_word(&c, "pideisn.hostname=node-1.lab"), CMDLINE_TAKEN);
	assert_int_equal(cmdline_word(&c, "pideisn.shell=0"), CMDLINE_TAKEN);
	assert_int_equal(cmdline_word(&c, "pideisn.grace=3600"), CMDLINE_TAKEN);
	assert_string_equal(c.host_name, "node-1.lab");
	assert_false(c.shell);
	assert_int_equal(c.grace_ms, 3600000);
}

static void last_of_two_words_counts(void **state)
{
	struct cmdline c;

	(void)state;
	cmdline_init(&c);
	cmdline_word(&c, "pideisn.shell=0");
	cmdline_word(&c, "pideisn.shell=1");
	cmdline_word(&c, "pideisn.hostname=longer-name");
	cmdline_word(&c, "pideisn.hostname=short");
	assert_true(c.shell);
	assert_string_equal(c.host_name, "short");
}

static void words_of_others_are_left_alone(void **state)
{
	static const char *const words[] = {"",
					    "quiet",
					    "console=ttyS0",
					    "pideisn",
					    "--",
					    "xpideisn.shell=0",
					    "PIDEISN.shell=0"};
	struct cmdline c;

	(void)state;
	cmdline_init(&c);
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		assert_int_equal(cmdline_word(&c, words[i]), CMDLINE_FOREIGN);
	assert_true(c.shell);
}

static void misspelt_words_are_unknown(void **state)
{
	static const char *const words[] = {"pideisn.", "pideisn.shel=0", "pideisn.shells=0",
					    "pideisn.shell", "pideisn.=0"};
	struct cmdline c;

	(void)state;
	cmdline_init(&c);
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		assert_int_equal(cmdline_word(&c, words[i]), CMDLINE_UNKNOWN);
}

static void bad_values_change_nothing(void **state)
{
	static const char *const words[] = {
		"pideisn.shell=",     "pideisn.shell=2",      "pideisn.shell=00",
		"pideisn.shell=yes",  "pideisn.grace=",	      "pideisn.grace=-1",
		"pideisn.grace=3601", "pideisn.grace=1.5",    "pideisn.grace=99999999999999999999",
		"pideisn.hostname=",  "pideisn.hostname=a_b", "pideisn.hostname=-a",
	};
	struct cmdline c;

	(void)state;
	cmdline_init(&c);
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		assert_int_equal(cmdline_word(&c, words[i]), CMDLINE_BAD_VALUE);
	assert_string_equal(c.host_name, "");
	assert_true(c.shell);
	assert_int_equal(c.grace_ms, CMDLINE_GRACE_UNSET);
}

static void words_are_split_at_spaces(void **state)
{
	const char *text = "  quiet\tconsole=ttyS0 \n x\n";
	char word[32];

	(void)state;
	assert_true(words_next(&text, word, sizeof(word)));
	assert_string_equal(word, "quiet");
	assert_true(words_next(&text, word, sizeof(word)));
	assert_string_equal(word, "console=ttyS0");
	assert_true(words_next(&text, word, sizeof(word)));
	assert_string_equal(word, "x");
	assert_false(words_next(&text, word, sizeof(word)));
	assert_false(words_next(&text, word, sizeof(word)));
}

static void space_in_quotes_does_not_end_a_word(void **state)
{
	const char *text =
		"dyndbg=\"file a +p; pideisn.shell=0\" pideisn.hostname=\"b\" \"open end";
	char word[64];

	(void)state;
	assert_true(words_next(&text, word, sizeof(word)));
	assert_string_equal(word, "dyndbg=file a +p; pideisn.shell=0");
	assert_true(words_next(&text, word, sizeof(word)));
	assert_string_equal(word, "pideisn.hostname=b");
	assert_true(words_next(&text, word, sizeof(word)));
	assert_string_equal(word, "open end");
	assert_false(words_next(&text, word, sizeof(word)));
}

static void long_word_is_cut_and_the_next_one_whole(void **state)
{
	const char *text = "abcdefgh ij";
	char word[4];

	(void)state;
	assert_true(words_next(&text, word, sizeof(word)));
	assert_string_equal(word, "abc");
	assert_true(words_next(&text, word, sizeof(word)));
	assert_string_equal(word, "ij");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_word_is_on_by_default_or_unset),
		cmocka_unit_test(words_set_their_values),
		cmocka_unit_test(last_of_two_words_counts),
		cmocka_unit_test(words_of_others_are_left_alone),
		cmocka_unit_test(misspelt_words_are_unknown),
		cmocka_unit_test(bad_values_change_nothing),
		cmocka_unit_test(words_are_split_at_spaces),
		cmocka_unit_test(space_in_quotes_does_not_end_a_word),
		cmocka_unit_test(long_word_is_cut_and_the_next_one_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
