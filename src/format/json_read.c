#include "format/json.h"

#include "base/hex.h"

#include <stdlib.h>
#include <string.h>

enum { DEEPEST = 64 };

struct reader {
	const char *start, *p, *end;
	const char *name;
	unsigned int depth;
};

static int wrong(const struct reader *r, const char *what, struct err *e)
{
	size_t line = 1;

	for (const char *p = r->start; p < r->p && p < r->end; p++)
		line += *p == '\n';
	return err_set(e, ERR_INPUT, "%s:%zu: not JSON: %s", r->name, line, what);
}

static void skip_space(struct reader *r)
{
	while (r->p < r->end && strchr(" \t\r\n", *r->p) && *r->p)
		r->p++;
}

static bool next_is(struct reader *r, char c)
{
	skip_space(r);
	if (r->p == r->end || *r->p != c)
		return false;
	r->p++;
	return true;
}

static bool next_word(struct reader *r, const char *word)
{
	size_t len = strlen(word);

	if ((size_t)(r->end - r->p) < len || memcmp(r->p, word, len))
		return false;
	r->p += len;
	return true;
}

static int read_hex4(struct reader *r, unsigned int *ret, struct err *e)
{
	unsigned int value = 0;

	for (int i = 0; i < 4; i++) {
		int digit = r->p < r->end ? hex_digit(*r->p) : -1;

		if (digit < 0)
			return wrong(r, "\\u needs four hexadecimal digits", e);
		value = value << 4 | (unsigned int)digit;
		r->p++;
	}
	*ret = value;
	return 0;
}

static int put_utf8(struct buf *to, unsigned int c, struct err *e)
{
	char text[4];
	size_t n = 0;

	if (c < 0x80) {
		text[n++] = (char)c;
	} else if (c < 0x800) {
		text[n++] = (char)(0xc0 | c >> 6);
	} else if (c < 0x10000) {
		text[n++] = (char)(0xe0 | c >> 12);
		text[n++] = (char)(0x80 | (c >> 6 & 0x3f));
	} else {
		text[n++] = (char)(0xf0 | c >> 18);
		text[n++] = (char)(0x80 | (c >> 12 & 0x3f));
		text[n++] = (char)(0x80 | (c >> 6 & 0x3f));
	}
	if (c >= 0x80)
		text[n++] = (char)(0x80 | (c & 0x3f));
	return buf_put(to, text, n, e);
}

static int read_unicode(struct reader *r, struct buf *to, struct err *e)
{
	unsigned int c = 0, low = 0;

	if (read_hex4(r, &c, e) < 0)
		return -1;
	if (c == 0)
		return wrong(r, "a NUL in a text", e);
	if (c >= 0xdc00 && c <= 0xdfff)
		return wrong(r, "half a surrogate pair", e);
	if (c >= 0xd800 && c <= 0xdbff) {
		if (!next_word(r, "\\u") || read_hex4(r, &low, e) < 0 || low < 0xdc00 ||
		    low > 0xdfff)
			return wrong(r, "half a surrogate pair", e);
		c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
	}
	return put_utf8(to, c, e);
}

static int read_escape(struct reader *r, struct buf *to, struct err *e)
{
	static const char from[] = "\"\\/bfnrt", into[] = "\"\\/\b\f\n\r\t";
	const char *found;

	if (r->p == r->end)
		return wrong(r, "a text without end", e);
	if (*r->p == 'u') {
		r->p++;
		return read_unicode(r, to, e);
	}
	found = *r->p ? strchr(from, *r->p) : NULL;
	if (!found)
		return wrong(r, "an unknown escape in a text", e);
	r->p++;
	return buf_put(to, into + (found - from), 1, e);
}

/* The opening quote has been read. */
static int read_string(struct reader *r, char **ret, struct err *e)
{
	AUTO_BUF text = BUF_INIT;

	for (;;) {
		const char *from = r->p;

		while (r->p < r->end && (unsigned char)*r->p >= 0x20 && *r->p != '"' &&
		       *r->p != '\\')
			r->p++;
		if (buf_put(&text, from, (size_t)(r->p - from), e) < 0)
			return -1;
		if (r->p == r->end)
			return wrong(r, "a text without end", e);
		if (*r->p == '"') {
			r->p++;
			return buf_take(&text, ret, e);
		}
		if (*r->p++ != '\\')
			return wrong(r, "a control character in a text", e);
		if (read_escape(r, &text, e) < 0)
			return -1;
	}
}

static size_t skip_digits(struct reader *r)
{
	const char *from = r->p;

	while (r->p < r->end && *r->p >= '0' && *r->p <= '9')
		r->p++;
	return (size_t)(r->p - from);
}

static int read_number(struct reader *r, char **ret, struct err *e)
{
	const char *from = r->p;

	r->p += r->p < r->end && *r->p == '-';
	if (r->p < r->end && *r->p == '0')
		r->p++;
	else if (!skip_digits(r))
		return wrong(r, "a value is missing", e);
	if (r->p < r->end && *r->p == '.') {
		r->p++;
		if (!skip_digits(r))
			return wrong(r, "a fraction without digits", e);
	}
	if (r->p < r->end && (*r->p == 'e' || *r->p == 'E')) {
		r->p++;
		r->p += r->p < r->end && (*r->p == '+' || *r->p == '-');
		if (!skip_digits(r))
			return wrong(r, "an exponent without digits", e);
	}
	*ret = strndup(from, (size_t)(r->p - from));
	return *ret ? 0 : err_memory(e);
}

static void free_json(struct json **j)
{
	json_free(*j);
}

static int read_value(struct reader *r, struct json **ret, struct err *e);

/* One member or element; appended at *tail, which then points to where the next one goes. */
static int read_member(struct reader *r, bool keyed, struct json ***tail, struct err *e)
{
	AUTO_FREE char *key = NULL;

	if (keyed) {
		if (!next_is(r, '"'))
			return wrong(r, "a key is missing", e);
		if (read_string(r, &key, e) < 0)
			return -1;
		if (!next_is(r, ':'))
			return wrong(r, "':' is missing behind a key", e);
	}
	if (read_value(r, *tail, e) < 0)
		return -1;
	(**tail)->key = TAKE(key);
	*tail = &(**tail)->next;
	return 0;
}

static int read_members(struct reader *r, struct json *parent, char end, struct err *e)
{
	struct json **tail = &parent->first;

	if (r->depth == DEEPEST)
		return wrong(r, "more than 64 levels", e);
	if (next_is(r, end))
		return 0;
	r->depth++;
	for (;;) {
		if (read_member(r, end == '}', &tail, e) < 0)
			return -1;
		if (next_is(r, end))
			break;
		if (!next_is(r, ','))
			return wrong(r,
				     end == '}' ? "',' or '}' is missing" : "',' or ']' is missing",
				     e);
	}
	r->depth--;
	return 0;
}

static int read_value(struct reader *r, struct json **ret, struct err *e)
{
	AUTO(free_json) struct json *j = calloc(1, sizeof(*j));
	int result = 0;

	if (!j)
		return err_memory(e);
	skip_space(r);
	if (next_is(r, '{')) {
		j->type = JSON_OBJECT;
		result = read_members(r, j, '}', e);
	} else if (next_is(r, '[')) {
		j->type = JSON_ARRAY;
		result = read_members(r, j, ']', e);
	} else if (next_is(r, '"')) {
		j->type = JSON_STRING;
		result = read_string(r, &j->text, e);
	} else if (next_word(r, "null")) {
		j->type = JSON_NULL;
	} else if (next_word(r, "true")) {
		j->type = JSON_BOOL;
		j->truth = true;
	} else if (next_word(r, "false")) {
		j->type = JSON_BOOL;
	} else {
		j->type = JSON_NUMBER;
		result = read_number(r, &j->text, e);
	}
	if (result == 0)
		*ret = TAKE(j);
	return result;
}

int json_parse(const char *text, size_t len, const char *name, struct json **ret, struct err *e)
{
	struct reader r = {.start = text, .p = text, .end = text + len, .name = name};
	AUTO(free_json) struct json *j = NULL;

	if (read_value(&r, &j, e) < 0)
		return -1;
	skip_space(&r);
	if (r.p != r.end)
		return wrong(&r, "something stands behind the value", e);
	*ret = TAKE(j);
	return 0;
}

void json_free(struct json *j)
{
	while (j) {
		struct json *next = j->next;

		json_free(j->first);
		free(j->text);
		free(j->key);
		free(j);
		j = next;
	}
}

const struct json *json_member(const struct json *j, const char *key)
{
	if (!j || j->type != JSON_OBJECT)
		return NULL;
	for (const struct json *m = j->first; m; m = m->next)
		if (!strcmp(m->key, key))
			return m;
	return NULL;
}

const char *json_member_text(const struct json *j, const char *key)
{
	const struct json *m = json_member(j, key);

	return m && m->type == JSON_STRING ? m->text : NULL;
}
