#include "scratch.h"

#include "stage/kernel_cache.h"

#include <glob.h>

/* Two projects of one user, "one" and "two", whose cache is in "cache". */
static int enter_projects(void **state)
{
	char cache[64];

	if (scratch_enter(state) < 0)
		return -1;
	snprintf(cache, sizeof(cache), "%s/cache", scratch_folder);
	return setenv("XDG_CACHE_HOME", cache, 1);
}

static int go_to(const char *folder)
{
	char path[64];

	snprintf(path, sizeof(path), "%s/%s", scratch_folder, folder);
	return chdir(path);
}

static int clear_projects(void **state)
{
	return go_to("") < 0 ? -1 : scratch_clear(state);
}

static void put_kernel(void)
{
	struct err e = ERR_INIT;

	assert_int_equal(go_to(""), 0);
	put_folder("two");
	assert_ok(folder_make("one/kernel/arch/x86/boot", &e));
	put_text("one/kernel/.config", "CONFIG_A=y\n");
	put_text("one/kernel/vmlinux", "the same, as ELF");
	put_text("one/kernel/arch/x86/boot/bzImage", "the kernel");
}

static void make_inputs(struct inputs *i, const char *value)
{
	struct err e = ERR_INIT;

	assert_ok(inputs_add(i, "source", value, &e));
}

static void keep(const char *value)
{
	AUTO_INPUTS inputs = INPUTS_INIT;

	make_inputs(&inputs, value);
	assert_int_equal(go_to("one"), 0);
	kernel_cache_put(&inputs);
	assert_int_equal(go_to("two"), 0);
}

static bool get(const char *value)
{
	struct err e = ERR_INIT;
	AUTO_INPUTS inputs = INPUTS_INIT;
	bool found = true;

	make_inputs(&inputs, value);
	assert_ok(kernel_cache_get(&inputs, false, &found, &e));
	return found;
}

/* The path of a kept file, below the only entry of the cache. */
static void kept_file(const char *name, char *to, size_t size)
{
	char pattern[128];
	glob_t found;

	snprintf(pattern, sizeof(pattern), "%s/cache/mvirt-mkos/*/%s", scratch_folder, name);
	assert_int_equal(glob(pattern, 0, NULL, &found), 0);
	assert_int_equal(found.gl_pathc, 1);
	snprintf(to, size, "%s", found.gl_pathv[0]);
	globfree(&found);
}

static void kept_kernel_serves_another_project(void **state)
{
	(void)state;
	put_kernel();
	keep("a");
	assert_true(get("a"));
	assert_text("kernel/.config", "CONFIG_A=y\n");
	assert_text("kernel/arch/x86/boot/bzImage", "the kernel");
	assert_text("kernel/vmlinux", "the same, as ELF");
}

static void other_inputs_are_another_kernel(void **state)
{
	(void)state;
	put_kernel();
	assert_int_equal(go_to("two"), 0);
	assert_false(get("a"));
	keep("a");
	assert_false(get("b"));
	assert_int_equal(count_names("."), 0);
}

static void kernel_can_be_kept_twice(void **state)
{
	(void)state;
	put_kernel();
	keep("a");
	put_text("../one/kernel/arch/x86/boot/bzImage", "the same, built again");
	keep("a");
	assert_true(get("a"));
	assert_text("kernel/arch/x86/boot/bzImage", "the same, built again");
	assert_int_equal(count_names("../cache/mvirt-mkos"), 1);
}

static void damaged_copy_is_not_taken(void **state)
{
	static const char *const names[] = {"bzImage", "SHA256SUMS"};
	char path[512];

	(void)state;
	put_kernel();
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		keep("a");
		kept_file(names[i], path, sizeof(path));
		put_text(path, "damaged");
		assert_false(get("a"));
		keep("a");
		kept_file(names[i], path, sizeof(path));
		assert_int_equal(truncate(path, 3), 0);
		assert_false(get("a"));
	}
	keep("a");
	assert_true(get("a"));
}

static void incomplete_copy_is_not_taken(void **state)
{
	static const char *const names[] = {"bzImage", "SHA256SUMS", "config", "vmlinux"};
	char path[512];

	(void)state;
	put_kernel();
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		keep("a");
		kept_file(names[i], path, sizeof(path));
		assert_int_equal(unlink(path), 0);
		assert_false(get("a"));
	}
}

/* Makes the only entry of the cache look long unused. */
static void age_kept(void)
{
	const struct timespec old[2] = {{.tv_sec = 1000}, {.tv_sec = 1000}};
	char path[512], *name;

	kept_file("bzImage", path, sizeof(path));
	name = strrchr(path, '/');
	assert_non_null(name);
	*name = '\0';
	assert_int_equal(utimensat(AT_FDCWD, path, old, 0), 0);
}

/* 23 beside the one that is there: as many as are kept. */
static void fill_cache(void)
{
	char value[16];

	for (int i = 0; i < 23; i++) {
		snprintf(value, sizeof(value), "%d", i);
		keep(value);
	}
	assert_int_equal(count_names("../cache/mvirt-mkos"), 24);
}

static void kernel_that_was_not_used_goes_first(void **state)
{
	(void)state;
	put_kernel();
	keep("old");
	age_kept();
	fill_cache();
	keep("one more");
	assert_int_equal(count_names("../cache/mvirt-mkos"), 24);
	assert_false(get("old"));
	assert_true(get("0"));
	assert_true(get("one more"));
}

static void kernel_that_was_taken_counts_as_used(void **state)
{
	(void)state;
	put_kernel();
	keep("used");
	age_kept();
	fill_cache();
	assert_true(get("used"));
	keep("one more");
	assert_int_equal(count_names("../cache/mvirt-mkos"), 24);
	assert_true(get("used"));
}

static void no_cache_folder_is_no_error(void **state)
{
	char *home = strdup(getenv("HOME") ? getenv("HOME") : "/");
	char *cache = strdup(getenv("XDG_CACHE_HOME"));
	bool found;

	(void)state;
	put_kernel();
	unsetenv("HOME");
	/* A relative one does not count (XDG Base Directory Specification). */
	assert_int_equal(setenv("XDG_CACHE_HOME", "relative", 1), 0);
	keep("a");
	found = get("a");
	assert_int_equal(setenv("HOME", home, 1), 0);
	assert_int_equal(setenv("XDG_CACHE_HOME", cache, 1), 0);
	free(home);
	free(cache);
	assert_false(found);
	assert_int_equal(access("relative", F_OK), -1);
	assert_int_equal(access("../one/relative", F_OK), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(kept_kernel_serves_another_project, clear_projects),
		cmocka_unit_test_teardown(other_inputs_are_another_kernel, clear_projects),
		cmocka_unit_test_teardown(kernel_can_be_kept_twice, clear_projects),
		cmocka_unit_test_teardown(damaged_copy_is_not_taken, clear_projects),
		cmocka_unit_test_teardown(incomplete_copy_is_not_taken, clear_projects),
		cmocka_unit_test_teardown(kernel_that_was_not_used_goes_first, clear_projects),
		cmocka_unit_test_teardown(kernel_that_was_taken_counts_as_used, clear_projects),
		cmocka_unit_test_teardown(no_cache_folder_is_no_error, clear_projects),
	};

	return cmocka_run_group_tests(tests, enter_projects, scratch_leave);
}
