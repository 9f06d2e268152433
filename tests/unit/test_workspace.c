#include "scratch.h"

#include "host/workspace.h"

#include <signal.h>

static void folder_is_made_and_marked(void **state)
{
	struct err e = ERR_INIT;
	AUTO_BUF mark = BUF_INIT;

	(void)state;
	assert_false(workspace_is_ours("a/target"));
	assert_ok(workspace_folder("a/target", &e));
	assert_true(workspace_is_ours("a/target"));
	assert_ok(file_read("a/target/CACHEDIR.TAG", 4096, &mark, &e));
	/* The first 43 bytes are those of the Cache Directory Tagging Specification. */
	assert_memory_equal(mark.data, "Signature: 8a477f597d28d172789f06886806bc55", 43);
	put_text("a/target/kept", "kept");
	assert_ok(workspace_folder("a/target", &e));
	assert_text("a/target/kept", "kept");
}

static void empty_folder_is_taken(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	put_folder("empty");
	assert_ok(workspace_folder("empty", &e));
	assert_true(workspace_is_ours("empty"));
}

static void folder_of_somebody_else_is_refused(void **state)
{
	static const char sentence[] =
		"folder 'target' is not ours (no CACHEDIR.TAG of mvirt-mkos in it): "
		"move it away, it stands where the build writes";
	struct err e = ERR_INIT;

	(void)state;
	put_folder("target");
	put_text("target/.hidden", "mine");
	assert_fails_with(workspace_folder("target", &e), sentence);
	assert_int_equal(count_names("target"), 1);
	/* The tag of another program is not ours. */
	put_text("target/CACHEDIR.TAG", "Signature: 8a477f597d28d172789f06886806bc55\n# cargo\n");
	assert_fails_with(workspace_folder("target", &e), sentence);
	assert_false(workspace_is_ours("target"));
	put_text("file", "mine");
	assert_fails_with(workspace_folder("file", &e), "make folder 'file': File exists");
	assert_text("file", "mine");
}

static void mark_is_not_written_through_a_link(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	put_text("mine", "mine");
	put_folder("target");
	assert_int_equal(symlink("../mine", "target/CACHEDIR.TAG"), 0);
	assert_int_equal(workspace_folder("target", &e), -1);
	assert_int_equal(workspace_lock("target", &(int){-1}, &e), -1);
	assert_text("mine", "mine");
}

static void lock_held_by_another_process_names_it(void **state)
{
	char sentence[512];
	struct err e = ERR_INIT;
	int ready[2], status, fd = -1;
	pid_t pid;
	char c;

	(void)state;
	assert_ok(workspace_folder("target", &e));
	assert_int_equal(pipe(ready), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		if (workspace_lock("target", &fd, &e) < 0)
			_exit(1);
		if (write(ready[1], "x", 1) != 1)
			_exit(2);
		pause();
		_exit(3);
	}
	assert_int_equal(read(ready[0], &c, 1), 1);
	snprintf(sentence, sizeof(sentence),
		 "another mvirt-mkos (process %ld) is at work in '%s/target': "
		 "wait until it is done",
		 (long)pid, scratch_folder);
	assert_fails_with(workspace_lock("target", &fd, &e), sentence);
	assert_int_equal(e.kind, ERR_BUSY);
	assert_int_equal(fd, -1);
	assert_true(workspace_is_ours("target"));
	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	close(ready[0]);
	close(ready[1]);
	assert_ok(workspace_lock("target", &fd, &e));
	close(fd);
}

static void lock_is_released_when_its_descriptor_is_closed(void **state)
{
	struct err e = ERR_INIT;
	int first = -1, second = -1;

	(void)state;
	assert_ok(workspace_folder("target", &e));
	assert_ok(workspace_lock("target", &first, &e));
	assert_int_equal(workspace_lock("target", &second, &e), -1);
	close(first);
	assert_ok(workspace_lock("target", &second, &e));
	close(second);
	assert_true(workspace_is_ours("target"));
}

static void lock_needs_a_marked_folder(void **state)
{
	struct err e = ERR_INIT;
	int fd = -1;

	(void)state;
	assert_fails_with(workspace_lock("target", &fd, &e),
			  "open 'target/CACHEDIR.TAG': No such file or directory");
}

static void only_our_folders_are_removed(void **state)
{
	struct err e = ERR_INIT;
	uint64_t bytes = 0;

	(void)state;
	put_folder("mine");
	put_text("mine/file", "mine");
	assert_fails_with(workspace_remove("mine", &bytes, &e),
			  "folder 'mine' was not made by mvirt-mkos (no CACHEDIR.TAG of ours in "
			  "it): it is left as it is");
	assert_text("mine/file", "mine");
	assert_int_equal(bytes, 0);
	assert_ok(workspace_remove("not-there", &bytes, &e));
	assert_ok(workspace_folder("ours", &e));
	put_folder("ours/d");
	put_text("ours/d/file", "ours");
	assert_int_equal(symlink("../../mine", "ours/d/link"), 0);
	assert_ok(workspace_remove("ours", &bytes, &e));
	assert_int_equal(access("ours", F_OK), -1);
	assert_text("mine/file", "mine");
	assert_true(bytes > 0);
}

/* A removal that was cut short still has the mark, so the next one takes it up. */
static void mark_goes_last(void **state)
{
	struct err e = ERR_INIT;
	uint64_t bytes = 0;
	char deep[4096] = "ours";

	(void)state;
	assert_ok(workspace_folder("ours", &e));
	/* Deeper than a removal goes. */
	for (int i = 0; i < 205; i++) {
		memcpy(deep + strlen(deep), "/d", 3);
		put_folder(deep);
	}
	assert_int_equal(workspace_remove("ours", &bytes, &e), -1);
	assert_int_equal(e.kind, ERR_LIMIT);
	assert_true(workspace_is_ours("ours"));
	for (int i = 0; i < 10; i++) {
		assert_int_equal(rmdir(deep), 0);
		deep[strlen(deep) - 2] = '\0';
	}
	assert_ok(workspace_remove("ours", &bytes, &e));
	assert_int_equal(access("ours", F_OK), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		scratch_test(folder_is_made_and_marked),
		scratch_test(empty_folder_is_taken),
		scratch_test(folder_of_somebody_else_is_refused),
		scratch_test(mark_is_not_written_through_a_link),
		scratch_test(lock_held_by_another_process_names_it),
		scratch_test(lock_is_released_when_its_descriptor_is_closed),
		scratch_test(lock_needs_a_marked_folder),
		scratch_test(only_our_folders_are_removed),
		scratch_test(mark_goes_last),
	};

	return cmocka_run_group_tests(tests, scratch_enter, scratch_leave);
}
