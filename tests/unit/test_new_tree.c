#include "host/new_tree.h"

#include "scratch.h"

#include <string.h>

static void facts_are_set_when_all_is_made(void **state)
{
	const struct new_tree_node pipe = {S_IFIFO, 0, 0};
	const struct new_tree_facts read_only = {S_IFDIR | 0555, 7, 8, 1000};
	const struct new_tree_facts program = {S_IFREG | 04711, 7, 8, 2000};
	const struct new_tree_facts link = {S_IFLNK | 0777, 7, 8, 3000};
	AUTO_NEW_TREE t = NEW_TREE_INIT;
	struct memory_source from;
	struct err e = ERR_INIT;
	AUTO_BUF text = BUF_INIT;
	struct stat st, other;

	(void)state;
	memory_source_init(&from, "<content>", 9, "memory");
	assert_ok(new_tree_begin(&t, "new", &e));
	assert_ok(new_tree_folder(&t, "d", &e));
	assert_ok(new_tree_file(&t, "d/f", &from.source, 1, 7, &e));
	assert_ok(new_tree_file(&t, "d/empty", NULL, 0, 0, &e));
	assert_ok(new_tree_link(&t, "d/f", "d/g", &e));
	assert_ok(new_tree_node(&t, "pipe", &pipe, &e));
	assert_int_equal(stat("new/d/f", &st), 0);
	assert_int_equal(st.st_mode, S_IFREG | 0600);
	assert_ok(new_tree_set(&t, "d/f", &program, &e));
	assert_ok(new_tree_set(&t, "d", &read_only, &e));
	assert_ok(new_tree_set(&t, "d/nothing", &program, &e));
	assert_ok(new_tree_symlink(&t, "l", "/nowhere", &e));
	assert_ok(new_tree_set(&t, "l", &link, &e));

	assert_ok(file_read("new/d/f", 100, &text, &e));
	assert_string_equal(buf_str(&text), "content");
	assert_int_equal(stat("new/d/f", &st), 0);
	assert_int_equal(stat("new/d/g", &other), 0);
	assert_int_equal(st.st_ino, other.st_ino);
	assert_int_equal(st.st_mode, S_IFREG | (t.as_root ? 04711 : 0711));
	assert_int_equal(st.st_mtim.tv_sec, 2000);
	if (t.as_root)
		assert_int_equal(st.st_uid * 100 + st.st_gid, 708);
	assert_int_equal(stat("new/d", &st), 0);
	assert_int_equal(st.st_mode, S_IFDIR | 0555);
	assert_int_equal(st.st_mtim.tv_sec, 1000);
	assert_int_equal(stat("new/pipe", &st), 0);
	assert_true(S_ISFIFO(st.st_mode));
	assert_int_equal(lstat("new/l", &st), 0);
	assert_true(S_ISLNK(st.st_mode));
	assert_int_equal(st.st_mtim.tv_sec, 3000);
	assert_int_equal(chmod("new/d", 0755), 0);
}

static void nothing_that_is_there_is_touched(void **state)
{
	AUTO_NEW_TREE t = NEW_TREE_INIT;
	struct err e = ERR_INIT;

	(void)state;
	put_text("outside", "kept");
	put_folder("old");
	assert_fails_with(new_tree_begin(&t, "old", &e), "make folder 'old': File exists");
	assert_ok(new_tree_begin(&t, "new", &e));
	assert_ok(new_tree_symlink(&t, "l", "../outside", &e));
	assert_fails_with(new_tree_file(&t, "l", NULL, 0, 0, &e), "write 'l': File exists");
	assert_fails_with(new_tree_folder(&t, "l", &e), "make folder 'l': File exists");
	assert_fails_with(new_tree_link(&t, "l", "l", &e), "link 'l': File exists");
	assert_fails_with(new_tree_link(&t, "no", "m", &e), "link 'm': No such file or directory");
	assert_fails_with(new_tree_symlink(&t, "l", "x", &e),
			  "make symbolic link 'l': File exists");
	assert_text("outside", "kept");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		scratch_test(facts_are_set_when_all_is_made),
		scratch_test(nothing_that_is_there_is_touched),
	};

	return cmocka_run_group_tests(tests, scratch_enter, scratch_leave);
}
