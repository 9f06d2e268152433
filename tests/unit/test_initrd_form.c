#include "format/initrd_form.h"

#include "base/cleanup.h"
#include "unit.h"

/* The magics of Linux, lib/decompress.c and init/initramfs.c, as its programs write them. */
static const struct {
	const char *head, *form;
} known[] = {
	{"070701", "newc"},
	{"070702", "newc"},
	{"\037\213\010\0\0\0", "gzip"},
	{"\050\265\057\375\004\000", "zstd"},
	{"\375"
	 "7zXZ\0",
	 "xz"},
	{"\002\041\114\030\0\0", "lz4"},
	{"BZh91A", "bzip2"},
	{"\135\0\0\200\0\377", "lzma"},
	{"\211LZO\0\r", "lzo"},
};

static void form_is_told_by_its_first_bytes(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(known); i++)
		assert_string_equal(initrd_form(known[i].head, INITRD_HEAD), known[i].form);
}

static void others_are_none(void **state)
{
	/* An old archive, a newer frame of lz4, a skippable one of zstd: Linux takes none of them. */
	static const char *const others[] = {"070707", "\004\042\115\030\0\0",
					     "\120\052\115\030\0\0", "\177ELF\2\1", "MZ\0\0\0\0"};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(others); i++)
		assert_null(initrd_form(others[i], INITRD_HEAD));
}

static void too_few_bytes_are_none(void **state)
{
	(void)state;
	assert_null(initrd_form("070701", 5));
	assert_null(initrd_form("\037", 1));
	assert_null(initrd_form("", 0));
	assert_string_equal(initrd_form("\037\213", 2), "gzip");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(form_is_told_by_its_first_bytes),
		cmocka_unit_test(others_are_none),
		cmocka_unit_test(too_few_bytes_are_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
