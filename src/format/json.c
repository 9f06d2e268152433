#include "format/json.h"

#include <string.h>

void json_begin(struct json_writer *w, struct buf *out, enum json_style style)
{
	*w = (struct json_writer){.out = out, .style = style, .empty = true};
}

static void raw(struct json_writer *w, const char *text, size_t len)
{
	if (!w->failed && buf_put(w->out, text, len, &w->error) < 0)
		w->failed = true;
}

static void new_line(struct json_writer *w)
{
	if (w->style == JSON_SHORT)
		return;
	raw(w, "\n", 1);
	for (unsigned int i = 0; i < w->depth; i++)
		raw(w, "\t", 1);
}

/* Length of the UTF-8 character at p, 0 when it is none (RFC 3629, section 4). */
static size_t utf8_length(const unsigned char *p, size_t left)
{
	size_t n;
	unsigned char low = 0x80, high = 0xbf;

	if (p[0] < 0x80)
		return 1;
	if (p[0] >= 0xc2 && p[0] <= 0xdf)
		n = 2;
	else if (p[0] >= 0xe0 && p[0] <= 0xef)
		n = 3;
	else if (p[0] >= 0xf0 && p[0] <= 0xf4)
		n = 4;
	else
		return 0;
	if (p[0] == 0xe0)
		low = 0xa0;
	if (p[0] == 0xed)
		high = 0x9f;
	if (p[0] == 0xf0)
		low = 0x90;
	if (p[0] == 0xf4)
		high = 0x8f;
	if (left < n || p[1] < low || p[1] > high)
		return 0;
	for (size_t i = 2; i < n; i++)
		if ((p[i] & 0xc0) != 0x80)
			return 0;
	return n;
}

static void escape(struct json_writer *w, unsigned char c)
{
	static const char short_forms[] = "\"\"\\\\\bb\ff\nn\rr\tt";
	static const char hex[] = "0123456789abcdef";
	char text[6] = {'\\', 'u', '0', '0'};

	for (const char *s = short_forms; *s; s += 2) {
		if ((unsigned char)s[0] == c) {
			text[1] = s[1];
			raw(w, text, 2);
			return;
		}
	}
	text[4] = hex[c >> 4];
	text[5] = hex[c & 15];
	raw(w, text, 6);
}

static void quoted(struct json_writer *w, const char *text, size_t len)
{
	const unsigned char *p = (const unsigned char *)text;

	raw(w, "\"", 1);
	while (len) {
		size_t n = utf8_length(p, len);

		if (n == 0) {
			raw(w, "\xef\xbf\xbd", 3);
			n = 1;
		} else if (n == 1 && (*p < 0x20 || *p == '"' || *p == '\\')) {
			escape(w, *p);
		} else {
			raw(w, (const char *)p, n);
		}
		p += n;
		len -= n;
	}
	raw(w, "\"", 1);
}

static void begin_value(struct json_writer *w, const char *key)
{
	if (!w->empty)
		raw(w, ",", 1);
	if (w->depth)
		new_line(w);
	w->empty = false;
	if (!key)
		return;
	quoted(w, key, strlen(key));
	raw(w, ": ", w->style == JSON_SHORT ? 1 : 2);
}

static void open_level(struct json_writer *w, const char *key, const char *bracket)
{
	begin_value(w, key);
	raw(w, bracket, 1);
	w->depth++;
	w->empty = true;
}

static void close_level(struct json_writer *w, const char *bracket)
{
	w->depth--;
	if (!w->empty)
		new_line(w);
	raw(w, bracket, 1);
	w->empty = false;
}

void json_open_object(struct json_writer *w, const char *key)
{
	open_level(w, key, "{");
}

void json_close_object(struct json_writer *w)
{
	close_level(w, "}");
}

void json_open_array(struct json_writer *w, const char *key)
{
	open_level(w, key, "[");
}

void json_close_array(struct json_writer *w)
{
	close_level(w, "]");
}

void json_text_n(struct json_writer *w, const char *key, const char *text, size_t len)
{
	begin_value(w, key);
	quoted(w, text, len);
}

void json_text(struct json_writer *w, const char *key, const char *text)
{
	json_text_n(w, key, text, strlen(text));
}

void json_number(struct json_writer *w, const char *key, uint64_t value)
{
	begin_value(w, key);
	if (!w->failed && buf_putf(w->out, &w->error, "%llu", (unsigned long long)value) < 0)
		w->failed = true;
}

void json_bool(struct json_writer *w, const char *key, bool value)
{
	begin_value(w, key);
	raw(w, value ? "true" : "false", value ? 4 : 5);
}

int json_finish(struct json_writer *w, struct err *e)
{
	raw(w, "\n", 1);
	if (w->failed) {
		*e = w->error;
		return -1;
	}
	return 0;
}
