#include "scratch.h"

#include "stage/initramfs_script.h"

/* The first line is read as the kernel does it (fs/binfmt_script.c). */

static void assert_script(const char *text, const char *interpreter, const char *by_env)
{
	struct err e = ERR_INIT;
	struct memory_source from;
	struct script s;

	memory_source_init(&from, text, strlen(text), "script");
	assert_ok(initramfs_read_script(&from.source, &s, &e));
	assert_string_equal(s.interpreter, interpreter);
	if (by_env)
		assert_string_equal(s.by_env, by_env);
	else
		assert_null(s.by_env);
}

static void interpreter_is_the_first_word(void **state)
{
	(void)state;
	assert_script("#!/bin/sh\n", "/bin/sh", NULL);
	assert_script("#! \t/bin/sh -e\necho\n", "/bin/sh", NULL);
	assert_script("#!/bin/sh", "/bin/sh", NULL);
	assert_script("#!sh\targument", "sh", NULL);
}

static void other_texts_are_no_scripts(void **state)
{
	(void)state;
	assert_script("", "", NULL);
	assert_script("#", "", NULL);
	assert_script("# !/bin/sh\n", "", NULL);
	assert_script("#!\n/bin/sh\n", "", NULL);
	assert_script("#!   \n", "", NULL);
}

static void env_names_another_program(void **state)
{
	(void)state;
	assert_script("#!/usr/bin/env python3\n", "/usr/bin/env", "python3");
	assert_script("#!/usr/bin/env -S LANG=C A=b perl -w\n", "/usr/bin/env", "perl");
	assert_script("#!/usr/bin/env -i\n", "/usr/bin/env", NULL);
	assert_script("#!/usr/bin/env\n", "/usr/bin/env", NULL);
	assert_script("#!/usr/bin/environment x\n", "/usr/bin/environment", NULL);
}

static void line_ends_where_the_kernel_stops_reading(void **state)
{
	char text[400];

	(void)state;
	memset(text, 'x', sizeof(text) - 1);
	memcpy(text, "#!/", 3);
	text[sizeof(text) - 1] = '\0';
	{
		struct err e = ERR_INIT;
		struct memory_source from;
		struct script s;

		memory_source_init(&from, text, strlen(text), "script");
		assert_ok(initramfs_read_script(&from.source, &s, &e));
		assert_int_equal(strlen(s.interpreter), SCRIPT_HEAD - 2);
	}
}

static void content_stands_where_the_archive_has_it(void **state)
{
	const struct image_entry whole = {.location = "file"};
	const struct image_entry part = {
		.location = "file", .archive = "base.cpio", .offset = 3, .size = 10};
	const struct image_entry cut = {
		.location = "file", .archive = "base.cpio", .offset = 30, .size = 10};
	AUTO_FILE_SOURCE a = FILE_SOURCE_INIT;
	AUTO_FILE_SOURCE b = FILE_SOURCE_INIT;
	AUTO_FILE_SOURCE c = FILE_SOURCE_INIT;
	struct range_source content;
	struct err e = ERR_INIT;
	struct script s;

	(void)state;
	put_text("file", "...#!/bin/x\n and more than that");
	assert_ok(initramfs_content(&whole, &a, &content, &e));
	assert_int_equal(content.source.size, 31);
	assert_string_equal(initramfs_origin(&whole), "file");
	assert_ok(initramfs_content(&part, &b, &content, &e));
	assert_int_equal(content.source.size, 10);
	assert_ok(initramfs_read_script(&content.source, &s, &e));
	assert_string_equal(s.interpreter, "/bin/x");
	assert_string_equal(initramfs_origin(&part), "base.cpio");
	assert_int_equal(initramfs_content(&cut, &c, &content, &e), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		scratch_test(interpreter_is_the_first_word),
		scratch_test(other_texts_are_no_scripts),
		scratch_test(env_names_another_program),
		scratch_test(line_ends_where_the_kernel_stops_reading),
		scratch_test(content_stands_where_the_archive_has_it),
	};

	return cmocka_run_group_tests(tests, scratch_enter, scratch_leave);
}
