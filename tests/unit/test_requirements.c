#include "scratch.h"

#include "stage/requirements.h"

static void put_rows(const char *text)
{
	if (mkdir("config", 0755) < 0)
		assert_int_equal(access("config", F_OK), 0);
	put_text("config/requirements", text);
}

static void assert_refused(const char *text, const char *sentence)
{
	struct err e = ERR_INIT;
	AUTO_REQUIREMENTS r = REQUIREMENTS_INIT;

	put_rows(text);
	assert_fails_with(requirements_look(NULL, &r, &e), sentence);
	assert_null(r.v);
}

static void rows_are_read(void **state)
{
	struct err e = ERR_INIT;
	AUTO_REQUIREMENTS r = REQUIREMENTS_INIT;

	(void)state;
	put_rows("# comment\n"
		 "\n"
		 "  \t\n"
		 "dash  program:sh\tself,kernel   runs  scripts\n"
		 "a|b   file:/no/such/*  run  a reason");
	assert_ok(requirements_look(NULL, &r, &e));
	assert_int_equal(r.n, 2);
	assert_int_equal(r.missing, 1);
	assert_string_equal(r.v[0].package, "dash");
	assert_string_equal(r.v[0].kind, "program");
	assert_string_equal(r.v[0].name, "sh");
	assert_string_equal(r.v[0].roles, "self,kernel");
	assert_string_equal(r.v[0].reason, "runs  scripts");
	assert_false(r.v[0].missing);
	assert_string_equal(r.v[1].package, "a|b");
	assert_string_equal(r.v[1].name, "/no/such/*");
	assert_string_equal(r.v[1].reason, "a reason");
	assert_true(r.v[1].missing);
}

static void bad_rows_are_refused(void **state)
{
	static const char fields[] =
		"config/requirements:2: a row is: package kind:name roles reason";

	(void)state;
	assert_refused("# 1\ndash\n", fields);
	assert_refused("# 1\ndash program:sh self\n", fields);
	assert_refused("# 1\ndash program:sh self  \n", fields);
	assert_refused("dash sh self why\n", "config/requirements:1: 'sh' is not kind:name");
	assert_refused("dash program: self why\n",
		       "config/requirements:1: 'program:' is not kind:name");
	assert_refused("\n\ndash tool:sh self why\n",
		       "config/requirements:3: 'tool' is neither program, library, header nor "
		       "file");
}

static void missing_file_says_where_to_run(void **state)
{
	struct err e = ERR_INIT;
	AUTO_REQUIREMENTS r = REQUIREMENTS_INIT;

	(void)state;
	assert_fails_with(requirements_look(NULL, &r, &e),
			  "run mvirt-mkos in a project's folder, or give it with -C: open "
			  "'config/requirements': No such file or directory");
}

static bool is_missing(const char *thing)
{
	struct err e = ERR_INIT;
	AUTO_REQUIREMENTS r = REQUIREMENTS_INIT;
	AUTO_BUF row = BUF_INIT;

	assert_ok(buf_putf(&row, &e, "package %s self why\n", thing));
	put_rows(buf_str(&row));
	assert_ok(requirements_look(NULL, &r, &e));
	assert_int_equal(r.n, 1);
	return r.v[0].missing;
}

static void each_kind_is_looked_for(void **state)
{
	(void)state;
	put_folder("d");
	put_text("d/linux-source-6.12.tar.xz", "");
	put_program("d/tool", "#!/bin/sh\n");
	assert_false(is_missing("program:sh"));
	assert_false(is_missing("program:d/tool"));
	assert_true(is_missing("program:no-such-program-of-ours"));
	assert_true(is_missing("program:d/linux-source-6.12.tar.xz"));
	assert_false(is_missing("library:libc.so.6"));
	assert_true(is_missing("library:libno-such-library.so.1"));
	assert_false(is_missing("header:stdio.h"));
	assert_false(is_missing("header:sys/types.h"));
	assert_true(is_missing("header:no/such/header.h"));
	assert_false(is_missing("file:d/linux-source-*.tar.xz"));
	assert_false(is_missing("file:d/linux-source-6.12.tar.xz"));
	assert_true(is_missing("file:d/linux-source-*.tar.gz"));
}

static void only_rows_of_the_roles_are_looked_for(void **state)
{
	static const char *const run[] = {"run", NULL};
	static const char *const ker[] = {"ker", "kernels", NULL};
	static const char *const several[] = {"self", "kernel", NULL};
	struct err e = ERR_INIT;

	(void)state;
	put_rows("a program:no-such-a self,kernel why\n"
		 "b program:no-such-b kernel why\n"
		 "c program:sh run why\n");
	assert_ok(requirements_check(run, &e));
	assert_ok(requirements_check(ker, &e));
	assert_fails_with(requirements_check(several, &e),
			  "this machine lacks program 'no-such-a', program 'no-such-b': run "
			  "./setup.sh, or apt-get install a b");
	assert_int_equal(e.kind, ERR_MISSING);
}

static void package_is_named_once_and_by_its_first_name(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	put_rows("best|second program:no-such-a self why\n"
		 "other file:/no/such self why\n"
		 "best header:no/such.h self why\n"
		 "sh program:sh self why\n");
	assert_fails_with(requirements_check(NULL, &e),
			  "this machine lacks program 'no-such-a', file '/no/such', header "
			  "'no/such.h': run ./setup.sh, or apt-get install best other");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		scratch_test(rows_are_read),
		scratch_test(bad_rows_are_refused),
		scratch_test(missing_file_says_where_to_run),
		scratch_test(each_kind_is_looked_for),
		scratch_test(only_rows_of_the_roles_are_looked_for),
		scratch_test(package_is_named_once_and_by_its_first_name),
	};

	return cmocka_run_group_tests(tests, scratch_enter, scratch_leave);
}
