#include "host/opener.h"

#include "unit.h"

#include "host/file.h"
#include "host/output.h"
#include "host/remove.h"

#include <unistd.h>

static char folder[] = "/tmp/mkos-test-opener-XXXXXX";

static void put_text(const char *path, const char *text)
{
	struct err e = ERR_INIT;

	assert_ok(output_write(path, text, strlen(text), false, &e));
}

static int enter(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	if (!mkdtemp(folder) || chdir(folder) < 0)
		return -1;
	assert_ok(folder_make("a/b", &e));
	assert_ok(folder_make("c", &e));
	put_text("top", "top");
	put_text("a/x", "ax");
	put_text("a/y", "ay+");
	put_text("a/b/x", "abx+");
	put_text("c/x", "cx+++");
	return symlink("../c/x", "a/link");
}

static int leave(void **state)
{
	struct err e = ERR_INIT;
	uint64_t bytes;

	(void)state;
	return chdir("/") < 0 ? -1 : remove_tree(folder, &bytes, &e);
}

static void files_of_any_folder_are_looked_at_in_any_order(void **state)
{
	static const struct {
		const char *path;
		off_t size;
	} want[] = {{"a/x", 2}, {"a/y", 3},   {"top", 3},    {"a/b/x", 4}, {"a//b/x", 4},
		    {"c/x", 5}, {"./c/x", 5}, {"a/link", 5}, {"a/x", 2},   {"a/b/../y", 3}};
	AUTO_OPENER o = OPENER_INIT;
	struct err e = ERR_INIT;
	struct stat st;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(want); i++) {
		assert_ok(opener_stat(&o, want[i].path, &st, &e));
		assert_int_equal(st.st_size, want[i].size);
		assert_true(S_ISREG(st.st_mode));
	}
}

static void what_is_not_there_is_told_with_its_path(void **state)
{
	AUTO_OPENER o = OPENER_INIT;
	struct err e = ERR_INIT;
	struct stat st;

	(void)state;
	assert_fails_with(opener_stat(&o, "no/x", &st, &e),
			  "open 'no/x': No such file or directory");
	assert_fails_with(opener_stat(&o, "a/x/y", &st, &e), "open 'a/x/y': Not a directory");
	assert_fails_with(opener_stat(&o, "a/no", &st, &e),
			  "open 'a/no': No such file or directory");
	assert_fails_with(opener_stat(&o, "", &st, &e), "open '': No such file or directory");
	assert_ok(opener_stat(&o, "a/", &st, &e));
	assert_true(S_ISDIR(st.st_mode));
}

static void range_is_read_and_its_file_looked_at_after_that(void **state)
{
	char text[8] = "";
	struct opener_range range = {"c/x", 1, text, 3};
	AUTO_OPENER o = OPENER_INIT;
	struct err e = ERR_INIT;
	struct stat st;
	size_t len;

	(void)state;
	assert_ok(opener_read(&o, &range, &len, &st, &e));
	assert_int_equal(len, 3);
	assert_string_equal(text, "x++");
	assert_int_equal(st.st_size, 5);
	range.offset = 4;
	assert_ok(opener_read(&o, &range, &len, &st, &e));
	assert_int_equal(len, 1);
	range.path = "a/no";
	assert_fails_with(opener_read(&o, &range, &len, &st, &e),
			  "open 'a/no': No such file or directory");
	range.path = "a/b";
	assert_fails_with(opener_read(&o, &range, &len, &st, &e), "read 'a/b': Is a directory");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(files_of_any_folder_are_looked_at_in_any_order),
		cmocka_unit_test(what_is_not_there_is_told_with_its_path),
		cmocka_unit_test(range_is_read_and_its_file_looked_at_after_that),
	};

	return cmocka_run_group_tests(tests, enter, leave);
}
