#include "host/spill.h"

#include "unit.h"

#include <stdlib.h>
#include <unistd.h>

static void what_is_written_is_read(void **state)
{
	AUTO_FILE_SOURCE f = FILE_SOURCE_INIT;
	AUTO_SPILL s = SPILL_INIT;
	struct err e = ERR_INIT;
	char text[7];

	(void)state;
	assert_ok(spill_begin(&s, &e));
	assert_ok(sink_put(&s.sink, "one", 3, &e));
	assert_ok(sink_put(&s.sink, "two", 3, &e));
	assert_ok(spill_take(&s, "name", &f, &e));
	assert_int_equal(s.fd, -1);
	assert_int_equal(f.source.size, 6);
	assert_string_equal(f.source.name, "name");
	assert_ok(source_read(&f.source, 0, text, 6, &e));
	assert_memory_equal(text, "onetwo", 6);
	assert_int_equal(f.stat.st_nlink, 0);
}

static void missing_folder_is_an_error(void **state)
{
	struct spill s;
	struct err e = ERR_INIT;

	(void)state;
	setenv("TMPDIR", "/nowhere", 1);
	assert_fails_with(spill_begin(&s, &e),
			  "make a temporary file in '/nowhere' (TMPDIR says where): "
			  "No such file or directory");
	unsetenv("TMPDIR");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_written_is_read),
		cmocka_unit_test(missing_folder_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
