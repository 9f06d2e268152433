#include "format/linux_version.h"

#include "unit.h"

static struct linux_version v;

static void put(const char *text)
{
	struct err e = ERR_INIT;

	linux_version_init(&v);
	if (sink_put(&v.sink, text, strlen(text), &e) < 0)
		assert_true(v.found);
}

static void release_is_found_in_the_banner(void **state)
{
	static const struct {
		const char *text, *release;
	} cases[] = {
		{"xxLinux version 6.12.1-arch1+ (me@here) (gcc) #1 SMP", "6.12.1-arch1+"},
		{"Linux version %s (%s@%s) Linux version 5.10.0 (a@b)", "5.10.0"},
		{"Linux version 6.1 (", "6.1"},
		{"Linux version 6.1", ""},
		{"Linux version 6.1 x", ""},
		{"Linux version 61 (", ""},
		{"Linux version  (", ""},
		{"", ""},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		put(cases[i].text);
		assert_string_equal(v.release, cases[i].release);
		assert_int_equal(v.found, cases[i].release[0] != '\0');
	}
}

static void too_long_a_release_is_none(void **state)
{
	char text[256];

	(void)state;
	for (size_t len = 126; len <= 127; len++) {
		snprintf(text, sizeof(text), "Linux version 6.%0*d (", (int)len, 0);
		put(text);
		assert_int_equal(v.found, len == 126);
	}
}

/* Wherever the pieces and the window cut it. */
static void release_may_be_cut_anywhere(void **state)
{
	static const char banner[] = "Linux version 6.12.1 (me@here)";
	static char text[LINUX_VERSION_WINDOW * 2];
	struct err e = ERR_INIT;

	(void)state;
	for (size_t at = LINUX_VERSION_WINDOW - 200; at < LINUX_VERSION_WINDOW + 10; at++) {
		memset(text, 'x', sizeof(text));
		memcpy(text + at, banner, sizeof(banner));
		linux_version_init(&v);
		assert_int_equal(sink_put(&v.sink, text, sizeof(text), &e), -1);
		assert_string_equal(v.release, "6.12.1");
	}
	for (size_t cut = 0; cut <= sizeof(banner); cut++) {
		int r;

		linux_version_init(&v);
		r = sink_put(&v.sink, banner, cut, &e);
		if (r == 0)
			r = sink_put(&v.sink, banner + cut, sizeof(banner) - cut, &e);
		assert_int_equal(r, -1);
		assert_string_equal(v.release, "6.12.1");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(release_is_found_in_the_banner),
		cmocka_unit_test(too_long_a_release_is_none),
		cmocka_unit_test(release_may_be_cut_anywhere),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
