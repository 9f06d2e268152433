#include "unit.h"

#include "format/ini.h"

static int parse(const char *text, struct ini *ret, struct err *e)
{
	return ini_parse(text, strlen(text), "f", ret, e);
}

static void assert_entry(const struct ini *ini, size_t i, const struct ini_entry *want)
{
	assert_true(i < ini->n);
	assert_string_equal(ini->entries[i].section, want->section);
	assert_string_equal(ini->entries[i].key, want->key);
	assert_string_equal(ini->entries[i].value, want->value);
	assert_int_equal(ini->entries[i].line, want->line);
}

static void assert_entries(const char *text, const struct ini_entry *want, size_t n)
{
	struct err e = ERR_INIT;
	AUTO_INI ini = INI_INIT;

	assert_ok(parse(text, &ini, &e));
	assert_int_equal(ini.n, n);
	for (size_t i = 0; i < n; i++)
		assert_entry(&ini, i, &want[i]);
}

static void assert_refused(const char *text, const char *sentence)
{
	struct err e = ERR_INIT;
	AUTO_INI ini = INI_INIT;

	assert_fails_with(parse(text, &ini, &e), sentence);
	assert_null(ini.entries);
}

static void sections_and_keys_are_read(void **state)
{
	static const char text[] = "before = 1\n"
				   "# comment\n"
				   "; comment\n"
				   "\n"
				   "[kernel]\n"
				   "layers=a b\n"
				   "  \n"
				   "[ payload mvirt-vmm ]\n"
				   "path\t= /usr/sbin/x \t\r\n"
				   "empty =\n"
				   "[kernel]\r\n"
				   "options = a=b # c ; [d]\n"
				   "layers = again";
	static const struct ini_entry want[] = {
		{"", "before", "1", 1},
		{"kernel", "layers", "a b", 6},
		{"payload mvirt-vmm", "path", "/usr/sbin/x", 9},
		{"payload mvirt-vmm", "empty", "", 10},
		{"kernel", "options", "a=b # c ; [d]", 12},
		{"kernel", "layers", "again", 13},
	};

	(void)state;
	assert_entries(text, want, ARRAY_LEN(want));
}

static void nothing_is_no_entries(void **state)
{
	(void)state;
	assert_entries("", NULL, 0);
	assert_entries("\n\n# only a comment", NULL, 0);
	assert_entries("[section]\n", NULL, 0);
}

static void indented_line_goes_on_with_the_value(void **state)
{
	static const char text[] = "[s]\n"
				   "a = 1\n"
				   "  2\n"
				   "\t# comment\n"
				   "\n"
				   "\tb = 3  \n"
				   "c =\n"
				   "  4\n"
				   "  [5]\n"
				   "[t]\n"
				   "  d = 6\n";
	static const struct ini_entry want[] = {
		{"s", "a", "1\n2\nb = 3", 2},
		{"s", "c", "4\n[5]", 7},
		{"t", "d", "6", 11},
	};

	(void)state;
	assert_entries(text, want, ARRAY_LEN(want));
}

static void many_long_lines_are_kept(void **state)
{
	enum { LINES = 1000, LENGTH = 5000 };
	AUTO_FREE char *text = malloc(LINES * (LENGTH + 4) + 1);
	struct err e = ERR_INIT;
	AUTO_INI ini = INI_INIT;
	char *p = text;

	(void)state;
	assert_non_null(text);
	for (int i = 0; i < LINES; i++) {
		*p++ = 'k';
		*p++ = '=';
		memset(p, 'x', LENGTH);
		p += LENGTH;
		*p++ = '\n';
	}
	*p = '\0';
	assert_ok(parse(text, &ini, &e));
	assert_int_equal(ini.n, LINES);
	for (size_t i = 0; i < ini.n; i++) {
		assert_int_equal(ini.entries[i].line, i + 1);
		assert_int_equal(strlen(ini.entries[i].value), LENGTH);
	}
}

static void bad_lines_are_refused(void **state)
{
	(void)state;
	assert_refused("a = 1\nnonsense\n", "f:2: neither [section] nor key = value: 'nonsense'");
	assert_refused("= 1\n", "f:1: no key before '='");
	assert_refused(" = 1\n", "f:1: no key before '='");
	assert_refused("\n[section\n", "f:2: a section is written [name]: '[section'");
	assert_refused("[section] # why\n", "f:1: a section is written [name]: '[section] # why'");
	assert_refused("[]\n", "f:1: a section needs a name");
	assert_refused("[ \t]\n", "f:1: a section needs a name");
}

static void nul_byte_is_refused(void **state)
{
	struct err e = ERR_INIT;
	AUTO_INI ini = INI_INIT;

	(void)state;
	assert_fails_with(ini_parse("a = 1\0\n", 7, "f", &ini, &e),
			  "f: there is a NUL byte in it: it is no text");
	assert_fails_with(ini_parse("\0", 1, "f", &ini, &e),
			  "f: there is a NUL byte in it: it is no text");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sections_and_keys_are_read),
		cmocka_unit_test(nothing_is_no_entries),
		cmocka_unit_test(indented_line_goes_on_with_the_value),
		cmocka_unit_test(many_long_lines_are_kept),
		cmocka_unit_test(bad_lines_are_refused),
		cmocka_unit_test(nul_byte_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
