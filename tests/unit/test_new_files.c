#include "host/new_files.h"

#include "scratch.h"

#include <sys/stat.h>

static mode_t mode_of(const char *path)
{
	struct stat st;

	assert_int_equal(lstat(path, &st), 0);
	return st.st_mode & 07777;
}

static void files_come_together(void **state)
{
	struct err e = ERR_INIT;
	AUTO_NEW_FILES s = {.v = NULL};
	struct new_file *a, *b;
	mode_t before = umask(0);

	(void)state;
	assert_ok(new_files_begin(&s, 2, false, &e));
	assert_ok(new_files_make_folder(&s, "f", &e));
	assert_ok(new_files_add(&s, "f/a", true, &a, &e));
	assert_ok(new_files_add(&s, "f/b", false, &b, &e));
	assert_ok(sink_put(&a->out.sink, "one", 3, &e));
	assert_ok(sink_put(&b->out.sink, "two", 3, &e));
	assert_false(file_exists("f/a"));
	assert_ok(new_files_commit(&s, &e));
	umask(before);
	assert_text("f/a", "one");
	assert_text("f/b", "two");
	assert_int_equal(count_names("f"), 2);
	assert_int_equal(mode_of("f"), 0700);
	assert_int_equal(mode_of("f/a"), 0600);
	assert_int_equal(mode_of("f/b"), 0666);
}

static void nothing_is_overwritten(void **state)
{
	struct err e = ERR_INIT;
	struct new_file *f;

	(void)state;
	put_text("old", "old");
	assert_int_equal(symlink("nowhere", "link"), 0);
	{
		AUTO_NEW_FILES s = {.v = NULL};

		assert_ok(new_files_begin(&s, 4, false, &e));
		assert_ok(new_files_add(&s, "new", true, &f, &e));
		assert_fails_with(new_files_add(&s, "new", true, &f, &e),
				  "'new' would be two files at once");
		assert_fails_with(new_files_add(&s, "old", true, &f, &e),
				  "'old' is there already, and is not overwritten");
		assert_fails_with(new_files_add(&s, "link", true, &f, &e),
				  "'link' is there already, and is not overwritten");
	}
	assert_text("old", "old");
	assert_int_equal(count_names("."), 2);
}

/* One that comes in between, when the first is in place already. */
static void late_file_undoes_all(void **state)
{
	struct err e = ERR_INIT;
	struct new_file *f;

	(void)state;
	{
		AUTO_NEW_FILES s = {.v = NULL};

		assert_ok(new_files_begin(&s, 3, false, &e));
		assert_ok(new_files_make_folder(&s, "f", &e));
		assert_ok(new_files_add(&s, "f/a", true, &f, &e));
		assert_ok(new_files_add(&s, "b", true, &f, &e));
		assert_ok(new_files_add(&s, "f/c", true, &f, &e));
		put_text("b", "theirs");
		assert_fails_with(new_files_commit(&s, &e),
				  "'b' is there already, and is not overwritten");
	}
	assert_text("b", "theirs");
	assert_int_equal(count_names("."), 1);
}

static void folder_that_was_there_stays(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	put_folder("f");
	put_text("file", "");
	{
		AUTO_NEW_FILES s = {.v = NULL};

		assert_ok(new_files_begin(&s, 1, false, &e));
		assert_ok(new_files_make_folder(&s, "f", &e));
		assert_fails_with(new_files_make_folder(&s, "file", &e),
				  "make folder 'file': File exists");
	}
	assert_int_equal(mode_of("f"), 0755);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		scratch_test(files_come_together),
		scratch_test(nothing_is_overwritten),
		scratch_test(late_file_undoes_all),
		scratch_test(folder_that_was_there_stays),
	};

	return cmocka_run_group_tests(tests, scratch_enter, scratch_leave);
}
