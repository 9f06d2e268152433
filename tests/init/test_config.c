#include "test.h"

#include "both_programs.h"
#include "corpus.h"
#include "shared/words.h"

#include <stdbool.h>

static struct settings settings;
static struct config config;
static char heard[CORPUS_BYTES];

static void on_verdict(void *data, const char *sentence)
{
	corpus_say(data, sentence);
}

static int set_up(void **state)
{
	(void)state;
	heard[0] = '\0';
	settings = (struct settings){0};
	config_init(&config, &config_grammar, &settings, &settings.text);
	config.verdict = on_verdict;
	config.data = heard;
	return 0;
}

static void feed(const char *name, const char *text, size_t len)
{
	config_begin(&config, name);
	config_feed(&config, text, len);
	config_finish(&config);
}

static void try_whole(const char *name, const char *text, size_t len, char *said)
{
	static struct both both;

	both_begin(&both, name);
	both_feed(&both, text, len);
	both_check(&both);
	both_tell(&both, on_verdict, said);
}

static void try_byte_by_byte(const char *name, const char *text, size_t len, char *said)
{
	static struct both both;

	both_begin(&both, name);
	for (size_t i = 0; i < len; i++)
		both_feed(&both, text + i, 1);
	both_check(&both);
	both_tell(&both, on_verdict, said);
}

static void every_file_of_the_corpus_gets_its_verdict(void **state)
{
	(void)state;
	corpus_run(".conf", try_whole);
	corpus_run(".conf", try_byte_by_byte);
}

static void try_words(const char *name, const char *text, size_t len, char *said)
{
	static struct both both;
	char word[1024];

	(void)len;
	both_begin(&both, name);
	while (words_next(&text, word, sizeof(word)))
		both_word(&both, word);
	both_tell(&both, on_verdict, said);
}

static void every_command_line_of_the_corpus_gets_its_verdict(void **state)
{
	(void)state;
	corpus_run(".cmdline", try_words);
}

/* Whether "key = value", with a value, stands below its section's head in all-keys.conf. */
static bool corpus_sets(const struct config_grammar *g, const struct config_key *key,
			const char *text)
{
	char line[1024];
	char word[64];
	bool inside = false;

	while (sscanf(text, " %1023[^\n]", line) == 1) {
		size_t name = strlen(key->name);

		if (sscanf(line, "[ %63[a-z]", word) == 1)
			inside = strcmp(word, g->sections[key->section].name) == 0;
		else if (inside && strncmp(line, key->name, name) == 0 &&
			 strspn(line + name, " =") > 0 && line[name + strspn(line + name, " =")])
			return true;
		text = strstr(text, line) + strlen(line);
	}
	return false;
}

static void every_key_is_in_the_corpus(void **state)
{
	static const struct config_grammar *const grammars[] = {&config_grammar, &network_grammar};
	static char text[CORPUS_BYTES];

	(void)state;
	corpus_read("all-keys.conf", text);
	for (size_t n = 0; n < 2; n++) {
		const struct config_grammar *g = grammars[n];

		for (size_t i = 0; i < g->keys_count; i++)
			if (!corpus_sets(g, &g->keys[i], text))
				fail_msg("all-keys.conf does not set %s of [%s]", g->keys[i].name,
					 g->sections[g->keys[i].section].name);
	}
}

static void list_is(const char *list, const char *const *words)
{
	for (; *words != NULL; words++, list += strlen(list) + 1)
		assert_string_equal(list, *words);
	assert_string_equal(list, "");
}

static void values_are_what_the_file_says(void **state)
{
	static char text[CORPUS_BYTES];
	const struct service_settings *web = &settings.service[0];

	(void)state;
	feed("all-keys.conf", text, corpus_read("all-keys.conf", text));
	assert_string_equal(settings.system.host_name, "node-1.lab");
	assert_int_equal(settings.system.shell, 0);
	assert_int_equal(settings.system.grace_ms, 5000);
	assert_string_equal(web->name, "web");
	list_is(web->exec, (const char *const[]){"/usr/sbin/web", "--listen", "[::1]:80",
						 "two words", "back slash", NULL});
	list_is(web->environment, (const char *const[]){"A=1", "B=two words", "C=", NULL});
	list_is(web->after, (const char *const[]){"network", "store", NULL});
	assert_int_equal(web->ready, READY_NOTIFY);
	assert_int_equal(web->restart, RESTART_ON_FAILURE);
	assert_int_equal(web->backoff_min_ms, 1);
	assert_int_equal(web->backoff_max_ms, 120000);
	assert_int_equal(web->good_run_ms, 3600000);
	assert_int_equal(web->restart_window_ms, 60000);
	assert_int_equal(web->on_give_up, GIVE_UP_REBOOT);
	assert_int_equal(web->stop_signal, 2);
	assert_int_equal(web->grace_ms, 0);
	assert_int_equal(web->watchdog_ms, 1500);
	assert_int_equal(web->output, OUTPUT_LOG);
	assert_int_equal(web->oom_score_adjust, -500);
	assert_int_equal(web->memory_max, 512 << 20);
	assert_int_equal(web->cpu_max, 150);
	assert_int_equal(web->pids_max, 64);
	assert_string_equal(settings.service[1].name, "store");
	assert_int_equal(settings.service[1].grace_ms, 10000);
	assert_int_equal(settings.service[1].memory_max, SETTING_UNSET);
	assert_int_equal(settings.service[1].stop_signal, 12);
	assert_null(settings.service[2].name);
}

static void links_are_what_the_file_says(void **state)
{
	static char text[CORPUS_BYTES];
	static struct both both;
	const struct link_settings *link = both.network_settings.link;

	(void)state;
	both_begin(&both, "all-keys.conf");
	both_feed(&both, text, corpus_read("all-keys.conf", text));
	both_check(&both);
	both_tell(&both, on_verdict, heard);
	assert_string_equal(heard, "");
	assert_int_equal(both.network_settings.system.network, 0);
	assert_int_equal(both.network_settings.system.has_a_name, 1);
	assert_string_equal(link->name, "uplink.5");
	assert_int_equal(link->kind, LINK_VLAN);
	assert_string_equal(link->device, "uplink");
	assert_int_equal(link->vlan, 5);
	list_is(link->address, (const char *const[]){"192.0.2.5/24", "2001:db8::5/64", NULL});
	list_is(link->search, (const char *const[]){"lab.example", "_x.net", NULL});
	assert_int_equal(link->dhcp4, LINK_DHCP4_NO);
	assert_int_equal(link->dhcp6, LINK_DHCP6_STATELESS);
	assert_int_equal(link->accept_ra, 0);
	assert_int_equal(link->mtu, 1500);
	assert_int_equal(link->metric, 100);
	assert_null(link[1].name);
}

static void what_is_not_set_is_as_documented(void **state)
{
	const char text[] = "[service x]\nexec = /bin/x\n";
	const struct service_settings *x = &settings.service[0];

	(void)state;
	feed("x", text, strlen(text));
	assert_null(settings.system.host_name);
	assert_int_equal(settings.system.shell, 1);
	assert_int_equal(settings.system.grace_ms, SETTING_UNSET);
	assert_int_equal(settings.system.ready_port, 1025);
	assert_int_equal(x->ready, READY_START);
	assert_int_equal(x->restart, RESTART_ALWAYS);
	assert_int_equal(x->backoff_min_ms, 250);
	assert_int_equal(x->backoff_max_ms, 30000);
	assert_int_equal(x->good_run_ms, 10000);
	assert_int_equal(x->on_give_up, GIVE_UP_STAY);
	assert_int_equal(x->stop_signal, 15);
	assert_int_equal(x->grace_ms, 10000);
	assert_int_equal(x->memory_max, SETTING_UNSET);
	assert_int_equal(x->keep_children, 0);
}

static void later_file_changes_what_it_names_only(void **state)
{
	const char first[] = "[service x]\nexec = /bin/x\ngrace = 1\n[system]\nhostname = a\n";
	const char second[] = "[service x]\ngrace = 2\n[system]\nhostname =\n";

	(void)state;
	feed("1.conf", first, strlen(first));
	feed("2.conf", second, strlen(second));
	assert_string_equal(settings.service[0].exec, "/bin/x");
	assert_int_equal(settings.service[0].grace_ms, 2000);
	assert_null(settings.system.host_name);
	assert_string_equal(heard, "");
}

static void words_of_the_command_line_override(void **state)
{
	static const char *const words[] = {"pideisn.hostname=node-1", "pideisn.shell=0",
					    "pideisn.shell=1", "pideisn.service.a.b.exec=/bin/x y",
					    "pideisn.service.a.b.grace=3600"};

	(void)state;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		assert_true(config_word(&config, words[i]));
	assert_string_equal(heard, "");
	assert_string_equal(settings.system.host_name, "node-1");
	assert_int_equal(settings.system.shell, 1);
	assert_string_equal(settings.service[0].name, "a.b");
	list_is(settings.service[0].exec, (const char *const[]){"/bin/x", "y", NULL});
	assert_int_equal(settings.service[0].grace_ms, 3600000);
}

static void words_of_others_are_left_alone(void **state)
{
	static const char *const words[] = {"",	  "quiet", "console=ttyS0",    "pideisn",
					    "--", "a=b",   "xpideisn.shell=0", "PIDEISN.shell=0"};

	(void)state;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		assert_false(config_word(&config, words[i]));
	assert_string_equal(heard, "");
	assert_int_equal(settings.system.shell, 1);
}

static void wrong_words_are_told_and_change_nothing(void **state)
{
	static const struct {
		const char *word;
		const char *sentence;
	} cases[] = {
		{"pideisn.", "'pideisn.' is not pideisn.KEY=VALUE"},
		{"pideisn.=0", "'pideisn.=0' is not pideisn.KEY=VALUE"},
		{"pideisn.shell", "'pideisn.shell' is not pideisn.KEY=VALUE"},
		{"pideisn.shel=0", "unknown key 'shel' in [system]"},
		{"pideisn.service=x", "unknown key 'service' in [system]"},
		{"pideisn.shell=2", "shell: '2' is not yes or no"},
		{"pideisn.shell=00", "shell: '00' is not yes or no"},
		{"pideisn.grace=-1", "grace: '-1' is not a time from 0 ms to 3600 s"},
		{"pideisn.hostname=a_b", "hostname: 'a_b' is not a host name"},
		{"pideisn.service.grace=1",
		 "section [service] needs a name, its lines are skipped"},
		{"pideisn.system.x.shell=0",
		 "section [system] takes no name, its lines are skipped"},
		{"pideisn.color.red=1", "unknown section [color], its lines are skipped"},
		{"pideisn..=1", "unknown section [], its lines are skipped"},
	};
	char wanted[200];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		heard[0] = '\0';
		assert_true(config_word(&config, cases[i].word));
		snprintf(wanted, sizeof(wanted), "command line: %s\n", cases[i].sentence);
		assert_string_equal(heard, wanted);
	}
	assert_null(settings.system.host_name);
	assert_int_equal(settings.system.shell, 1);
	assert_int_equal(settings.system.grace_ms, SETTING_UNSET);
	assert_null(settings.service[0].name);
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

static void built_in_services_are_those_of_the_corpus(void **state)
{
	static char text[CORPUS_BYTES];

	(void)state;
	corpus_read("built-in.conf", text);
	assert_string_equal(config_built_in, text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(every_file_of_the_corpus_gets_its_verdict, set_up),
		cmocka_unit_test_setup(every_command_line_of_the_corpus_gets_its_verdict, set_up),
		cmocka_unit_test_setup(every_key_is_in_the_corpus, set_up),
		cmocka_unit_test_setup(values_are_what_the_file_says, set_up),
		cmocka_unit_test_setup(links_are_what_the_file_says, set_up),
		cmocka_unit_test_setup(what_is_not_set_is_as_documented, set_up),
		cmocka_unit_test_setup(later_file_changes_what_it_names_only, set_up),
		cmocka_unit_test_setup(words_of_the_command_line_override, set_up),
		cmocka_unit_test_setup(words_of_others_are_left_alone, set_up),
		cmocka_unit_test_setup(wrong_words_are_told_and_change_nothing, set_up),
		cmocka_unit_test(words_are_split_at_spaces),
		cmocka_unit_test(space_in_quotes_does_not_end_a_word),
		cmocka_unit_test(long_word_is_cut_and_the_next_one_whole),
		cmocka_unit_test(built_in_services_are_those_of_the_corpus),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
