#include "scratch.h"

#include "host/workspace.h"
#include "stage/clean.h"

static void put_built(const char *folder)
{
	struct err e = ERR_INIT;
	char path[64];

	assert_ok(workspace_folder(folder, &e));
	snprintf(path, sizeof(path), "%s/file", folder);
	put_text(path, "built");
}

static void put_all(void)
{
	put_built("cache");
	put_built("kernel");
	put_built("target");
	put_text("mine", "mine");
}

static void downloads_stay_unless_asked(void **state)
{
	struct err e = ERR_INIT;
	uint64_t bytes = 0;

	(void)state;
	put_all();
	assert_ok(stage_clean(false, &bytes, &e));
	assert_int_equal(count_names("."), 2);
	assert_text("cache/file", "built");
	assert_text("mine", "mine");
	assert_true(bytes > 0);
	assert_ok(stage_clean(true, &bytes, &e));
	assert_int_equal(count_names("."), 1);
	assert_text("mine", "mine");
}

static void nothing_to_clean_is_no_error(void **state)
{
	struct err e = ERR_INIT;
	uint64_t bytes = 5;

	(void)state;
	assert_ok(stage_clean(true, &bytes, &e));
	assert_int_equal(bytes, 0);
	put_built("kernel");
	assert_ok(stage_clean(false, &bytes, &e));
	assert_int_equal(count_names("."), 0);
}

static void foreign_folder_stops_all(void **state)
{
	struct err e = ERR_INIT;
	uint64_t bytes;

	(void)state;
	put_all();
	assert_int_equal(unlink("target/CACHEDIR.TAG"), 0);
	assert_fails_with(stage_clean(false, &bytes, &e),
			  "folder 'target' was not made by mvirt-mkos (it has no CACHEDIR.TAG of "
			  "ours): nothing was deleted");
	assert_text("target/file", "built");
	assert_text("kernel/file", "built");
	assert_int_equal(bytes, 0);
}

static void foreign_cache_matters_to_distclean_alone(void **state)
{
	struct err e = ERR_INIT;
	uint64_t bytes;

	(void)state;
	put_all();
	assert_int_equal(unlink("cache/CACHEDIR.TAG"), 0);
	assert_int_equal(stage_clean(true, &bytes, &e), -1);
	assert_text("target/file", "built");
	assert_ok(stage_clean(false, &bytes, &e));
	assert_text("cache/file", "built");
	assert_int_equal(access("target", F_OK), -1);
}

static void project_at_work_is_left_alone(void **state)
{
	AUTO_CLOSE int lock = -1;
	struct err e = ERR_INIT;
	uint64_t bytes;

	(void)state;
	put_all();
	assert_ok(workspace_lock("target", &lock, &e));
	assert_int_equal(stage_clean(true, &bytes, &e), -1);
	assert_int_equal(e.kind, ERR_BUSY);
	assert_text("kernel/file", "built");
	assert_text("target/file", "built");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		scratch_test(downloads_stay_unless_asked),
		scratch_test(nothing_to_clean_is_no_error),
		scratch_test(foreign_folder_stops_all),
		scratch_test(foreign_cache_matters_to_distclean_alone),
		scratch_test(project_at_work_is_left_alone),
	};

	return cmocka_run_group_tests(tests, scratch_enter, scratch_leave);
}
