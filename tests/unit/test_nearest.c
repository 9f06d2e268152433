#include "unit.h"

#include "base/nearest.h"

static const char *const names[] = {"build", "kernel", "menuconfig", "initramfs", "uki",
				    "run",   "clean",  "inspect",    "check",	  NULL};

static void assert_nearest(const char *word, const char *want)
{
	const char *got = nearest_name(word, names);

	if (!want)
		assert_null(got);
	else if (!got)
		fail_msg("nothing is near '%s'", word);
	else
		assert_string_equal(got, want);
}

static void one_edit_is_forgiven(void **state)
{
	(void)state;
	assert_nearest("buil", "build");
	assert_nearest("buildd", "build");
	assert_nearest("byild", "build");
	assert_nearest("biuld", "build");
	assert_nearest("uik", "uki");
	assert_nearest("uki", "uki");
}

static void longer_words_may_differ_more(void **state)
{
	(void)state;
	assert_nearest("inintramfs", "initramfs");
	assert_nearest("initrmf", "initramfs");
	assert_nearest("menucnofg", "menuconfig");
}

static void what_is_far_is_not_suggested(void **state)
{
	static const char *const none[] = {NULL};

	(void)state;
	assert_nearest("deploy", NULL);
	assert_nearest("install", NULL);
	assert_nearest("", NULL);
	assert_null(nearest_name("build", none));
}

static void nearest_of_several_wins(void **state)
{
	static const char *const close[] = {"layers-x", "layer", "layers", NULL};

	(void)state;
	assert_string_equal(nearest_name("layerss", close), "layers");
	assert_string_equal(nearest_name("laye", close), "layer");
}

static void very_long_words_are_left_alone(void **state)
{
	char word[101], candidate[101];
	const char *const candidates[] = {candidate, "build", NULL};

	(void)state;
	memset(word, 'x', 100);
	memset(candidate, 'x', 100);
	word[100] = candidate[100] = '\0';
	assert_null(nearest_name(word, candidates));
	assert_string_equal(nearest_name("bild", candidates), "build");
	word[40] = candidate[40] = '\0';
	word[0] = 'y';
	assert_ptr_equal(nearest_name(word, candidates), candidate);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_edit_is_forgiven),
		cmocka_unit_test(longer_words_may_differ_more),
		cmocka_unit_test(what_is_far_is_not_suggested),
		cmocka_unit_test(nearest_of_several_wins),
		cmocka_unit_test(very_long_words_are_left_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
