#include "unit.h"

#include "base/buf.h"
#include "format/image_tree.h"

#include <stdlib.h>

static struct image_entry folder(const char *name, uint32_t mode, enum image_origin origin)
{
	return (struct image_entry){
		.name = name, .mode = CPIO_FOLDER | mode, .origin = origin, .where = "x.list:1"};
}

static struct image_entry file(const char *name, const char *location)
{
	return (struct image_entry){.name = name,
				    .mode = CPIO_FILE | 0644,
				    .location = location,
				    .origin = IMAGE_LISTED,
				    .where = "x.list:2"};
}

static struct image_entry symlink_to(const char *name, const char *target)
{
	return (struct image_entry){.name = name,
				    .mode = CPIO_SYMLINK | 0777,
				    .target = target,
				    .origin = IMAGE_LISTED,
				    .where = "x.list:3"};
}

static int add(struct image_tree *t, struct image_entry entry, struct err *e)
{
	return image_tree_add(t, &entry, e);
}

static void assert_tree(const struct image_tree *t, const char *want)
{
	struct err e = ERR_INIT;
	AUTO_BUF b = BUF_INIT;

	for (size_t i = 0; i < t->n; i++)
		assert_ok(buf_putf(&b, &e, "%s %o %u/%u;", t->entries[i].name, t->entries[i].mode,
				   t->entries[i].file, t->entries[i].links));
	assert_string_equal(buf_str(&b), want);
}

static void assert_name(const char *name, const char *want)
{
	struct err e = ERR_INIT;
	AUTO_FREE char *got = NULL;

	assert_ok(image_name(name, &got, &e));
	assert_string_equal(got, want);
}

static void name_is_normalised(void **state)
{
	struct err e;
	char *name;

	(void)state;
	assert_name("a", "a");
	assert_name("/a/b", "a/b");
	assert_name("./a//./b/", "a/b");
	assert_name("...", "...");
	assert_name("/", ".");
	assert_name("././", ".");
	assert_fails_with(image_name("", &name, &e), "the name is empty");
	assert_fails_with(image_name("/a/../b", &name, &e),
			  "'/a/../b' has '..' in it: write the real name");
	assert_fails_with(image_name("..", &name, &e), "'..' has '..' in it: write the real name");
}

static void missing_folders_are_made_before_their_child(void **state)
{
	struct err e = ERR_INIT;
	AUTO_IMAGE_TREE t = IMAGE_TREE_INIT;

	(void)state;
	assert_ok(add(&t, file("/a/b/c", "x"), &e));
	assert_ok(add(&t, file("/a/d", "x"), &e));
	assert_tree(&t, "a 40755 0/1;a/b 40755 1/1;a/b/c 100644 2/1;a/d 100644 3/1;");
	assert_int_equal(t.made, 2);
	assert_int_equal(t.entries[0].origin, IMAGE_MADE);
	assert_int_equal(t.entries[0].uid, 0);
}

static void surest_folder_decides(void **state)
{
	struct err e = ERR_INIT;
	AUTO_IMAGE_TREE t = IMAGE_TREE_INIT;

	(void)state;
	assert_ok(add(&t, file("a/b", "x"), &e));
	assert_ok(add(&t, folder("a", 0711, IMAGE_COPIED), &e));
	assert_tree(&t, "a 40711 0/1;a/b 100644 1/1;");
	assert_ok(add(&t, folder("/a/", 0700, IMAGE_LISTED), &e));
	assert_tree(&t, "a 40700 0/1;a/b 100644 1/1;");
	assert_ok(add(&t, folder("a", 0755, IMAGE_COPIED), &e));
	assert_ok(add(&t, folder("a", 0700, IMAGE_LISTED), &e));
	assert_tree(&t, "a 40700 0/1;a/b 100644 1/1;");
	assert_fails_with(add(&t, folder("a", 0755, IMAGE_LISTED), &e),
			  "folder 'a' has mode 0755 and owner 0:0 here, but 0700 and 0:0 before "
			  "(x.list:1)");
}

static void same_entry_twice_is_one(void **state)
{
	struct err e = ERR_INIT;
	AUTO_IMAGE_TREE t = IMAGE_TREE_INIT;

	(void)state;
	assert_ok(add(&t, file("a", "x"), &e));
	assert_ok(add(&t, file("./a", "x"), &e));
	assert_ok(add(&t, file("b", "x"), &e));
	assert_tree(&t, "a 100644 0/1;b 100644 1/1;");
}

static void different_entries_of_one_name_are_refused(void **state)
{
	struct err e = ERR_INIT;
	AUTO_IMAGE_TREE t = IMAGE_TREE_INIT;
	struct image_entry owned = file("a", "x");

	(void)state;
	owned.uid = 1;
	assert_ok(add(&t, file("a", "x"), &e));
	assert_ok(add(&t, folder("d", 0755, IMAGE_LISTED), &e));
	assert_ok(add(&t, symlink_to("s", "d"), &e));
	assert_fails_with(add(&t, file("a", "y"), &e),
			  "file 'a' differs from the one before (x.list:2): remove one");
	assert_fails_with(add(&t, owned, &e),
			  "file 'a' differs from the one before (x.list:2): remove one");
	assert_fails_with(add(&t, file("d", "x"), &e),
			  "'d' is a file here, but a folder before (x.list:1)");
	assert_fails_with(add(&t, folder("s", 0755, IMAGE_LISTED), &e),
			  "'s' is a folder here, but a symbolic link before (x.list:3)");
	assert_fails_with(add(&t, symlink_to("s", "e"), &e),
			  "symbolic link 's' differs from the one before (x.list:3): remove one");
}

static void child_of_no_folder_is_refused(void **state)
{
	struct err e = ERR_INIT;
	AUTO_IMAGE_TREE t = IMAGE_TREE_INIT;

	(void)state;
	assert_ok(add(&t, file("a", "x"), &e));
	assert_ok(add(&t, symlink_to("bin", "usr/bin"), &e));
	assert_fails_with(add(&t, file("a/b/c", "x"), &e),
			  "'a/b/c' is below 'a', which is a file (x.list:2)");
	assert_fails_with(add(&t, file("bin/sh", "x"), &e),
			  "'bin/sh' is below 'bin', a symbolic link to 'usr/bin' (x.list:3): write "
			  "it below the folder itself");
}

static void impossible_entries_are_refused(void **state)
{
	struct err e = ERR_INIT;
	AUTO_IMAGE_TREE t = IMAGE_TREE_INIT;

	(void)state;
	assert_fails_with(add(&t, file("TRAILER!!!", "x"), &e),
			  "'TRAILER!!!' cannot be a name: it marks an archive's end");
	assert_fails_with(add(&t, file("TRAILER!!!/x", "x"), &e),
			  "'TRAILER!!!' cannot be a name: it marks an archive's end");
	assert_fails_with(add(&t, file("/", "x"), &e), "the root of the image cannot be a file");
	assert_fails_with(add(&t, symlink_to("a", ""), &e),
			  "the target of symbolic link 'a' has 0 bytes; 1 to 4095 are possible");
	assert_int_equal(t.n, 0);
	assert_ok(add(&t, folder("/", 0755, IMAGE_LISTED), &e));
	assert_tree(&t, ". 40755 0/1;");
}

static void hard_links_stand_side_by_side(void **state)
{
	char cd[] = "/c/d", b[] = "b", e1[] = "e", e2[] = "./e";
	char *const names[] = {cd, b};
	char *const twice[] = {e1, e2};
	char *const taken[] = {b};
	struct err e = ERR_INIT;
	AUTO_IMAGE_TREE t = IMAGE_TREE_INIT;
	struct image_entry a = file("a", "x"), other = file("z", "x");

	(void)state;
	assert_ok(image_tree_add_links(&t, &a, names, 2, &e));
	assert_tree(&t, "c 40755 0/1;a 100644 1/3;c/d 100644 1/3;b 100644 1/3;");
	assert_ok(image_tree_add_links(&t, &a, names, 2, &e));
	assert_int_equal(t.n, 4);
	assert_fails_with(image_tree_add_links(&t, &other, twice, 2, &e), "'e' is named twice");
	assert_fails_with(image_tree_add_links(&t, &other, taken, 1, &e),
			  "file 'b' differs from the one before (x.list:2): remove one");
}

static void entries_are_found_among_many(void **state)
{
	struct err e = ERR_INIT;
	AUTO_IMAGE_TREE t = IMAGE_TREE_INIT;
	char name[32];

	(void)state;
	for (unsigned int i = 0; i < 5000; i++) {
		snprintf(name, sizeof(name), "d%u/f%u", i % 7, i);
		assert_ok(add(&t, file(name, "x"), &e));
	}
	assert_int_equal(t.n, 5007);
	for (unsigned int i = 0; i < 5000; i++) {
		snprintf(name, sizeof(name), "/d%u//f%u", i % 7, i);
		assert_non_null(image_tree_find(&t, name));
	}
	assert_null(image_tree_find(&t, "d0/f1"));
	assert_null(image_tree_find(&t, "d"));
	assert_null(image_tree_find(&t, "../d0"));
}

static const char *resolved(const struct image_tree *t, const char *name)
{
	const struct image_entry *entry = image_tree_resolve(t, name);

	return entry ? entry->name : "nothing";
}

static void links_are_followed_inside_the_image(void **state)
{
	struct err e = ERR_INIT;
	AUTO_IMAGE_TREE t = IMAGE_TREE_INIT;
	AUTO_IMAGE_TREE empty = IMAGE_TREE_INIT;

	(void)state;
	assert_ok(add(&t, file("usr/bin/sh", "x"), &e));
	assert_ok(add(&t, symlink_to("bin", "usr/bin"), &e));
	assert_ok(add(&t, symlink_to("usr/lib", "../lib"), &e));
	assert_ok(add(&t, file("lib/ld.so", "x"), &e));
	assert_ok(add(&t, symlink_to("init", "/bin/./sh"), &e));
	assert_ok(add(&t, symlink_to("loop", "loop"), &e));
	assert_ok(add(&t, symlink_to("lost", "nowhere"), &e));
	assert_string_equal(resolved(&t, "/bin/sh"), "usr/bin/sh");
	assert_string_equal(resolved(&t, "init"), "usr/bin/sh");
	assert_string_equal(resolved(&t, "/usr/lib/ld.so"), "lib/ld.so");
	assert_string_equal(resolved(&t, "/../../lib/ld.so"), "lib/ld.so");
	assert_string_equal(resolved(&t, "loop"), "nothing");
	assert_string_equal(resolved(&t, "lost"), "nothing");
	assert_string_equal(resolved(&t, "/"), "nothing");
	assert_string_equal(resolved(&empty, "/init"), "nothing");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(name_is_normalised),
		cmocka_unit_test(missing_folders_are_made_before_their_child),
		cmocka_unit_test(surest_folder_decides),
		cmocka_unit_test(same_entry_twice_is_one),
		cmocka_unit_test(different_entries_of_one_name_are_refused),
		cmocka_unit_test(child_of_no_folder_is_refused),
		cmocka_unit_test(impossible_entries_are_refused),
		cmocka_unit_test(hard_links_stand_side_by_side),
		cmocka_unit_test(entries_are_found_among_many),
		cmocka_unit_test(links_are_followed_inside_the_image),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
