#include "unit.h"

#include "../init/corpus.h"
#include "format/pideisn_conf.h"
#include "format/pideisn_keys.h"

static void read_file(const char *name, const char *text, size_t len, char *said)
{
	AUTO_PIDEISN_CONF conf = NULL;
	const struct strv *verdicts;
	struct err e = ERR_INIT;

	assert_int_equal(pideisn_conf_new(&conf, &e), 0);
	assert_int_equal(pideisn_conf_read(conf, name, text, len, &e), 0);
	assert_int_equal(pideisn_conf_check(conf, &e), 0);
	verdicts = pideisn_conf_verdicts(conf);
	for (size_t i = 0; i < verdicts->n; i++)
		corpus_say(said, verdicts->v[i]);
}

static void every_file_of_the_corpus_gets_its_verdict(void **state)
{
	(void)state;
	corpus_run(".conf", read_file);
}

/* PID 1 gives no hint. */
static void read_words(const char *name, const char *text, size_t len, char *said)
{
	AUTO_PIDEISN_CONF conf = NULL;
	const struct strv *verdicts;
	struct err e = ERR_INIT;

	(void)name;
	(void)len;
	assert_int_equal(pideisn_conf_new(&conf, &e), 0);
	assert_int_equal(pideisn_conf_words(conf, "command line", false, text, &e), 0);
	verdicts = pideisn_conf_verdicts(conf);
	for (size_t i = 0; i < verdicts->n; i++) {
		char *hint = strstr(verdicts->v[i], ": did you mean ");

		if (!hint)
			hint = strstr(verdicts->v[i], ": known are ");
		if (hint)
			*hint = '\0';
		corpus_say(said, verdicts->v[i]);
	}
}

static void every_command_line_of_the_corpus_gets_its_verdict(void **state)
{
	(void)state;
	corpus_run(".cmdline", read_words);
}

static void wrong_word_is_named_by_its_line_with_what_may_be_meant(void **state)
{
	static const char text[] = "console=ttyS0\nquiet pideisn.shel=no\n"
				   "pideisn.servce.web.grace=3s pideisn.state.xyzzy=1\n";
	static const char *const wanted[] = {
		"c.txt:2: unknown key 'shel' in [system]: did you mean 'shell'?",
		"c.txt:3: unknown section [servce], its lines are skipped: did you mean 'service'?",
		"c.txt:3: unknown key 'xyzzy' in [state]: known are device create wait",
	};
	AUTO_PIDEISN_CONF conf = NULL;
	const struct strv *verdicts;
	struct err e = ERR_INIT;

	(void)state;
	assert_int_equal(pideisn_conf_new(&conf, &e), 0);
	assert_int_equal(pideisn_conf_words(conf, "c.txt", true, text, &e), 0);
	verdicts = pideisn_conf_verdicts(conf);
	assert_int_equal(verdicts->n, 3);
	for (size_t i = 0; i < 3; i++)
		assert_string_equal(verdicts->v[i], wanted[i]);
}

static void words_of_pid_1_are_told_from_others(void **state)
{
	(void)state;
	assert_true(pideisn_conf_has_words("quiet \"pideisn.shell=no\""));
	assert_false(pideisn_conf_has_words("quiet x.pideisn.shell=no dyndbg=\"a pideisn.b\""));
	assert_false(pideisn_conf_has_words(""));
}

static void later_file_changes_a_service_of_an_earlier_one(void **state)
{
	const char first[] = "[service a]\nexec = /bin/a\n[service b]\nexec = /bin/b\nafter = a\n";
	const char second[] = "[service a]\nexec =\n";
	AUTO_PIDEISN_CONF conf = NULL;
	struct err e = ERR_INIT;

	(void)state;
	assert_int_equal(pideisn_conf_new(&conf, &e), 0);
	assert_int_equal(pideisn_conf_read(conf, "1.conf", first, strlen(first), &e), 0);
	assert_int_equal(pideisn_conf_read(conf, "2.conf", second, strlen(second), &e), 0);
	assert_int_equal(pideisn_conf_check(conf, &e), 0);
	assert_int_equal(pideisn_conf_verdicts(conf)->n, 2);
	assert_string_equal(pideisn_conf_verdicts(conf)->v[0],
			    "service a: has no exec, it is left out");
	assert_string_equal(pideisn_conf_verdicts(conf)->v[1],
			    "service b: there is no 'a' to start after");
}

static void built_in_services_are_those_of_the_corpus(void **state)
{
	static char text[CORPUS_BYTES];

	(void)state;
	corpus_read("built-in.conf", text);
	assert_string_equal(pideisn_built_in, text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_file_of_the_corpus_gets_its_verdict),
		cmocka_unit_test(every_command_line_of_the_corpus_gets_its_verdict),
		cmocka_unit_test(wrong_word_is_named_by_its_line_with_what_may_be_meant),
		cmocka_unit_test(words_of_pid_1_are_told_from_others),
		cmocka_unit_test(later_file_changes_a_service_of_an_earlier_one),
		cmocka_unit_test(built_in_services_are_those_of_the_corpus),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
