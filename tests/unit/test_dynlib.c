#include "unit.h"

#include "host/dynlib.h"

typedef size_t length_fn(const char *text);

static void library_is_loaded_once(void **state)
{
	length_fn *length = NULL;
	const struct dynlib_symbol symbols[] = {{"strlen", (void **)&length}};
	bool loaded = false;
	const struct dynlib lib = {"libc.so.6", "libc6", symbols, 1, &loaded};
	struct err e = ERR_INIT;

	(void)state;
	assert_ok(dynlib_load(&lib, &e));
	assert_true(loaded);
	assert_int_equal(length("three"), 5);
	length = NULL;
	assert_ok(dynlib_load(&lib, &e));
	assert_null(length);
}

static void missing_library_names_file_and_package(void **state)
{
	bool loaded = false;
	const struct dynlib lib = {"libno-such-library.so.7", "libno-such7", NULL, 0, &loaded};
	struct err e = ERR_INIT;

	(void)state;
	assert_fails_with(dynlib_load(&lib, &e),
			  "library 'libno-such-library.so.7' cannot be loaded "
			  "(libno-such-library.so.7: cannot open shared object file: No such file "
			  "or directory): install libno-such7");
	assert_int_equal(e.kind, ERR_MISSING);
	assert_false(loaded);
}

static void missing_function_is_told(void **state)
{
	void *address = NULL;
	const struct dynlib_symbol symbols[] = {{"no_such_function_of_ours", &address}};
	bool loaded = false;
	const struct dynlib lib = {"libc.so.6", "libc6", symbols, 1, &loaded};
	struct err e = ERR_INIT;

	(void)state;
	assert_fails_with(dynlib_load(&lib, &e),
			  "library 'libc.so.6' has no no_such_function_of_ours(): its version does "
			  "not fit, install libc6 of this distribution");
	assert_false(loaded);
	assert_null(address);
}

static void library_can_be_looked_for(void **state)
{
	(void)state;
	assert_true(dynlib_is_there("libc.so.6"));
	assert_false(dynlib_is_there("libno-such-library.so.7"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(library_is_loaded_once),
		cmocka_unit_test(missing_library_names_file_and_package),
		cmocka_unit_test(missing_function_is_told),
		cmocka_unit_test(library_can_be_looked_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
