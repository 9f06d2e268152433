#include "unit.h"

#include "base/path.h"

static void assert_joined(const char *folder, const char *name, const char *want)
{
	struct err e = ERR_INIT;
	AUTO_FREE char *got = NULL;

	assert_ok(path_join(folder, name, &got, &e));
	assert_string_equal(got, want);
}

static void assert_folder(const char *path, const char *want)
{
	struct err e = ERR_INIT;
	AUTO_FREE char *got = NULL;

	assert_ok(path_folder(path, &got, &e));
	assert_string_equal(got, want);
}

static void name_is_put_behind_its_folder(void **state)
{
	(void)state;
	assert_joined("a", "b", "a/b");
	assert_joined("a/", "b", "a/b");
	assert_joined("/", "b", "/b");
	assert_joined("../a", "b/c", "../a/b/c");
	assert_joined("a", "", "a/");
}

static void absolute_name_stands_alone(void **state)
{
	(void)state;
	assert_joined("a", "/b", "/b");
	assert_joined("", "b", "b");
	assert_joined(".", "b", "b");
}

static void base_is_behind_the_last_slash(void **state)
{
	(void)state;
	assert_string_equal(path_base("a/b/c"), "c");
	assert_string_equal(path_base("c"), "c");
	assert_string_equal(path_base("/c"), "c");
	assert_string_equal(path_base("c/"), "");
	assert_string_equal(path_base(""), "");
}

static void folder_is_before_the_last_slash(void **state)
{
	(void)state;
	assert_folder("a/b/c", "a/b");
	assert_folder("/a", "/");
	assert_folder("/", "/");
	assert_folder("a", ".");
	assert_folder("", ".");
	assert_folder("a/", "a");
}

static void assert_plain(const char *path, const char *want)
{
	struct err e = ERR_INIT;
	AUTO_FREE char *got = NULL;

	assert_ok(path_without_dots(path, &got, &e));
	assert_string_equal(got, want);
}

static void dots_take_a_name_away(void **state)
{
	(void)state;
	assert_plain("/a/b", "/a/b");
	assert_plain("/a/../b", "/b");
	assert_plain("/a/b/../../c/./d/", "/c/d");
	assert_plain("//a///b", "/a/b");
	assert_plain("/../../a", "/a");
	assert_plain("/a/..", "");
	assert_plain("/..a/b..", "/..a/b..");
}

static void suffix_is_at_the_end(void **state)
{
	(void)state;
	assert_true(text_ends_with("x.conf", ".conf"));
	assert_true(text_ends_with(".conf", ".conf"));
	assert_true(text_ends_with("x", ""));
	assert_false(text_ends_with("conf", ".conf"));
	assert_false(text_ends_with("x.conf~", ".conf"));
	assert_false(text_ends_with("", "x"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(name_is_put_behind_its_folder),
		cmocka_unit_test(absolute_name_stands_alone),
		cmocka_unit_test(base_is_behind_the_last_slash),
		cmocka_unit_test(folder_is_before_the_last_slash),
		cmocka_unit_test(dots_take_a_name_away),
		cmocka_unit_test(suffix_is_at_the_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
