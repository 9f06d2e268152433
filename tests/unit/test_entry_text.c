#include "unit.h"

#include "format/cpio.h"
#include "format/entry_text.h"

static void assert_mode(uint32_t mode, const char *want)
{
	char got[ENTRY_MODE_TEXT];

	entry_mode_text(mode, got);
	assert_string_equal(got, want);
}

static void mode_is_that_of_ls(void **state)
{
	(void)state;
	assert_mode(CPIO_FILE | 0644, "-rw-r--r--");
	assert_mode(CPIO_FOLDER | 01777, "drwxrwxrwt");
	assert_mode(CPIO_FOLDER | 01776, "drwxrwxrwT");
	assert_mode(CPIO_FILE | 06755, "-rwsr-sr-x");
	assert_mode(CPIO_FILE | 06644, "-rwSr-Sr--");
	assert_mode(CPIO_SYMLINK | 0777, "lrwxrwxrwx");
	assert_mode(CPIO_CHAR | 0600, "crw-------");
	assert_mode(CPIO_BLOCK | 0660, "brw-rw----");
	assert_mode(CPIO_PIPE, "p---------");
	assert_mode(CPIO_SOCKET, "s---------");
	assert_mode(0644, "?rw-r--r--");
}

static void name_cannot_write_to_the_terminal(void **state)
{
	struct err e = ERR_INIT;
	AUTO_BUF b = BUF_INIT;

	(void)state;
	assert_ok(entry_name_text(&b, "a b\n\x1b[2J\\\x7f\xc3\xa4", &e));
	assert_string_equal(buf_str(&b), "a b\\x0a\\x1b[2J\\x5c\\x7f\xc3\xa4");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(mode_is_that_of_ls),
		cmocka_unit_test(name_cannot_write_to_the_terminal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
