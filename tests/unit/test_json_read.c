#include "unit.h"

#include "format/json.h"

/* What is JSON and what is not: RFC 8259, sections 2 to 7. */

static void free_json(struct json **j)
{
	json_free(*j);
}

#define AUTO_JSON AUTO(free_json) struct json

static int parse(const char *text, size_t len, struct json **ret, struct err *e)
{
	/* Behind the end stands nothing, so that a read past it is noticed. */
	AUTO_FREE char *copy = malloc(len ? len : 1);

	assert_non_null(copy);
	memcpy(copy, text, len);
	return json_parse(copy, len, "f", ret, e);
}

static void assert_good(const char *text, enum json_type type, const char *value)
{
	struct err e = ERR_INIT;
	AUTO_JSON *j = NULL;

	assert_ok(parse(text, strlen(text), &j, &e));
	assert_int_equal(j->type, type);
	if (value)
		assert_string_equal(j->text, value);
}

static void assert_bad(const char *text, const char *sentence)
{
	struct err e = ERR_INIT;
	AUTO_JSON *j = NULL;

	assert_fails_with(parse(text, strlen(text), &j, &e), sentence);
	assert_null(j);
}

static void every_kind_of_value_is_read(void **state)
{
	(void)state;
	assert_good("null", JSON_NULL, NULL);
	assert_good(" true ", JSON_BOOL, NULL);
	assert_good("\r\n\tfalse", JSON_BOOL, NULL);
	assert_good("\"\"", JSON_STRING, "");
	assert_good("{}", JSON_OBJECT, NULL);
	assert_good("[ ]", JSON_ARRAY, NULL);
}

static void numbers_are_kept_as_text(void **state)
{
	static const char *const good[] = {
		"0",	 "-0",	"1",	"10",	"-12",	   "1.50",
		"0.001", "1e5", "1E+5", "1e-5", "-1.5e10", "123456789012345678901234567890"};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(good); i++)
		assert_good(good[i], JSON_NUMBER, good[i]);
}

static void bad_numbers_are_refused(void **state)
{
	(void)state;
	assert_bad("01", "f:1: not JSON: something stands behind the value");
	assert_bad("+1", "f:1: not JSON: a value is missing");
	assert_bad("-", "f:1: not JSON: a value is missing");
	assert_bad(".5", "f:1: not JSON: a value is missing");
	assert_bad("1.", "f:1: not JSON: a fraction without digits");
	assert_bad("1.e5", "f:1: not JSON: a fraction without digits");
	assert_bad("1e", "f:1: not JSON: an exponent without digits");
	assert_bad("1e+", "f:1: not JSON: an exponent without digits");
	assert_bad("0x10", "f:1: not JSON: something stands behind the value");
	assert_bad("NaN", "f:1: not JSON: a value is missing");
}

static void escapes_are_resolved(void **state)
{
	(void)state;
	assert_good("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", JSON_STRING, "\"\\/\b\f\n\r\t");
	assert_good("\"\\u0041\\u00e9\\u20AC\"", JSON_STRING, "A\xc3\xa9\xe2\x82\xac");
	assert_good("\"\\u007f\\u0080\\u07ff\\u0800\\uffff\"", JSON_STRING,
		    "\x7f\xc2\x80\xdf\xbf\xe0\xa0\x80\xef\xbf\xbf");
	/* The example of section 7: the G clef, U+1D11E. */
	assert_good("\"\\uD834\\udd1e\"", JSON_STRING, "\xf0\x9d\x84\x9e");
	assert_good("\"\\ud800\\udc00\\udbff\\udfff\"", JSON_STRING,
		    "\xf0\x90\x80\x80\xf4\x8f\xbf\xbf");
	assert_good("\"\xe2\x82\xac\x7f\"", JSON_STRING, "\xe2\x82\xac\x7f");
}

static void bad_texts_are_refused(void **state)
{
	static const char half[] = "f:1: not JSON: half a surrogate pair";

	(void)state;
	assert_bad("\"a", "f:1: not JSON: a text without end");
	assert_bad("\"a\\", "f:1: not JSON: a text without end");
	assert_bad("\"\\x41\"", "f:1: not JSON: an unknown escape in a text");
	assert_bad("\"\\u00g0\"", "f:1: not JSON: \\u needs four hexadecimal digits");
	assert_bad("\"\\u00\"", "f:1: not JSON: \\u needs four hexadecimal digits");
	assert_bad("\"\\ud834\"", half);
	assert_bad("\"\\ud834x\"", half);
	assert_bad("\"\\ud834\\n\"", half);
	assert_bad("\"\\ud834\\ud834\"", half);
	assert_bad("\"\\udd1e\"", half);
	assert_bad("\"\\u0000\"", "f:1: not JSON: a NUL in a text");
	assert_bad("\"a\tb\"", "f:1: not JSON: a control character in a text");
	assert_bad("\"a\nb\"", "f:2: not JSON: a control character in a text");
	assert_bad("'a'", "f:1: not JSON: a value is missing");
}

static void bad_documents_are_refused(void **state)
{
	(void)state;
	assert_bad("", "f:1: not JSON: a value is missing");
	assert_bad(" \n\n", "f:3: not JSON: a value is missing");
	assert_bad("[1,]", "f:1: not JSON: a value is missing");
	assert_bad("[1 2]", "f:1: not JSON: ',' or ']' is missing");
	assert_bad("[1}", "f:1: not JSON: ',' or ']' is missing");
	assert_bad("{\"a\":1,}", "f:1: not JSON: a key is missing");
	assert_bad("{\"a\" 1}", "f:1: not JSON: ':' is missing behind a key");
	assert_bad("{a:1}", "f:1: not JSON: a key is missing");
	assert_bad("{\"a\":1]", "f:1: not JSON: ',' or '}' is missing");
	assert_bad("nul", "f:1: not JSON: a value is missing");
	assert_bad("nulll", "f:1: not JSON: something stands behind the value");
	assert_bad("True", "f:1: not JSON: a value is missing");
	assert_bad("1 2", "f:1: not JSON: something stands behind the value");
	assert_bad("[1] // comment", "f:1: not JSON: something stands behind the value");
	assert_bad("\xef\xbb\xbf{}", "f:1: not JSON: a value is missing");
	assert_bad("\v1", "f:1: not JSON: a value is missing");
}

static void line_is_told(void **state)
{
	(void)state;
	assert_bad("{\n\t\"a\": [\n\t\t1,\n\t\t2\n\t\t3\n\t]\n}\n",
		   "f:5: not JSON: ',' or ']' is missing");
}

static void nul_byte_is_no_white_space(void **state)
{
	struct err e = ERR_INIT;
	AUTO_JSON *j = NULL;

	(void)state;
	assert_fails_with(parse("1\0", 2, &j, &e),
			  "f:1: not JSON: something stands behind the value");
	assert_fails_with(parse("\"a\0b\"", 5, &j, &e),
			  "f:1: not JSON: a control character in a text");
	assert_fails_with(parse("\"\\\0\"", 4, &j, &e),
			  "f:1: not JSON: an unknown escape in a text");
}

static int parse_nested(size_t levels, struct err *e)
{
	AUTO_JSON *j = NULL;
	char text[2 * 100];

	memset(text, '[', levels);
	memset(text + levels, ']', levels);
	return parse(text, 2 * levels, &j, e);
}

static void depth_has_a_limit(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	assert_ok(parse_nested(64, &e));
	assert_fails_with(parse_nested(65, &e), "f:1: not JSON: more than 64 levels");
	assert_bad("[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[",
		   "f:1: not JSON: more than 64 levels");
}

static const char document[] = "{\"format\": \"1\", \"list\": [{\"n\": -1.5e3, \"t\": "
			       "\"\\ud834\\udd1e\"}, true, null, []],"
			       " \"empty\": {}, \"off\": false}";

static void document_cut_short_is_told_at_every_length(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	for (size_t len = 0; len < sizeof(document) - 1; len++) {
		AUTO_JSON *j = NULL;

		e = (struct err)ERR_INIT;
		assert_int_equal(parse(document, len, &j, &e), -1);
		assert_memory_equal(e.text, "f:1: not JSON: ", 15);
		assert_null(j);
	}
}

static void members_are_found(void **state)
{
	struct err e = ERR_INIT;
	AUTO_JSON *j = NULL;
	const struct json *list;

	(void)state;
	assert_ok(parse(document, sizeof(document) - 1, &j, &e));
	assert_string_equal(json_member_text(j, "format"), "1");
	assert_null(json_member_text(j, "list"));
	assert_null(json_member_text(j, "no"));
	assert_null(json_member(NULL, "format"));
	list = json_member(j, "list");
	assert_int_equal(list->type, JSON_ARRAY);
	assert_null(json_member(list, "n"));
	assert_string_equal(json_member(list->first, "n")->text, "-1.5e3");
	assert_string_equal(json_member_text(list->first, "t"), "\xf0\x9d\x84\x9e");
	assert_true(list->first->next->truth);
	assert_int_equal(list->first->next->next->type, JSON_NULL);
	assert_null(list->first->next->next->next->next);
	assert_null(json_member(j, "empty")->first);
	assert_false(json_member(j, "off")->truth);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_kind_of_value_is_read),
		cmocka_unit_test(numbers_are_kept_as_text),
		cmocka_unit_test(bad_numbers_are_refused),
		cmocka_unit_test(escapes_are_resolved),
		cmocka_unit_test(bad_texts_are_refused),
		cmocka_unit_test(bad_documents_are_refused),
		cmocka_unit_test(line_is_told),
		cmocka_unit_test(nul_byte_is_no_white_space),
		cmocka_unit_test(depth_has_a_limit),
		cmocka_unit_test(document_cut_short_is_told_at_every_length),
		cmocka_unit_test(members_are_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
