#include "scratch.h"

#include "host/process.h"

#include <signal.h>
#include <time.h>

/* The program `sh` with a script: process.c looks for it in PATH. */
static void make_argv(struct strv *argv, const char *script)
{
	struct err e = ERR_INIT;

	assert_ok(strv_add_all(argv, &e, "sh", "-c", script, NULL));
}

static int capture(const char *script, char **ret, struct err *e)
{
	struct process_options p = PROCESS_OPTIONS_INIT;
	AUTO_STRV argv = STRV_INIT;

	make_argv(&argv, script);
	p.argv = &argv;
	return process_capture(&p, 1000, ret, e);
}

static void assert_prints(const char *script, const char *want)
{
	struct err e = ERR_INIT;
	AUTO_FREE char *got = NULL;

	assert_ok(capture(script, &got, &e));
	assert_string_equal(got, want);
}

static int ignore_line(void *context, const char *line, size_t len, struct err *e)
{
	(void)context;
	(void)line;
	(void)len;
	(void)e;
	return 0;
}

static int run(const char *script, process_line_fn *on_line, void *context, int *ret_status,
	       struct err *e)
{
	struct process_options p = PROCESS_OPTIONS_INIT;
	AUTO_STRV argv = STRV_INIT;

	make_argv(&argv, script);
	p.argv = &argv;
	return process_pump(&p, on_line, context, ret_status, e);
}

static void exit_status_is_told(void **state)
{
	struct err e = ERR_INIT;
	int status = -1;

	(void)state;
	assert_ok(run("exit 3", ignore_line, NULL, &status, &e));
	assert_int_equal(status, 3);
	assert_ok(run("exit 0", ignore_line, NULL, &status, &e));
	assert_int_equal(status, 0);
}

static void signal_is_no_success(void **state)
{
	struct err e = ERR_INIT;
	int status = 12345;

	(void)state;
	assert_fails_with(run("kill -9 $$", ignore_line, NULL, &status, &e),
			  "'sh' was killed by signal 9 (Killed)");
	assert_int_equal(e.kind, ERR_CHILD);
	assert_int_equal(status, 12345);
}

struct collected {
	size_t lines, bytes, longest, odd;
	struct buf text;
};

static int collect(void *context, const char *line, size_t len, struct err *e)
{
	struct collected *c = context;

	c->lines++;
	c->bytes += len;
	c->longest = len > c->longest ? len : c->longest;
	assert_int_equal(line[len], '\0');
	for (size_t i = 0; i < len; i++)
		c->odd += line[i] != 'x';
	return len < 100 ? buf_putf(&c->text, e, "[%s]", line) : 0;
}

static void lines_come_one_by_one(void **state)
{
	struct collected c = {.lines = 0};
	struct err e = ERR_INIT;
	int status = -1;

	(void)state;
	assert_ok(run("echo one; echo two >&2; echo; printf last", collect, &c, &status, &e));
	assert_string_equal(buf_str(&c.text), "[one][two][][last]");
	buf_done(&c.text);
}

static void megabyte_without_newline_comes_in_pieces(void **state)
{
	struct collected c = {.lines = 0};
	struct err e = ERR_INIT;
	int status = -1;

	(void)state;
	assert_ok(run("head -c 1048576 /dev/zero | tr '\\0' x; echo; echo end", collect, &c,
		      &status, &e));
	assert_int_equal(c.bytes, (1 << 20) + 3);
	assert_int_equal(c.odd, 3);
	assert_int_equal(c.longest, 65536);
	assert_string_equal(buf_str(&c.text) + strlen(buf_str(&c.text)) - 5, "[end]");
	buf_done(&c.text);
}

static void missing_program_is_told(void **state)
{
	struct process_options p = PROCESS_OPTIONS_INIT;
	struct err e = ERR_INIT;
	AUTO_STRV argv = STRV_INIT;
	AUTO_STRV path = STRV_INIT;
	pid_t pid = 12345;

	(void)state;
	assert_ok(strv_add(&argv, "no-such-program-of-ours", &e));
	assert_ok(strv_add(&path, "./no-such-program", &e));
	p.argv = &argv;
	assert_fails_with(
		process_start(&p, &pid, &e),
		"program 'no-such-program-of-ours' is not installed: see mvirt-mkos check");
	assert_int_equal(e.kind, ERR_MISSING);
	p.argv = &path;
	assert_fails_with(process_start(&p, &pid, &e),
			  "program './no-such-program' is not installed: see mvirt-mkos check");
	assert_int_equal(pid, 12345);
}

static int start_one(const char *program, const char *folder, struct err *e)
{
	struct process_options p = PROCESS_OPTIONS_INIT;
	AUTO_STRV argv = STRV_INIT;
	pid_t pid;
	int status;

	if (strv_add(&argv, program, e) < 0)
		return -1;
	p.argv = &argv;
	p.folder = folder;
	if (process_start(&p, &pid, e) < 0 || process_wait(pid, program, &status, e) < 0)
		return -1;
	return status;
}

static void file_that_cannot_run_is_told(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	put_text("text", "#!/bin/sh\nexit 0\n");
	put_program("garbage", "\177no program at all");
	put_program("no-shell", "#!/no/such/shell\n");
	assert_fails_with(start_one("./text", NULL, &e),
			  "program './text' is not installed: see mvirt-mkos check");
	assert_fails_with(start_one("./garbage", NULL, &e), "start './garbage': Exec format error");
	assert_fails_with(start_one("./no-shell", NULL, &e),
			  "start './no-shell': No such file or directory");
	assert_fails_with(start_one(".", NULL, &e),
			  "program '.' is not installed: see mvirt-mkos check");
	/* No zombie stays behind. */
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
}

static void variables_that_steer_a_build_are_dropped(void **state)
{
	static const char script[] =
		"echo \"$MAKEFLAGS,$ARCH,$CROSS_COMPILE,$KBUILD_BUILD_USER,$KCONFIG_CONFIG,$O,"
		"$LC_MESSAGES,$LANG,$KEPT,$LC_ALL\"";
	static const char *const set[] = {"MAKEFLAGS",	       "ARCH",		 "CROSS_COMPILE",
					  "KBUILD_BUILD_USER", "KCONFIG_CONFIG", "O",
					  "LC_MESSAGES",       "LANG",		 "LC_ALL"};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(set); i++)
		assert_int_equal(setenv(set[i], "bad", 1), 0);
	assert_int_equal(setenv("KEPT", "kept", 1), 0);
	assert_prints(script, ",,,,,,,,kept,C\n");
	for (size_t i = 0; i < ARRAY_LEN(set); i++)
		unsetenv(set[i]);
}

static void variables_are_added_and_replaced(void **state)
{
	struct process_options p = PROCESS_OPTIONS_INIT;
	struct err e = ERR_INIT;
	AUTO_STRV environment = STRV_INIT;
	AUTO_STRV argv = STRV_INIT;
	AUTO_FREE char *got = NULL;

	(void)state;
	assert_int_equal(setenv("KEPT", "kept", 1), 0);
	assert_int_equal(setenv("KEPT_TOO", "kept", 1), 0);
	assert_ok(strv_add_all(&environment, &e, "KEPT=new", "ARCH=x86", NULL));
	make_argv(&argv, "env | grep -E '^(KEPT|KEPT_TOO|ARCH|LC_ALL)=' | sort");
	p.argv = &argv;
	p.environment = &environment;
	assert_ok(process_capture(&p, 1000, &got, &e));
	assert_string_equal(got, "ARCH=x86\nKEPT=new\nKEPT_TOO=kept\nLC_ALL=C\n");
}

/* One that whoever started us left open, without FD_CLOEXEC, is no business of a child either. */
static void no_descriptor_but_the_standard_three_is_inherited(void **state)
{
	AUTO_CLOSE int low = open("/dev/null", O_RDONLY);
	AUTO_CLOSE int high = fcntl(low, F_DUPFD, 200);

	(void)state;
	assert_true(low >= 0 && high >= 200);
	/* ls itself opens the folder as 3. */
	assert_prints("exec ls /proc/self/fd", "0\n1\n2\n3\n");
}

static void extra_descriptor_is_number_3(void **state)
{
	struct process_options p = PROCESS_OPTIONS_INIT;
	struct err e = ERR_INIT;
	AUTO_STRV argv = STRV_INIT;

	(void)state;
	put_text("extra", "from the extra one");
	make_argv(&argv, "exec cat <&3");
	p.argv = &argv;
	/* Also when it has this number already. */
	for (int at = 3; at < 60; at += 50) {
		AUTO_CLOSE int fd = open("extra", O_RDONLY | O_CLOEXEC);
		AUTO_FREE char *got = NULL;

		assert_true(fd >= 0);
		p.extra = at;
		if (fd != at)
			assert_int_equal(dup3(fd, at, O_CLOEXEC), at);
		assert_ok(process_capture(&p, 1000, &got, &e));
		assert_string_equal(got, "from the extra one\n");
		if (fd != at)
			close(at);
	}
}

static void standard_input_is_empty_or_given(void **state)
{
	struct process_options p = PROCESS_OPTIONS_INIT;
	struct err e = ERR_INIT;
	AUTO_STRV argv = STRV_INIT;
	AUTO_FREE char *got = NULL;
	AUTO_CLOSE int fd = -1;

	(void)state;
	assert_prints("cat; echo end", "end\n");
	put_text("input", "given\n");
	fd = open("input", O_RDONLY | O_CLOEXEC);
	make_argv(&argv, "cat; echo end");
	p.argv = &argv;
	p.input = fd;
	assert_ok(process_capture(&p, 1000, &got, &e));
	assert_string_equal(got, "given\nend\n");
}

static void child_runs_in_the_folder(void **state)
{
	struct process_options p = PROCESS_OPTIONS_INIT;
	struct err e = ERR_INIT;
	AUTO_STRV argv = STRV_INIT;
	AUTO_FREE char *got = NULL;

	(void)state;
	put_folder("below");
	make_argv(&argv, "basename \"$(pwd -P)\"");
	p.argv = &argv;
	p.folder = "below";
	assert_ok(process_capture(&p, 1000, &got, &e));
	assert_string_equal(got, "below\n");
	assert_fails_with(start_one("/bin/sh", "no-such-folder", &e),
			  "start '/bin/sh': No such file or directory");
}

static void signals_start_out_as_usual(void **state)
{
	struct err e = ERR_INIT;
	sigset_t blocked, before;
	int status;

	(void)state;
	sigemptyset(&blocked);
	sigaddset(&blocked, SIGTERM);
	assert_int_equal(sigprocmask(SIG_BLOCK, &blocked, &before), 0);
	assert_fails_with(run("kill -15 $$; exit 0", ignore_line, NULL, &status, &e),
			  "'sh' was killed by signal 15 (Terminated)");
	assert_int_equal(sigprocmask(SIG_SETMASK, &before, NULL), 0);
	signal(SIGPIPE, SIG_IGN);
	assert_fails_with(run("kill -13 $$; exit 0", ignore_line, NULL, &status, &e),
			  "'sh' was killed by signal 13 (Broken pipe)");
	signal(SIGPIPE, SIG_DFL);
}

static pid_t start_script(const char *script)
{
	struct process_options p = PROCESS_OPTIONS_INIT;
	struct err e = ERR_INIT;
	AUTO_STRV argv = STRV_INIT;
	pid_t pid = 0;

	make_argv(&argv, script);
	p.argv = &argv;
	assert_ok(process_start(&p, &pid, &e));
	return pid;
}

static void child_is_killed_when_its_time_is_up(void **state)
{
	struct err e = ERR_INIT;
	pid_t pid = start_script("trap '' TERM; exec sleep 1000");
	time_t before = time(NULL);
	int status = 12345;

	(void)state;
	assert_ok(process_wait_for(pid, "sh", 50, &status, &e));
	assert_int_equal(status, -1);
	assert_true(time(NULL) - before < 30);
	assert_int_equal(kill(pid, 0), -1);
	pid = start_script("exit 5");
	assert_ok(process_wait_for(pid, "sh", 50000, &status, &e));
	assert_int_equal(status, 5);
}

static void capture_has_a_limit(void **state)
{
	struct err e = ERR_INIT;
	AUTO_FREE char *got = NULL;

	(void)state;
	assert_fails_with(capture("yes", &got, &e), "'sh' printed more than 1000 bytes");
	assert_int_equal(e.kind, ERR_LIMIT);
	assert_null(got);
	assert_fails_with(capture("echo sorry; exit 4", &got, &e),
			  "'sh' failed with status 4: sorry\n");
	assert_null(got);
}

static int fail_at_stop(void *context, const char *line, size_t len, struct err *e)
{
	size_t *lines = context;

	(void)len;
	++*lines;
	return strcmp(line, "stop") == 0 ? err_set(e, ERR_INPUT, "enough") : 0;
}

static void failing_line_function_stops_the_child(void **state)
{
	struct err e = ERR_INIT;
	size_t lines = 0;
	int status;

	(void)state;
	assert_fails_with(
		run("echo go; echo stop; exec sleep 1000", fail_at_stop, &lines, &status, &e),
		"enough");
	assert_int_equal(lines, 2);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		scratch_test(exit_status_is_told),
		scratch_test(signal_is_no_success),
		scratch_test(lines_come_one_by_one),
		scratch_test(megabyte_without_newline_comes_in_pieces),
		scratch_test(missing_program_is_told),
		scratch_test(file_that_cannot_run_is_told),
		scratch_test(variables_that_steer_a_build_are_dropped),
		scratch_test(variables_are_added_and_replaced),
		scratch_test(no_descriptor_but_the_standard_three_is_inherited),
		scratch_test(extra_descriptor_is_number_3),
		scratch_test(standard_input_is_empty_or_given),
		scratch_test(child_runs_in_the_folder),
		scratch_test(signals_start_out_as_usual),
		scratch_test(child_is_killed_when_its_time_is_up),
		scratch_test(capture_has_a_limit),
		scratch_test(failing_line_function_stops_the_child),
	};

	return cmocka_run_group_tests(tests, scratch_enter, scratch_leave);
}
