#include "unit.h"

#include "base/strv.h"
#include "format/ld_so_conf.h"

#define assert_text(text, want)                             \
	do {                                                \
		AUTO_STRV got_ = STRV_INIT;                 \
		read_conf(text, &got_);                     \
		assert_words(&got_, want, ARRAY_LEN(want)); \
	} while (0)

static void assert_words(const struct strv *got, const char *const *want, size_t n)
{
	assert_int_equal(got->n, n);
	for (size_t i = 0; i < n; i++)
		assert_string_equal(got->v[i], want[i]);
}

static int folder(void *context, const char *path, struct err *e)
{
	return strv_addf(context, e, "folder %s", path);
}

static int include(void *context, const char *pattern, struct err *e)
{
	return strv_addf(context, e, "include %s", pattern);
}

static void read_conf(const char *text, struct strv *got)
{
	const struct ld_so_conf_reader reader = {got, folder, include};
	struct err e = ERR_INIT;

	assert_ok(ld_so_conf_parse(text, strlen(text), &reader, &e));
}

static void folders_stand_one_a_line(void **state)
{
	static const char *const want[] = {"folder /usr/local/lib", "folder /opt/a b", "folder /"};

	(void)state;
	assert_text("# libc default configuration\n/usr/local/lib\n\n \t/opt/a b/ # c\n/", want);
}

static void includes_are_patterns(void **state)
{
	static const char *const want[] = {"include /etc/ld.so.conf.d/*.conf", "include a.conf",
					   "include b"};

	(void)state;
	assert_text("include /etc/ld.so.conf.d/*.conf\ninclude a.conf\tb\n", want);
}

static void what_ldconfig_passes_over_is_passed_over(void **state)
{
	static const char *const want[] = {"folder /x", "folder /y"};

	(void)state;
	assert_text("relative\nhwcap 0 nosegneg\nincluded\n/x=libc6\n/y\r\n", want);
}

static void musl_has_its_own_form(void **state)
{
	static const char text[] = "/lib/x86_64-linux-musl:/a\n/b c\n::relative\n";
	static const char *const want[] = {"/lib/x86_64-linux-musl", "/a", "/b c"};
	AUTO_STRV got = STRV_INIT;
	struct err e = ERR_INIT;

	(void)state;
	assert_ok(ld_musl_path_parse(text, strlen(text), &got, &e));
	assert_words(&got, want, ARRAY_LEN(want));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(folders_stand_one_a_line),
		cmocka_unit_test(includes_are_patterns),
		cmocka_unit_test(what_ldconfig_passes_over_is_passed_over),
		cmocka_unit_test(musl_has_its_own_form),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
