#include "scratch.h"

#include "host/output.h"

#include <sched.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/mount.h>
#include <sys/resource.h>

/* What a child answers where this machine does not let it try. */
enum { NOT_HERE = 77 };

static const char old_text[] = "the old one";

static void old_file_stays_until_the_commit(void **state)
{
	struct err e = ERR_INIT;
	AUTO_OUTPUT o = OUTPUT_INIT;

	(void)state;
	put_text("f", old_text);
	assert_ok(output_begin(&o, "f", true, &e));
	assert_ok(sink_put(&o.sink, "new", 3, &e));
	assert_ok(output_flush(&o, &e));
	assert_text("f", old_text);
	assert_int_equal(o.sink.pos, 3);
	assert_ok(output_commit(&o, &e));
	assert_text("f", "new");
	assert_int_equal(count_names("."), 1);
	assert_int_equal(o.fd, -1);
}

static void aborted_file_leaves_nothing(void **state)
{
	struct err e = ERR_INIT;
	AUTO_OUTPUT o = OUTPUT_INIT;

	(void)state;
	assert_ok(output_begin(&o, "f", false, &e));
	assert_ok(sink_put(&o.sink, "new", 3, &e));
	output_abort(&o);
	assert_int_equal(count_names("."), 0);
	put_text("f", old_text);
	assert_ok(output_begin(&o, "f", false, &e));
	output_abort(&o);
	assert_text("f", old_text);
	assert_int_equal(count_names("."), 1);
}

static void pieces_of_any_size_arrive_in_order(void **state)
{
	static const size_t sizes[] = {1, 262143, 1, 262144, 262145, 3, 600000, 0, 7};
	struct err e = ERR_INIT;
	AUTO_OUTPUT o = OUTPUT_INIT;
	AUTO_BUF want = BUF_INIT;
	AUTO_BUF got = BUF_INIT;
	uint32_t seed = 1;

	(void)state;
	assert_ok(output_begin(&o, "f", false, &e));
	for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
		size_t at = want.len;

		for (size_t k = 0; k < sizes[i]; k++) {
			seed = seed * 1664525 + 1013904223;
			assert_ok(buf_put(&want, &(char){(char)(seed >> 24)}, 1, &e));
		}
		assert_ok(sink_put(&o.sink, buf_str(&want) + at, sizes[i], &e));
	}
	assert_int_equal(o.sink.pos, want.len);
	assert_ok(output_commit(&o, &e));
	assert_ok(file_read("f", 1 << 24, &got, &e));
	assert_bytes(got.data, got.len, want.data, want.len);
}

static uint64_t room_of(const char *path)
{
	struct stat st;

	assert_int_equal(stat(path, &st), 0);
	return (uint64_t)st.st_blocks * 512;
}

static void long_zeros_become_holes_wherever_they_stand(void **state)
{
	enum { LONG = 8 << 20 };
	struct err e = ERR_INIT;
	AUTO_OUTPUT o = OUTPUT_INIT;
	AUTO_BUF got = BUF_INIT;
	char *want = calloc(1, 2 * LONG + 8);

	(void)state;
	assert_non_null(want);
	want[0] = 'a';
	memcpy(want + 1 + 1000, "b", 1);
	memcpy(want + 1 + 1000 + 1 + LONG, "c", 1);
	assert_ok(output_begin(&o, "f", false, &e));
	assert_ok(sink_put(&o.sink, "a", 1, &e));
	assert_ok(sink_zeros(&o.sink, 1000, &e));
	assert_ok(sink_put(&o.sink, "b", 1, &e));
	assert_ok(sink_zeros(&o.sink, LONG, &e));
	assert_ok(sink_put(&o.sink, "c", 1, &e));
	assert_ok(sink_zeros(&o.sink, LONG - 1000, &e));
	assert_int_equal(o.sink.pos, 2 * LONG + 3);
	assert_ok(output_commit(&o, &e));
	assert_ok(file_read("f", 1 << 25, &got, &e));
	assert_bytes(got.data, got.len, want, 2 * LONG + 3);
	free(want);
	assert_true(room_of("f") < 1 << 20);
}

static void holes_of_a_source_stay_holes(void **state)
{
	enum { HOLE = 8 << 20 };
	struct err e = ERR_INIT;
	AUTO_OUTPUT o = OUTPUT_INIT;
	AUTO_FILE_SOURCE f = FILE_SOURCE_INIT;
	AUTO_BUF got = BUF_INIT;
	AUTO_BUF want = BUF_INIT;
	AUTO_CLOSE int fd = open("in", O_RDWR | O_CREAT | O_CLOEXEC, 0644);

	(void)state;
	assert_int_equal(pwrite(fd, "begin", 5, 0), 5);
	assert_int_equal(pwrite(fd, "middle", 6, HOLE + 77), 6);
	assert_int_equal(ftruncate(fd, 2 * HOLE), 0);
	assert_ok(file_source_open(&f, "in", &e));
	assert_ok(output_begin(&o, "f", false, &e));
	assert_ok(sink_put(&o.sink, "x", 1, &e));
	/* Not all of it: from the middle of the first word into the last hole. */
	assert_ok(sink_range(&o.sink, &f.source, 2, 2 * HOLE - 100, &e));
	assert_int_equal(o.sink.pos, 2 * HOLE - 99);
	assert_ok(output_commit(&o, &e));
	assert_ok(file_read("f", 1 << 25, &got, &e));
	assert_ok(file_read("in", 1 << 25, &want, &e));
	assert_int_equal(got.data[0], 'x');
	assert_bytes(got.data + 1, got.len - 1, want.data + 2, 2 * HOLE - 100);
	assert_true(room_of("f") < 1 << 20);
}

static void empty_output_is_an_empty_file(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	put_text("f", old_text);
	assert_ok(output_write("f", NULL, 0, false, &e));
	assert_text("f", "");
}

/* Writes a new "f" and is killed before the commit, with the bytes on their way. */
static int killed_while_writing(void)
{
	struct output o = OUTPUT_INIT;
	struct err e = ERR_INIT;
	static char data[600000];

	if (output_begin(&o, "f", true, &e) < 0 || sink_put(&o.sink, data, sizeof(data), &e) < 0 ||
	    output_flush(&o, &e) < 0)
		return 1;
	kill(getpid(), SIGKILL);
	return 2;
}

static void killed_writer_leaves_the_old_file(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	put_text("f", old_text);
	assert_int_equal(in_child(killed_while_writing), 1000 + SIGKILL);
	assert_text("f", old_text);
	assert_ok(output_write("f", "new", 3, false, &e));
	assert_text("f", "new");
	assert_int_equal(count_names("."), 1);
}

static int write_line(const char *path, const char *text)
{
	AUTO_CLOSE int fd = open(path, O_WRONLY | O_CLOEXEC);
	size_t len = strlen(text);

	return fd >= 0 && write(fd, text, len) == (ssize_t)len ? 0 : -1;
}

/* In a child: file systems can be mounted that nobody else sees, as root or as nobody special. */
static int own_mounts(void)
{
	unsigned int user = geteuid(), group = getegid();
	char users[64], groups[64];

	if (unshare(user == 0 ? CLONE_NEWNS : CLONE_NEWUSER | CLONE_NEWNS) < 0)
		return -1;
	snprintf(users, sizeof(users), "%u %u 1", user, user);
	snprintf(groups, sizeof(groups), "%u %u 1", group, group);
	if (user != 0 && (write_line("/proc/self/uid_map", users) < 0 ||
			  write_line("/proc/self/setgroups", "deny") < 0 ||
			  write_line("/proc/self/gid_map", groups) < 0))
		return -1;
	return mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL);
}

/* There: /proc is covered by an empty file system, so that a file needs a name at once. */
static int hide_proc(void)
{
	return own_mounts() < 0 ? -1 : mount("none", "/proc", "tmpfs", 0, NULL);
}

static int killed_with_a_name(void)
{
	return hide_proc() < 0 ? NOT_HERE : killed_while_writing();
}

static int writes_with_a_name(void)
{
	struct output o = OUTPUT_INIT;
	struct err e = ERR_INIT;

	if (hide_proc() < 0)
		return NOT_HERE;
	if (output_begin(&o, "f", true, &e) < 0 || sink_put(&o.sink, "new", 3, &e) < 0)
		return 1;
	if (!o.has_name || access(o.temp, F_OK) < 0)
		return 2;
	if (output_commit(&o, &e) < 0)
		return 3;
	if (output_begin(&o, "g", true, &e) < 0)
		return 4;
	output_abort(&o);
	return 0;
}

static void file_system_without_nameless_files_does_as_well(void **state)
{
	int r;

	(void)state;
	put_text("f", old_text);
	r = in_child(writes_with_a_name);
	if (r == NOT_HERE)
		skip_without("user namespace");
	assert_int_equal(r, 0);
	assert_text("f", "new");
	assert_int_equal(count_names("."), 1);
}

static void leftover_of_a_killed_writer_goes_with_the_next_run(void **state)
{
	struct err e = ERR_INIT;
	AUTO_OUTPUT o = OUTPUT_INIT;
	int r;

	(void)state;
	put_text("f", old_text);
	r = in_child(killed_with_a_name);
	if (r == NOT_HERE)
		skip_without("user namespace");
	assert_int_equal(r, 1000 + SIGKILL);
	assert_text("f", old_text);
	assert_int_equal(count_names("."), 2);
	assert_ok(output_begin(&o, "f", false, &e));
	assert_int_equal(count_names("."), 1);
}

static void leftover_of_a_living_writer_stays(void **state)
{
	AUTO_CLOSE int held = open(".f.mkos-1", O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	struct err e = ERR_INIT;

	(void)state;
	assert_int_equal(flock(held, LOCK_EX | LOCK_NB), 0);
	put_text(".f.mkos-2", "dead");
	put_text(".g.mkos-3", "of another file");
	put_text("f.mkos-4", "no leftover");
	assert_ok(output_write("f", "new", 3, false, &e));
	assert_int_equal(access(".f.mkos-1", F_OK), 0);
	assert_int_equal(access(".f.mkos-2", F_OK), -1);
	assert_int_equal(access(".g.mkos-3", F_OK), 0);
	assert_int_equal(access("f.mkos-4", F_OK), 0);
	close(held);
	held = -1;
	assert_ok(output_write("f", "new", 3, false, &e));
	assert_int_equal(access(".f.mkos-1", F_OK), -1);
}

static void leftover_of_a_long_name_goes_too(void **state)
{
	char name[256], leftover[256];
	struct err e = ERR_INIT;

	(void)state;
	memset(name, 'n', 255);
	name[255] = '\0';
	snprintf(leftover, sizeof(leftover), ".%.200s.mkos-2", name);
	put_text(leftover, "dead");
	assert_ok(output_write(name, "new", 3, false, &e));
	assert_text(name, "new");
	assert_int_equal(count_names("."), 1);
}

/* Another run that writes the same file takes one without a lock for a leftover. */
static void file_is_locked_while_it_is_written(void **state)
{
	struct err e = ERR_INIT;
	AUTO_OUTPUT o = OUTPUT_INIT;
	AUTO_CLOSE int other = -1;
	char self[64];

	(void)state;
	assert_ok(output_begin(&o, "f", false, &e));
	snprintf(self, sizeof(self), "/proc/self/fd/%d", o.fd);
	other = open(self, O_RDONLY | O_CLOEXEC);
	assert_true(other >= 0);
	assert_int_equal(flock(other, LOCK_EX | LOCK_NB), -1);
}

static void link_is_written_where_it_points_to(void **state)
{
	struct err e = ERR_INIT;
	struct stat st;

	(void)state;
	put_folder("d");
	put_text("d/real", old_text);
	assert_int_equal(symlink("d/real", "link"), 0);
	assert_ok(output_write("link", "new", 3, false, &e));
	assert_text("d/real", "new");
	assert_int_equal(lstat("link", &st), 0);
	assert_true(S_ISLNK(st.st_mode));
	assert_int_equal(symlink("d/fresh", "dangling"), 0);
	assert_ok(output_write("dangling", "new", 3, false, &e));
	assert_text("d/fresh", "new");
	assert_int_equal(count_names("d"), 2);
	assert_int_equal(symlink("loop", "loop"), 0);
	assert_fails_with(output_write("loop", "new", 3, false, &e),
			  "write 'loop': Too many levels of symbolic links");
}

static void only_regular_files_are_written(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	put_folder("d");
	assert_int_equal(mkfifo("pipe", 0600), 0);
	assert_fails_with(output_write("d", "x", 1, false, &e),
			  "cannot write 'd': it is a folder, not a regular file");
	assert_fails_with(output_write("d/", "x", 1, false, &e),
			  "cannot write 'd/': it is a folder, not a regular file");
	assert_fails_with(output_write("pipe", "x", 1, false, &e),
			  "cannot write 'pipe': it is a device or a pipe, not a regular file");
	assert_fails_with(output_write("/dev/null", "x", 1, false, &e),
			  "cannot write '/dev/null': it is a device or a pipe, not a regular file");
	assert_fails_with(output_write("new/", "x", 1, false, &e),
			  "cannot write 'new/': it names a folder");
	assert_fails_with(output_write("no/f", "x", 1, false, &e),
			  "write 'no/f': open folder 'no': No such file or directory");
	assert_int_equal(count_names("d"), 0);
}

/* Answers 0 when the write fails as it should and nothing but the old file is left. */
static int writes_too_much(const char *path, const char *sentence)
{
	static const char data[3 << 20];
	struct err e = ERR_INIT;

	if (output_write(path, data, sizeof(data), false, &e) == 0)
		return 1;
	if (strcmp(e.text, sentence) != 0) {
		print_error("%s\n", e.text);
		return 2;
	}
	return 0;
}

static int reserves_too_much(const char *path)
{
	static const char want[] = "write 'disk/f': No space left on device";
	AUTO_OUTPUT o = OUTPUT_INIT;
	struct err e = ERR_INIT;

	if (output_begin(&o, path, false, &e) < 0 || output_reserve(&o, 3 << 20, &e) == 0)
		return 1;
	return strcmp(e.text, want) ? 2 : 0;
}

static int over_the_file_limit(void)
{
	const struct rlimit limit = {1 << 20, 1 << 20};
	struct memory_source memory;
	struct output o = OUTPUT_INIT;
	struct err e = ERR_INIT;
	static const char data[3 << 20];

	signal(SIGXFSZ, SIG_IGN);
	if (setrlimit(RLIMIT_FSIZE, &limit) < 0)
		return NOT_HERE;
	memory_source_init(&memory, data, sizeof(data), "memory");
	if (output_begin(&o, "f", false, &e) < 0 ||
	    sink_range(&o.sink, &memory.source, 0, sizeof(data), &e) == 0)
		return 3;
	output_abort(&o);
	return writes_too_much("f", "write 'f': File too large");
}

static int on_a_full_disk(void)
{
	if (own_mounts() < 0 || mount("none", "disk", "tmpfs", 0, "size=1m,mode=0777") < 0)
		return NOT_HERE;
	if (link("f", "disk/f") == 0 || reserves_too_much("disk/f") != 0 ||
	    writes_too_much("disk/f", "write 'disk/f': No space left on "
				      "device") != 0)
		return 3;
	return count_names("disk") == 0 ? 0 : 4;
}

static void file_over_the_limit_leaves_the_old_one(void **state)
{
	(void)state;
	put_text("f", old_text);
	assert_int_equal(in_child(over_the_file_limit), 0);
	assert_text("f", old_text);
	assert_int_equal(count_names("."), 1);
}

static void full_disk_is_told(void **state)
{
	int r;

	(void)state;
	put_text("f", old_text);
	put_folder("disk");
	r = in_child(on_a_full_disk);
	if (r == NOT_HERE)
		skip_without("file system of its own in a user namespace");
	assert_int_equal(r, 0);
}

static void ranges_of_a_file_are_copied(void **state)
{
	struct err e = ERR_INIT;
	AUTO_FILE_SOURCE from = FILE_SOURCE_INIT;
	AUTO_OUTPUT o = OUTPUT_INIT;

	(void)state;
	put_text("from", "0123456789");
	assert_ok(file_source_open(&from, "from", &e));
	assert_ok(output_begin(&o, "f", false, &e));
	assert_ok(sink_put(&o.sink, "<", 1, &e));
	assert_ok(sink_range(&o.sink, &from.source, 2, 5, &e));
	assert_ok(sink_range(&o.sink, &from.source, 9, 1, &e));
	assert_ok(sink_range(&o.sink, &from.source, 10, 0, &e));
	assert_ok(sink_put(&o.sink, ">", 1, &e));
	assert_int_equal(o.sink.pos, 8);
	assert_fails_with(sink_range(&o.sink, &from.source, 9, 2, &e),
			  "'from' ends after 10 bytes, but 2 at 9 are needed: it is cut short");
	assert_fails_with(sink_range(&o.sink, &from.source, UINT64_MAX, 1, &e),
			  "'from' ends after 10 bytes, but 1 at 18446744073709551615 are needed: "
			  "it is cut short");
	assert_ok(output_commit(&o, &e));
	assert_text("f", "<234569>");
}

static void pieces_stand_where_they_were_put(void **state)
{
	struct err e = ERR_INIT;
	AUTO_FILE_SOURCE from = FILE_SOURCE_INIT;
	AUTO_OUTPUT o = OUTPUT_INIT;

	(void)state;
	put_text("from", "0123456789");
	assert_ok(file_source_open(&from, "from", &e));
	assert_ok(output_begin(&o, "f", false, &e));
	assert_ok(sink_put(&o.sink, "<", 1, &e));
	assert_ok(output_flush(&o, &e));
	assert_ok(output_reserve(&o, 7, &e));
	assert_ok(output_put_at(&o, 4, "def", 3, &e));
	assert_ok(output_copy_at(&o, 1, &from.source, 3, 3, &e));
	assert_ok(output_seek(&o, 7, &e));
	assert_ok(sink_put(&o.sink, ">", 1, &e));
	assert_ok(output_commit(&o, &e));
	assert_text("f", "<345def>");
}

static void source_that_became_shorter_is_told(void **state)
{
	struct err e = ERR_INIT;
	AUTO_FILE_SOURCE from = FILE_SOURCE_INIT;
	AUTO_OUTPUT o = OUTPUT_INIT;

	(void)state;
	put_text("from", "0123456789");
	assert_ok(file_source_open(&from, "from", &e));
	assert_int_equal(truncate("from", 4), 0);
	assert_ok(output_begin(&o, "f", false, &e));
	assert_fails_with(sink_range(&o.sink, &from.source, 0, 10, &e),
			  "'from' became shorter while it was read");
}

static void source_that_grows_is_copied_to_its_known_end(void **state)
{
	struct err e = ERR_INIT;
	AUTO_FILE_SOURCE from = FILE_SOURCE_INIT;
	AUTO_OUTPUT o = OUTPUT_INIT;

	(void)state;
	put_text("from", "0123456789");
	assert_ok(file_source_open(&from, "from", &e));
	put_text("from", "0123456789 and more");
	assert_ok(output_begin(&o, "f", false, &e));
	assert_ok(sink_range(&o.sink, &from.source, 0, 10, &e));
	assert_ok(output_commit(&o, &e));
	assert_text("f", "0123456789");
	assert_fails_with(file_source_unchanged(&from, &e),
			  "'from' was changed while it was read: run again when it is at rest");
}

static void copy_has_the_same_bytes(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	put_text("from", "0123456789");
	assert_ok(output_copy("from", "f", true, &e));
	assert_text("f", "0123456789");
	assert_fails_with(output_copy("no", "f", true, &e), "open 'no': No such file or directory");
	assert_fails_with(output_copy(".", "f", true, &e), "'.' is a folder, not a file");
	assert_text("f", "0123456789");
}

static void mode_does_not_depend_on_the_umask(void **state)
{
	struct err e = ERR_INIT;
	AUTO_OUTPUT o = OUTPUT_INIT;
	mode_t before = umask(077);
	struct stat st;

	(void)state;
	assert_ok(output_begin(&o, "f", false, &e));
	assert_ok(output_set_mode(&o, 0755, &e));
	assert_ok(output_commit(&o, &e));
	assert_ok(output_write("g", "x", 1, false, &e));
	umask(before);
	assert_int_equal(stat("f", &st), 0);
	assert_int_equal(st.st_mode & 07777, 0755);
	assert_int_equal(stat("g", &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		scratch_test(old_file_stays_until_the_commit),
		scratch_test(aborted_file_leaves_nothing),
		scratch_test(pieces_of_any_size_arrive_in_order),
		scratch_test(long_zeros_become_holes_wherever_they_stand),
		scratch_test(holes_of_a_source_stay_holes),
		scratch_test(empty_output_is_an_empty_file),
		scratch_test(killed_writer_leaves_the_old_file),
		scratch_test(file_system_without_nameless_files_does_as_well),
		scratch_test(leftover_of_a_killed_writer_goes_with_the_next_run),
		scratch_test(leftover_of_a_living_writer_stays),
		scratch_test(leftover_of_a_long_name_goes_too),
		scratch_test(file_is_locked_while_it_is_written),
		scratch_test(link_is_written_where_it_points_to),
		scratch_test(only_regular_files_are_written),
		scratch_test(file_over_the_limit_leaves_the_old_one),
		scratch_test(full_disk_is_told),
		scratch_test(ranges_of_a_file_are_copied),
		scratch_test(pieces_stand_where_they_were_put),
		scratch_test(source_that_became_shorter_is_told),
		scratch_test(source_that_grows_is_copied_to_its_known_end),
		scratch_test(copy_has_the_same_bytes),
		scratch_test(mode_does_not_depend_on_the_umask),
	};

	return cmocka_run_group_tests(tests, scratch_enter, scratch_leave);
}
