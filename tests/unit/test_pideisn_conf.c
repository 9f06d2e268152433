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
	corpus_run(read_file);
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
		cmocka_unit_test(later_file_changes_a_service_of_an_earlier_one),
		cmocka_unit_test(built_in_services_are_those_of_the_corpus),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
