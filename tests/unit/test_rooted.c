#include "scratch.h"

#include "base/path.h"
#include "host/rooted.h"

/* The folder "s" is a system of its own; what its links mean is meant inside of it. */
static void make_system(void)
{
	assert_int_equal(mkdir("s", 0755) + mkdir("s/lib", 0755) + mkdir("s/etc", 0755), 0);
	put_text("s/lib/real", "1");
	assert_int_equal(symlink("/lib/real", "s/absolute"), 0);
	assert_int_equal(symlink("../../../lib/real", "s/etc/up"), 0);
	assert_int_equal(symlink("nothing", "s/etc/broken"), 0);
	assert_int_equal(symlink("round", "s/etc/round"), 0);
}

static void assert_found(const char *root, const char *path, const char *want)
{
	struct err e = ERR_INIT;
	AUTO_FREE char *got = NULL;

	assert_ok(rooted_find(root, path, &got, &e));
	if (!want) {
		assert_null(got);
		return;
	}
	assert_non_null(got);
	assert_true(text_ends_with(got, want));
}

static void links_stay_in_the_root(void **state)
{
	(void)state;
	make_system();
	assert_found("s", "/lib/real", "/s/lib/real");
	assert_found("s", "/absolute", "/s/lib/real");
	assert_found("s", "/etc/up", "/s/lib/real");
	assert_found("s", "/../../../lib/real", "/s/lib/real");
}

static void what_is_not_there_is_no_error(void **state)
{
	struct err e = ERR_INIT;
	AUTO_FREE char *got = NULL;

	(void)state;
	make_system();
	assert_found("s", "/etc/broken", NULL);
	assert_found("s", "/etc/round", NULL);
	assert_found("s", "/lib/real/below", NULL);
	assert_found(NULL, "/no/such/file", NULL);
	assert_found(NULL, "s/lib/real", "s/lib/real");
	assert_fails_with(rooted_find("nowhere", "/x", &got, &e),
			  "open folder 'nowhere': No such file or directory");
}

static void names_match_in_order(void **state)
{
	struct err e = ERR_INIT;
	AUTO_STRV got = STRV_INIT;

	(void)state;
	make_system();
	put_text("s/etc/b.conf", "");
	put_text("s/etc/a.conf", "");
	put_text("s/etc/.c.conf", "");
	put_text("s/etc/d.config", "");
	assert_ok(rooted_match("s", "/etc/*.conf", &got, &e));
	assert_int_equal(got.n, 2);
	assert_string_equal(got.v[0], "/etc/a.conf");
	assert_string_equal(got.v[1], "/etc/b.conf");
	assert_ok(rooted_match("s", "/absolute", &got, &e));
	assert_string_equal(got.v[2], "/absolute");
	assert_ok(rooted_match("s", "/nowhere/*", &got, &e));
	assert_int_equal(got.n, 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		scratch_test(links_stay_in_the_root),
		scratch_test(what_is_not_there_is_no_error),
		scratch_test(names_match_in_order),
	};

	return cmocka_run_group_tests(tests, scratch_enter, scratch_leave);
}
