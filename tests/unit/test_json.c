#include "unit.h"

#include "format/json.h"

/* What must come out is typed by hand after RFC 8259, sections 2 and 7. */

static void write_sample(struct json_writer *w)
{
	json_open_object(w, NULL);
	json_text(w, "text", "a");
	json_number(w, "number", UINT64_MAX);
	json_open_array(w, "list");
	json_bool(w, NULL, true);
	json_bool(w, NULL, false);
	json_open_object(w, NULL);
	json_close_object(w);
	json_open_array(w, NULL);
	json_close_array(w);
	json_open_array(w, NULL);
	json_number(w, NULL, 0);
	json_close_array(w);
	json_close_array(w);
	json_text(w, "last", "");
	json_close_object(w);
}

static void assert_sample(enum json_style style, const char *want)
{
	struct err e = ERR_INIT;
	AUTO_BUF out = BUF_INIT;
	struct json_writer w;

	json_begin(&w, &out, style);
	write_sample(&w);
	assert_ok(json_finish(&w, &e));
	assert_string_equal(buf_str(&out), want);
}

static void short_document_is_one_line(void **state)
{
	(void)state;
	assert_sample(JSON_SHORT, "{\"text\":\"a\",\"number\":18446744073709551615,"
				  "\"list\":[true,false,{},[],[0]],\"last\":\"\"}\n");
}

static void pretty_document_is_indented(void **state)
{
	(void)state;
	assert_sample(JSON_PRETTY, "{\n"
				   "\t\"text\": \"a\",\n"
				   "\t\"number\": 18446744073709551615,\n"
				   "\t\"list\": [\n"
				   "\t\ttrue,\n"
				   "\t\tfalse,\n"
				   "\t\t{},\n"
				   "\t\t[],\n"
				   "\t\t[\n"
				   "\t\t\t0\n"
				   "\t\t]\n"
				   "\t],\n"
				   "\t\"last\": \"\"\n"
				   "}\n");
}

static void assert_text(const char *text, size_t len, const char *want)
{
	struct err e = ERR_INIT;
	AUTO_BUF out = BUF_INIT;
	struct json_writer w;

	json_begin(&w, &out, JSON_SHORT);
	json_text_n(&w, NULL, text, len);
	assert_ok(json_finish(&w, &e));
	assert_string_equal(buf_str(&out), want);
}

#define assert_written(text, want) assert_text(text, sizeof(text) - 1, "\"" want "\"\n")

static void control_characters_are_escaped(void **state)
{
	(void)state;
	assert_written("\"\\/", "\\\"\\\\/");
	assert_written("\b\f\n\r\t", "\\b\\f\\n\\r\\t");
	assert_written("a\0b\x01\x1f\x7f", "a\\u0000b\\u0001\\u001f\x7f");
	assert_written("\x0b\x0e\x1b", "\\u000b\\u000e\\u001b");
}

static void utf8_stays_as_it_is(void **state)
{
	(void)state;
	/* First and last of each length (RFC 3629, section 3), around the surrogates too. */
	assert_written("\xc2\x80\xdf\xbf", "\xc2\x80\xdf\xbf");
	assert_written("\xe0\xa0\x80\xef\xbf\xbf", "\xe0\xa0\x80\xef\xbf\xbf");
	assert_written("\xed\x9f\xbf\xee\x80\x80", "\xed\x9f\xbf\xee\x80\x80");
	assert_written("\xf0\x90\x80\x80\xf4\x8f\xbf\xbf", "\xf0\x90\x80\x80\xf4\x8f\xbf\xbf");
}

#define U_FFFD "\xef\xbf\xbd"

static void bytes_that_are_no_utf8_are_replaced(void **state)
{
	(void)state;
	assert_written("a\xff\x80z", "a" U_FFFD U_FFFD "z");
	assert_written("\xc0\xaf", U_FFFD U_FFFD);			 /* too long for '/' */
	assert_written("\xe0\x9f\xbf", U_FFFD U_FFFD U_FFFD);		 /* too long for U+07FF */
	assert_written("\xf0\x8f\xbf\xbf", U_FFFD U_FFFD U_FFFD U_FFFD); /* too long for U+FFFF */
	assert_written("\xed\xa0\x80", U_FFFD U_FFFD U_FFFD);		 /* U+D800 */
	assert_written("\xf4\x90\x80\x80", U_FFFD U_FFFD U_FFFD U_FFFD); /* U+110000 */
	assert_written("\xf5\x80\x80\x80", U_FFFD U_FFFD U_FFFD U_FFFD);
	assert_written("\xe2\x82", U_FFFD U_FFFD); /* cut short */
	assert_written("\xe2\x82\"", U_FFFD U_FFFD "\\\"");
	assert_written("\xc3", U_FFFD);
}

static void keys_are_escaped_too(void **state)
{
	struct err e = ERR_INIT;
	AUTO_BUF out = BUF_INIT;
	struct json_writer w;

	(void)state;
	json_begin(&w, &out, JSON_SHORT);
	json_open_object(&w, NULL);
	json_bool(&w, "a\"\n", true);
	json_close_object(&w);
	assert_ok(json_finish(&w, &e));
	assert_string_equal(buf_str(&out), "{\"a\\\"\\n\":true}\n");
}

/* A buffer whose memory is said to be used up: the next byte cannot be had. */
static void first_failure_is_kept_to_the_end(void **state)
{
	struct err e = ERR_INIT;
	struct buf out = {.len = SIZE_MAX / 2 - 1};
	struct json_writer w;

	(void)state;
	json_begin(&w, &out, JSON_PRETTY);
	write_sample(&w);
	assert_fails_with(json_finish(&w, &e), "out of memory");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(short_document_is_one_line),
		cmocka_unit_test(pretty_document_is_indented),
		cmocka_unit_test(control_characters_are_escaped),
		cmocka_unit_test(utf8_stays_as_it_is),
		cmocka_unit_test(bytes_that_are_no_utf8_are_replaced),
		cmocka_unit_test(keys_are_escaped_too),
		cmocka_unit_test(first_failure_is_kept_to_the_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
