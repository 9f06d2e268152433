#include "scratch.h"

static void file_is_appended_to_the_buffer(void **state)
{
	struct err e = ERR_INIT;
	AUTO_BUF b = BUF_INIT;

	(void)state;
	put_text("f", "content");
	put_text("empty", "");
	assert_ok(buf_puts(&b, "before ", &e));
	assert_ok(file_read("f", 7, &b, &e));
	assert_ok(file_read("empty", 0, &b, &e));
	assert_string_equal(buf_str(&b), "before content");
	assert_int_equal(b.len, 14);
}

static void assert_unreadable(const char *path, size_t max, const char *sentence)
{
	struct err e = ERR_INIT;
	AUTO_BUF b = BUF_INIT;

	assert_fails_with(file_read(path, max, &b, &e), sentence);
	assert_int_equal(b.len, 0);
}

static void only_regular_files_are_read(void **state)
{
	(void)state;
	put_folder("d");
	assert_int_equal(mkfifo("pipe", 0600), 0);
	assert_unreadable("no", 10, "open 'no': No such file or directory");
	assert_unreadable("d", 10, "'d' is a folder, not a file");
	/* Neither waits for a writer. */
	assert_unreadable("pipe", 10, "'pipe' is not a regular file");
	assert_unreadable("/dev/zero", 10, "'/dev/zero' is not a regular file");
}

static void file_that_is_too_large_is_refused(void **state)
{
	struct err e = ERR_INIT;
	AUTO_BUF b = BUF_INIT;

	(void)state;
	put_text("f", "0123456789");
	assert_fails_with(file_read("f", 9, &b, &e), "'f' has 10 bytes, more than the 9 allowed");
	assert_int_equal(e.kind, ERR_LIMIT);
	assert_ok(file_read("f", 10, &b, &e));
	/* Nothing of this size is reserved before the limit is looked at. */
	assert_int_equal(truncate("f", (off_t)1 << 40), 0);
	assert_unreadable("f", 10, "'f' has 1099511627776 bytes, more than the 10 allowed");
}

static void only_a_missing_file_is_no_error(void **state)
{
	struct err e = ERR_INIT;
	AUTO_BUF b = BUF_INIT;
	bool found = true;

	(void)state;
	assert_ok(file_read_if_there("no", 10, &b, &found, &e));
	assert_false(found);
	assert_int_equal(e.kind, ERR_NONE);
	put_text("f", "x");
	assert_ok(file_read_if_there("f", 10, &b, &found, &e));
	assert_true(found);
	assert_fails_with(file_read_if_there(".", 10, &b, &found, &e),
			  "'.' is a folder, not a file");
	assert_fails_with(file_read_if_there("f/x", 10, &b, &found, &e),
			  "open 'f/x': Not a directory");
}

static void source_reads_ranges(void **state)
{
	struct err e = ERR_INIT;
	AUTO_FILE_SOURCE f = FILE_SOURCE_INIT;
	char data[5] = "";

	(void)state;
	put_text("f", "0123456789");
	assert_ok(file_source_open(&f, "f", &e));
	assert_int_equal(f.source.size, 10);
	assert_ptr_equal(file_source_of(&f.source), &f);
	assert_ok(source_read(&f.source, 6, data, 4, &e));
	assert_string_equal(data, "6789");
	assert_ok(source_read(&f.source, 0, data, 4, &e));
	assert_string_equal(data, "0123");
	assert_fails_with(source_read(&f.source, 7, data, 4, &e),
			  "'f' ends after 10 bytes, but 4 at 7 are needed: it is cut short");
	assert_ok(file_source_unchanged(&f, &e));
}

static void source_that_became_shorter_is_told(void **state)
{
	struct err e = ERR_INIT;
	AUTO_FILE_SOURCE f = FILE_SOURCE_INIT;
	char data[10];

	(void)state;
	put_text("f", "0123456789");
	assert_ok(file_source_open(&f, "f", &e));
	assert_int_equal(truncate("f", 5), 0);
	assert_fails_with(source_read(&f.source, 0, data, 10, &e),
			  "'f' became shorter while it was read");
}

static void change_while_reading_is_told(void **state)
{
	static const char sentence[] =
		"'f' was changed while it was read: run again when it is at rest";
	const struct timespec other[2] = {{.tv_nsec = UTIME_OMIT}, {.tv_sec = 1000000000}};
	struct err e = ERR_INIT;
	AUTO_FILE_SOURCE longer = FILE_SOURCE_INIT;
	AUTO_FILE_SOURCE later = FILE_SOURCE_INIT;
	AUTO_FILE_SOURCE replaced = FILE_SOURCE_INIT;

	(void)state;
	put_text("f", "0123456789");
	assert_ok(file_source_open(&longer, "f", &e));
	put_text("f", "0123456789a");
	assert_fails_with(file_source_unchanged(&longer, &e), sentence);
	assert_ok(file_source_open(&later, "f", &e));
	assert_int_equal(utimensat(AT_FDCWD, "f", other, 0), 0);
	assert_fails_with(file_source_unchanged(&later, &e), sentence);
	/* A rename over it leaves what is open as it was. */
	assert_ok(file_source_open(&replaced, "f", &e));
	put_text("g", "another");
	assert_int_equal(rename("g", "f"), 0);
	assert_ok(file_source_unchanged(&replaced, &e));
}

static void kinds_of_files_are_told_apart(void **state)
{
	(void)state;
	put_text("f", "x");
	put_program("p", "#!/bin/sh\n");
	put_folder("d");
	assert_int_equal(symlink("p", "to-p"), 0);
	assert_int_equal(symlink("no", "to-no"), 0);
	assert_true(file_exists("f") && file_exists("d") && file_exists("to-p"));
	assert_false(file_exists("no") || file_exists("to-no"));
	assert_true(file_is_folder("d"));
	assert_false(file_is_folder("f") || file_is_folder("no"));
	assert_true(file_is_program("p") && file_is_program("to-p"));
	assert_false(file_is_program("f") || file_is_program("d") || file_is_program("no"));
}

static void folders_are_made_with_those_above(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	assert_ok(folder_make("a/b/c", &e));
	assert_true(file_is_folder("a/b/c"));
	assert_ok(folder_make("a/b/c", &e));
	assert_ok(folder_make("a/b/d/", &e));
	assert_true(file_is_folder("a/b/d"));
	put_text("f", "x");
	assert_fails_with(folder_make("f", &e), "make folder 'f': File exists");
	assert_fails_with(folder_make("f/g", &e), "make folder 'f/g': Not a directory");
	assert_fails_with(folder_make("", &e), "make folder '': No such file or directory");
}

static void real_path_resolves_links(void **state)
{
	char want[64];
	struct err e = ERR_INIT;
	AUTO_FREE char *real = NULL;

	(void)state;
	put_folder("d");
	assert_int_equal(symlink("d", "l"), 0);
	assert_ok(file_real_path("l/../d", &real, &e));
	snprintf(want, sizeof(want), "%s/d", scratch_folder);
	assert_string_equal(real, want);
	assert_fails_with(file_real_path("no", &real, &e), "find 'no': No such file or directory");
}

static void assert_finds(const char *path, const char *name, const char *want)
{
	struct err e = ERR_INIT;
	AUTO_FREE char *before = strdup(getenv("PATH"));
	AUTO_FREE char *got = NULL;

	assert_non_null(before);
	assert_int_equal(setenv("PATH", path, 1), 0);
	assert_ok(program_find(name, &got, &e));
	assert_int_equal(setenv("PATH", before, 1), 0);
	if (want)
		assert_string_equal(got, want);
	else
		assert_null(got);
}

static void program_is_found_in_path(void **state)
{
	(void)state;
	put_folder("one");
	put_folder("two");
	put_folder("one/folder");
	put_text("one/tool", "not executable");
	put_program("two/tool", "#!/bin/sh\n");
	put_program("here", "#!/bin/sh\n");
	assert_finds("one:two", "tool", "two/tool");
	assert_finds("no:two/", "tool", "two/tool");
	assert_finds("one", "tool", NULL);
	assert_finds("one", "folder", NULL);
	assert_finds("", "tool", NULL);
	assert_finds(":two", "here", "here");
	assert_finds("no", "two/tool", "two/tool");
	assert_finds("two", "./tool", NULL);
	assert_finds("two", "", NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		scratch_test(file_is_appended_to_the_buffer),
		scratch_test(only_regular_files_are_read),
		scratch_test(file_that_is_too_large_is_refused),
		scratch_test(only_a_missing_file_is_no_error),
		scratch_test(source_reads_ranges),
		scratch_test(source_that_became_shorter_is_told),
		scratch_test(change_while_reading_is_told),
		scratch_test(kinds_of_files_are_told_apart),
		scratch_test(folders_are_made_with_those_above),
		scratch_test(real_path_resolves_links),
		scratch_test(program_is_found_in_path),
	};

	return cmocka_run_group_tests(tests, scratch_enter, scratch_leave);
}
