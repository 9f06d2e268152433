#include "scratch.h"

#include "host/passphrase.h"

/* A descriptor that gives that text. */
static int text_fd(const char *text)
{
	int ends[2];

	assert_int_equal(pipe(ends), 0);
	assert_int_equal(write(ends[1], text, strlen(text)), strlen(text));
	close(ends[1]);
	return ends[0];
}

static void each_key_has_a_line_of_the_descriptor(void **state)
{
	struct passphrase_source s = {.has_fd = true, .fd = text_fd("one\ntwo\n\nlast")};
	static const char *const want[] = {"one", "two", "", "last", ""};
	struct err e = ERR_INIT;
	char got[8];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(want); i++) {
		assert_ok(passphrase_get(&s, "key", got, sizeof(got), &e));
		assert_string_equal(got, want[i]);
	}
	close(s.fd);
}

static void one_that_is_too_long_is_refused(void **state)
{
	struct passphrase_source s = {.has_fd = true, .fd = text_fd("12345678\n")};
	struct err e = ERR_INIT;
	char got[8];

	(void)state;
	assert_fails_with(passphrase_get(&s, "key", got, sizeof(got), &e),
			  "a passphrase has at most 7 bytes: this one is longer");
	close(s.fd);
	setenv(PASSPHRASE_ENVIRONMENT, "12345678", 1);
	s = (struct passphrase_source){.has_fd = false};
	assert_fails_with(passphrase_get(&s, "key", got, sizeof(got), &e),
			  "a passphrase has at most 7 bytes: that in MVIRT_MKOS_PASSPHRASE is "
			  "longer");
	unsetenv(PASSPHRASE_ENVIRONMENT);
}

static void descriptor_comes_before_the_variable(void **state)
{
	struct passphrase_source s = {.has_fd = true, .fd = text_fd("line\n")};
	struct passphrase_source none = {.has_fd = false};
	struct err e = ERR_INIT;
	char got[16];

	(void)state;
	assert_false(passphrase_is_given(&none));
	setenv(PASSPHRASE_ENVIRONMENT, "variable", 1);
	assert_true(passphrase_is_given(&none));
	assert_ok(passphrase_get(&s, "key", got, sizeof(got), &e));
	assert_string_equal(got, "line");
	assert_ok(passphrase_get(&none, "key", got, sizeof(got), &e));
	assert_string_equal(got, "variable");
	unsetenv(PASSPHRASE_ENVIRONMENT);
	close(s.fd);
}

static void same_key_is_not_asked_for_twice(void **state)
{
	struct passphrase_memory m = {.n = 0};
	struct passphrase_source s = {.has_fd = true, .fd = text_fd("one\ntwo\n"), .memory = &m};
	struct err e = ERR_INIT;
	char got[8];

	(void)state;
	for (int i = 0; i < 2; i++) {
		assert_ok(passphrase_get(&s, "a", got, sizeof(got), &e));
		assert_string_equal(got, "one");
		assert_ok(passphrase_get(&s, "b", got, sizeof(got), &e));
		assert_string_equal(got, "two");
	}
	assert_int_equal(m.n, 2);
	passphrase_memory_done(&m);
	assert_int_equal(m.n, 0);
	close(s.fd);
}

static void silent_memory_asks_nobody(void **state)
{
	struct passphrase_memory m = {.is_silent = true};
	struct passphrase_source s = {.memory = &m};
	struct err e = ERR_INIT;
	char got[8];

	(void)state;
	assert_fails_with(passphrase_get(&s, "a", got, sizeof(got), &e), "a needs a passphrase");
	assert_true(m.was_mute);
	passphrase_memory_done(&m);
}

static void descriptor_that_is_not_open_is_refused(void **state)
{
	struct passphrase_source s = {.has_fd = false};
	struct err e = ERR_INIT;
	int fd = text_fd("");
	char number[16];

	(void)state;
	snprintf(number, sizeof(number), "%d", fd);
	assert_ok(passphrase_fd_parse(number, &s, &e));
	assert_true(s.has_fd);
	assert_int_equal(s.fd, fd);
	close(fd);
	assert_int_equal(passphrase_fd_parse(number, &s, &e), -1);
	assert_int_equal(e.kind, ERR_USAGE);
	assert_int_equal(passphrase_fd_parse("x", &s, &e), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_key_has_a_line_of_the_descriptor),
		cmocka_unit_test(one_that_is_too_long_is_refused),
		cmocka_unit_test(descriptor_comes_before_the_variable),
		cmocka_unit_test(same_key_is_not_asked_for_twice),
		cmocka_unit_test(silent_memory_asks_nobody),
		cmocka_unit_test(descriptor_that_is_not_open_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
