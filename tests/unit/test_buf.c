#include "unit.h"

#include "base/buf.h"

static void empty_buffer_reads_as_empty_text(void **state)
{
	AUTO_BUF b = BUF_INIT;

	(void)state;
	assert_string_equal(buf_str(&b), "");
}

static void text_is_always_terminated(void **state)
{
	struct err e = ERR_INIT;
	AUTO_BUF b = BUF_INIT;

	(void)state;
	for (int i = 0; i < 1000; i++)
		assert_ok(buf_put(&b, "ab", 2, &e));
	assert_int_equal(b.len, 2000);
	assert_int_equal(strlen(b.data), 2000);
	buf_clear(&b);
	assert_string_equal(buf_str(&b), "");
}

static void formatted_text_is_appended(void **state)
{
	struct err e = ERR_INIT;
	AUTO_BUF b = BUF_INIT;

	(void)state;
	assert_ok(buf_putf(&b, &e, "%d", 7));
	assert_ok(buf_putf(&b, &e, "-%s", "x"));
	assert_string_equal(buf_str(&b), "7-x");
}

static void taken_text_belongs_to_the_caller(void **state)
{
	struct err e = ERR_INIT;
	AUTO_BUF b = BUF_INIT;
	char *text;

	(void)state;
	assert_ok(buf_puts(&b, "mine", &e));
	assert_ok(buf_take(&b, &text, &e));
	assert_string_equal(text, "mine");
	assert_null(b.data);
	free(text);
	assert_ok(buf_take(&b, &text, &e));
	assert_string_equal(text, "");
	free(text);
}

static void impossible_size_is_out_of_memory(void **state)
{
	struct err e = ERR_INIT;
	AUTO_BUF b = BUF_INIT;

	(void)state;
	assert_fails_with(buf_reserve(&b, SIZE_MAX - 4, &e), "out of memory");
	assert_int_equal(e.kind, ERR_MEMORY);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(empty_buffer_reads_as_empty_text),
		cmocka_unit_test(text_is_always_terminated),
		cmocka_unit_test(formatted_text_is_appended),
		cmocka_unit_test(taken_text_belongs_to_the_caller),
		cmocka_unit_test(impossible_size_is_out_of_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
