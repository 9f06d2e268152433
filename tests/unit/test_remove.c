#include "scratch.h"

static void make_deep(const char *top, int levels)
{
	char path[4096];
	size_t len;

	snprintf(path, sizeof(path), "%s", top);
	len = strlen(path);
	put_folder(path);
	for (int i = 0; i < levels; i++) {
		memcpy(path + len, "/d", 3);
		len += 2;
		put_folder(path);
	}
}

static void file_and_folder_are_removed(void **state)
{
	struct err e = ERR_INIT;
	uint64_t bytes = 0;

	(void)state;
	put_text("file", "x");
	assert_ok(remove_tree("file", NULL, &e));
	put_folder("d");
	put_folder("d/empty");
	put_text("d/.hidden", "x");
	assert_int_equal(mkfifo("d/pipe", 0600), 0);
	assert_ok(remove_tree("d", &bytes, &e));
	assert_int_equal(count_names("."), 0);
}

static void what_is_not_there_is_no_error(void **state)
{
	struct err e = ERR_INIT;
	uint64_t bytes = 5;

	(void)state;
	assert_ok(remove_tree("no", &bytes, &e));
	assert_ok(remove_tree("no/such", &bytes, &e));
	assert_int_equal(bytes, 5);
}

static void links_are_removed_and_not_followed(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	put_folder("kept");
	put_text("kept/file", "kept");
	put_folder("d");
	assert_int_equal(symlink("../kept", "d/folder"), 0);
	assert_int_equal(symlink("../kept/file", "d/file"), 0);
	assert_int_equal(symlink("nowhere", "d/dangling"), 0);
	assert_int_equal(symlink("kept", "link"), 0);
	assert_ok(remove_tree("d", NULL, &e));
	assert_ok(remove_tree("link", NULL, &e));
	assert_text("kept/file", "kept");
	assert_int_equal(count_names("."), 1);
}

static void deep_tree_is_removed_up_to_a_limit(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	make_deep("d", 200);
	assert_ok(remove_tree("d", NULL, &e));
	assert_int_equal(count_names("."), 0);
	make_deep("e", 201);
	assert_int_equal(remove_tree("e", NULL, &e), -1);
	assert_int_equal(e.kind, ERR_LIMIT);
	assert_non_null(strstr(e.text, "is more than 200 folders deep"));
	assert_ok(remove_tree("e/d", NULL, &e));
}

static void freed_space_is_what_the_file_system_says(void **state)
{
	struct err e = ERR_INIT;
	uint64_t bytes = 7;
	char data[10000] = {1};
	struct stat st;

	(void)state;
	put_folder("d");
	put_bytes("d/file", data, sizeof(data));
	assert_int_equal(stat("d/file", &st), 0);
	assert_ok(remove_tree("d", &bytes, &e));
	assert_int_equal(bytes, 7 + (uint64_t)st.st_blocks * 512);
}

/* In a child that is not root: to root every folder can be written. */
static int remove_as_somebody(void)
{
	struct err e = ERR_INIT;

	if (geteuid() == 0 && setresuid(65534, 65534, 65534) < 0)
		return 1;
	if (remove_tree("d", NULL, &e) == 0)
		return 2;
	return strcmp(e.text, "delete 'd/fixed/file': Permission denied") == 0 ? 0 : 3;
}

static void folder_that_cannot_be_written_is_told(void **state)
{
	(void)state;
	assert_int_equal(chmod(".", 0755), 0);
	put_folder("d");
	put_folder("d/fixed");
	put_text("d/fixed/file", "kept");
	assert_int_equal(chmod("d", 0777), 0);
	assert_int_equal(chmod("d/fixed", 0555), 0);
	assert_int_equal(in_child(remove_as_somebody), 0);
	assert_text("d/fixed/file", "kept");
	assert_int_equal(chmod("d/fixed", 0755), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		scratch_test(file_and_folder_are_removed),
		scratch_test(what_is_not_there_is_no_error),
		scratch_test(links_are_removed_and_not_followed),
		scratch_test(deep_tree_is_removed_up_to_a_limit),
		scratch_test(freed_space_is_what_the_file_system_says),
		scratch_test(folder_that_cannot_be_written_is_told),
	};

	return cmocka_run_group_tests(tests, scratch_enter, scratch_leave);
}
