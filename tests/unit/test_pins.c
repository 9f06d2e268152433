#include "unit.h"

#include "format/pins.h"

/* printf one | sha256sum */
#define ONE "7692c3ad3540bb803c020b3aee66cd8887123234ea0c6e7143c0add73ff431ed"
#define TWO "3fc4ccfe745870e2c0d99f71f30ff0656c8dedd41cc1d7d3d376b0dbe685e2f3"

static int parse(const char *text, struct pins *ret, struct err *e)
{
	return pins_parse(text, strlen(text), "pins", ret, e);
}

static void assert_refused(const char *text, const char *sentence)
{
	struct err e = ERR_INIT;
	AUTO_PINS pins = PINS_INIT;

	assert_fails_with(parse(text, &pins, &e), sentence);
	assert_null(pins.v);
}

static void lines_are_read(void **state)
{
	static const char text[] = "# comment\n"
				   "\n" ONE "  linux-6.18.4.tar.xz  https://h/l.tar.xz\n"
				   "  " TWO "\tfirmware https://h/a?b=c#d 4096 \r\n"
				   "  # comment";
	struct err e = ERR_INIT;
	AUTO_PINS pins = PINS_INIT;
	const struct pin *pin;

	(void)state;
	assert_ok(parse(text, &pins, &e));
	assert_int_equal(pins.n, 2);
	pin = pins_find(&pins, "linux-6.18.4.tar.xz");
	assert_ptr_equal(pin, &pins.v[0]);
	assert_string_equal(pin->sha256, ONE);
	assert_string_equal(pin->url, "https://h/l.tar.xz");
	assert_int_equal(pin->size, 0);
	assert_int_equal(pin->line, 3);
	pin = pins_find(&pins, "firmware");
	assert_string_equal(pin->url, "https://h/a?b=c#d");
	assert_int_equal(pin->size, 4096);
	assert_null(pins_find(&pins, "firm"));
}

static void no_lines_are_no_pins(void **state)
{
	struct err e = ERR_INIT;
	AUTO_PINS pins = PINS_INIT;

	(void)state;
	assert_ok(parse("", &pins, &e));
	assert_ok(parse("# only this\n\n", &pins, &e));
	assert_int_equal(pins.n, 0);
	assert_null(pins_find(&pins, ""));
}

static void hash_is_64_digits_in_lower_case(void **state)
{
	char hex[PIN_SHA256];
	struct err e = ERR_INIT;

	(void)state;
	assert_ok(pin_sha256("7692C3AD3540BB803C020B3AEE66CD8887123234EA0C6E7143C0ADD73FF431ED",
			     "x", hex, &e));
	assert_string_equal(hex, ONE);
	assert_fails_with(pin_sha256(ONE "0", "the hash", hex, &e),
			  "the hash is 64 hexadecimal digits, not '" ONE "0'");
	assert_fails_with(pin_sha256("", "the hash", hex, &e),
			  "the hash is 64 hexadecimal digits, not ''");
	assert_refused("\n" ONE "g name https://h/",
		       "pins:2: the SHA-256 is 64 hexadecimal digits, not '" ONE "g'");
}

static void wrong_lines_are_told_by_number(void **state)
{
	(void)state;
	assert_refused(ONE " name\n", "pins:1: a line is: sha256 name url [size]");
	assert_refused(ONE " name https://h/ 5 more\n",
		       "pins:1: a line is: sha256 name url [size]");
	assert_refused("#\n" ONE " ../name https://h/",
		       "pins:2: '../name' is no name for a file: it has letters, digits and ._+-");
	assert_refused(ONE " .name https://h/",
		       "pins:1: '.name' is no name for a file: it has letters, digits and ._+-");
	assert_refused(ONE " name http://h/", "pins:1: 'http://h/' is no https URL");
	assert_refused(ONE " name https://", "pins:1: 'https://' is no https URL");
	assert_refused(ONE " name https:///x", "pins:1: 'https:///x' is no https URL");
	assert_refused(ONE " name https://h/ 1k", "pins:1: size '1k' is not a decimal number");
	assert_refused(ONE " name https://h/ 0",
		       "pins:1: the size is at least 1: leave it out if unknown");
	assert_refused(ONE " a https://h/\n" TWO " b https://h/\n" TWO " a https://h/\n",
		       "pins:3: 'a' stands in line 1 already");
}

static void nul_byte_is_refused(void **state)
{
	static const char text[] = ONE " name https://h/\0";
	struct err e = ERR_INIT;
	AUTO_PINS pins = PINS_INIT;

	(void)state;
	assert_fails_with(pins_parse(text, sizeof(text), "pins", &pins, &e),
			  "pins: there is a NUL byte in it");
}

static int find(const char *text, const char *name, char ret[PIN_SHA256], struct err *e)
{
	return sha256sums_find(text, strlen(text), "sums", name, ret, e);
}

static void list_has_one_hash_for_a_name(void **state)
{
	static const char text[] = TWO "  linux-6.18.4.tar.xz.sign\n" ONE
				       "  linux-6.18.4.tar.xz\r\n" TWO " *patch-6.18.4.xz";
	char hex[PIN_SHA256];
	struct err e = ERR_INIT;

	(void)state;
	assert_ok(find(text, "linux-6.18.4.tar.xz", hex, &e));
	assert_string_equal(hex, ONE);
	assert_ok(find(text, "patch-6.18.4.xz", hex, &e));
	assert_string_equal(hex, TWO);
	assert_fails_with(find(text, "linux-6.18.4.tar", hex, &e),
			  "sums has no 'linux-6.18.4.tar'");
	assert_fails_with(find("", "x", hex, &e), "sums has no 'x'");
	assert_ok(find(ONE "  x\n" ONE "  x\n", "x", hex, &e));
	assert_fails_with(find(ONE "  x\n" TWO "  x\n", "x", hex, &e),
			  "sums:2: a second SHA-256 for 'x'");
	/* No hash at all, but of the right length. */
	assert_int_equal(find("-692c3ad3540bb803c020b3aee66cd8887123234ea0c6e7143c0add73ff431ed  x",
			      "x", hex, &e),
			 -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_are_read),
		cmocka_unit_test(no_lines_are_no_pins),
		cmocka_unit_test(hash_is_64_digits_in_lower_case),
		cmocka_unit_test(wrong_lines_are_told_by_number),
		cmocka_unit_test(nul_byte_is_refused),
		cmocka_unit_test(list_has_one_hash_for_a_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
