#include "unit.h"

#include <errno.h>
#include <stdlib.h>

/* A text of n times 'x'. */
static const char *xs(size_t n)
{
	static char text[3000];

	memset(text, 'x', n);
	text[n] = '\0';
	return text;
}

static void sentence_and_kind_are_kept(void **state)
{
	struct err e = {.kind = ERR_MEMORY, .errnum = 7, .text = "before"};

	(void)state;
	assert_int_equal(err_set(&e, ERR_LIMIT, "%s is %d", "one", 1), -1);
	assert_string_equal(e.text, "one is 1");
	assert_int_equal(e.kind, ERR_LIMIT);
	assert_int_equal(e.errnum, 0);
}

static void system_error_is_told_in_words(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	errno = ENOENT;
	assert_int_equal(err_os(&e, "open '%s'", "f"), -1);
	assert_string_equal(e.text, "open 'f': No such file or directory");
	assert_int_equal(e.kind, ERR_SYSTEM);
	assert_int_equal(e.errnum, ENOENT);
	errno = ENOMEM;
	assert_int_equal(err_os(&e, "fork"), -1);
	assert_string_equal(e.text, "fork: Cannot allocate memory");
	assert_int_equal(e.kind, ERR_MEMORY);
}

static void out_of_memory_is_an_ordinary_error(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	assert_int_equal(err_memory(&e), -1);
	assert_string_equal(e.text, "out of memory");
	assert_int_equal(e.kind, ERR_MEMORY);
}

static void context_goes_in_front(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	errno = EACCES;
	assert_int_equal(err_os(&e, "open '%s'", "f"), -1);
	assert_int_equal(err_ctx(&e, "%s:%d", "recipe", 3), -1);
	assert_int_equal(err_ctx(&e, "load"), -1);
	assert_string_equal(e.text, "load: recipe:3: open 'f': Permission denied");
	assert_int_equal(e.kind, ERR_SYSTEM);
	assert_int_equal(e.errnum, EACCES);
}

static void assert_cut(const struct err *e)
{
	assert_int_equal(strlen(e->text), sizeof(e->text) - 1);
	assert_string_equal(e->text + sizeof(e->text) - 4, "...");
}

static void text_that_just_fits_is_whole(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	assert_int_equal(err_set(&e, ERR_INPUT, "%s", xs(1023)), -1);
	assert_string_equal(e.text, xs(1023));
	assert_int_equal(err_set(&e, ERR_INPUT, "%s", xs(1019)), -1);
	assert_int_equal(err_ctx(&e, "ab"), -1);
	assert_string_equal(e.text + 1019, "xxxx");
	assert_memory_equal(e.text, "ab: xxx", 7);
}

static void longer_text_is_cut_and_says_so(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	assert_int_equal(err_set(&e, ERR_INPUT, "%s", xs(1024)), -1);
	assert_cut(&e);
	assert_memory_equal(e.text, xs(1020), 1020);
	errno = ENOENT;
	assert_int_equal(err_os(&e, "%s", xs(1010)), -1);
	assert_cut(&e);
	assert_memory_equal(e.text + 1008, "xx: No such ", 12);
	assert_int_equal(err_os(&e, "%s", xs(2000)), -1);
	assert_cut(&e);
	assert_int_equal(err_set(&e, ERR_INPUT, "%s", xs(1000)), -1);
	assert_int_equal(err_ctx(&e, "%s", xs(30)), -1);
	assert_cut(&e);
	assert_int_equal(err_ctx(&e, "%s", xs(2000)), -1);
	assert_cut(&e);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sentence_and_kind_are_kept),
		cmocka_unit_test(system_error_is_told_in_words),
		cmocka_unit_test(out_of_memory_is_an_ordinary_error),
		cmocka_unit_test(context_goes_in_front),
		cmocka_unit_test(text_that_just_fits_is_whole),
		cmocka_unit_test(longer_text_is_cut_and_says_so),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
