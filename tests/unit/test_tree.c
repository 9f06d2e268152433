#include "unit.h"

#include "base/buf.h"
#include "host/remove.h"
#include "host/tree.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

static char folder[] = "/tmp/mkos-test-tree-XXXXXX";

static void make_file(const char *name)
{
	int fd = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);

	assert_true(fd >= 0);
	close(fd);
}

static int enter(void **state)
{
	(void)state;
	return mkdtemp(folder) ? chdir(folder) : -1;
}

static int leave(void **state)
{
	struct err e = ERR_INIT;
	uint64_t bytes;

	(void)state;
	return chdir("/") < 0 ? -1 : remove_tree(folder, &bytes, &e);
}

static int note(void *context, const char *path, const struct stat *status, struct err *e)
{
	return buf_putf(context, e, "%s%s ", path,
			S_ISDIR(status->st_mode)   ? "/"
			: S_ISLNK(status->st_mode) ? "@"
						   : "");
}

static void order_is_that_of_whole_paths(void **state)
{
	AUTO_BUF notes = BUF_INIT;
	const struct tree_visitor visitor = {&notes, note};
	struct err e = ERR_INIT;

	(void)state;
	assert_int_equal(mkdir("t", 0755), 0);
	assert_int_equal(mkdir("t/a", 0755), 0);
	make_file("t/a/x");
	assert_int_equal(mkdir("t/a/empty", 0755), 0);
	assert_int_equal(mkdir("t/a-b", 0755), 0);
	make_file("t/a-b/y");
	make_file("t/a.c");
	make_file("t/a0");
	make_file("t/B");
	make_file("t/.hidden");
	make_file("t/\xc3\xa4");
	assert_int_equal(symlink("a", "t/link"), 0);
	assert_int_equal(symlink("t", "top"), 0);
	assert_ok(tree_walk("top", &visitor, &e));
	assert_string_equal(buf_str(&notes), ".hidden B a/ a-b/ a-b/y a.c a/empty/ a/x a0 link@ "
					     "\xc3\xa4 ");
}

static void empty_folder_has_nothing(void **state)
{
	AUTO_BUF notes = BUF_INIT;
	const struct tree_visitor visitor = {&notes, note};
	struct err e = ERR_INIT;

	(void)state;
	assert_int_equal(mkdir("nothing", 0755), 0);
	assert_ok(tree_walk("nothing/", &visitor, &e));
	assert_string_equal(buf_str(&notes), "");
}

static void what_cannot_be_walked_is_told(void **state)
{
	const struct tree_visitor visitor = {NULL, note};
	struct err e;

	(void)state;
	make_file("file");
	assert_fails_with(tree_walk("file", &visitor, &e), "open folder 'file': Not a directory");
	assert_fails_with(tree_walk("no", &visitor, &e),
			  "open folder 'no': No such file or directory");
}

static void depth_is_bounded(void **state)
{
	AUTO_BUF notes = BUF_INIT;
	const struct tree_visitor visitor = {&notes, note};
	struct err e = ERR_INIT;

	(void)state;
	assert_int_equal(mkdir("deep", 0755), 0);
	assert_int_equal(chdir("deep"), 0);
	for (int i = 0; i < 127; i++)
		assert_int_equal(mkdir("d", 0755) + chdir("d"), 0);
	assert_int_equal(chdir(folder), 0);
	assert_ok(tree_walk("deep", &visitor, &e));
	assert_int_equal(chdir("deep"), 0);
	for (int i = 0; i < 127; i++)
		assert_int_equal(chdir("d"), 0);
	assert_int_equal(mkdir("d", 0755) + chdir(folder), 0);
	assert_int_equal(tree_walk("deep", &visitor, &e), -1);
	assert_non_null(strstr(e.text, "is more than 128 folders deep"));
}

static int refuse(void *context, const char *path, const struct stat *status, struct err *e)
{
	(void)context;
	(void)status;
	return err_set(e, ERR_INPUT, "'%s' is not wanted", path);
}

static void refusal_ends_the_walk(void **state)
{
	const struct tree_visitor visitor = {NULL, refuse};
	struct err e;

	(void)state;
	assert_int_equal(mkdir("r", 0755) + mkdir("r/b", 0755) + mkdir("r/a", 0755), 0);
	assert_fails_with(tree_walk("r", &visitor, &e), "'a' is not wanted");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(order_is_that_of_whole_paths),
		cmocka_unit_test(empty_folder_has_nothing),
		cmocka_unit_test(what_cannot_be_walked_is_told),
		cmocka_unit_test(depth_is_bounded),
		cmocka_unit_test(refusal_ends_the_walk),
	};

	return cmocka_run_group_tests(tests, enter, leave);
}
