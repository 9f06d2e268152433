#include "format/cloud_init.h"

#include "base/nearest.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

static const char *const headers[] = {
	"#cloud-config",
	"#cloud-config-archive",
	"#cloud-config-jsonp",
	"#cloud-boothook",
	"#include",
	"#include-once",
	"#part-handler",
	"## template: jinja",
	NULL,
};

/* Mail messages, which hold several parts, are told by these, in any case of letters. */
static const char *const mail_headers[] = {"content-type:", "mime-version:", "from ", NULL};

static bool begins(const char *line, size_t len, const char *with)
{
	return len >= strlen(with) && !strncasecmp(line, with, strlen(with));
}

/* cloud-init asks only whether the text begins with one: a longer word passes there and is lost. */
static bool is_header(const char *line, size_t len)
{
	for (size_t i = 0; headers[i]; i++) {
		size_t n = strlen(headers[i]);

		if (len >= n && !memcmp(line, headers[i], n) &&
		    (len == n || line[n] == ' ' || line[n] == '\t' || line[n] == '\r'))
			return true;
	}
	if (len >= 2 && !memcmp(line, "#!", 2))
		return true;
	for (size_t i = 0; mail_headers[i]; i++)
		if (begins(line, len, mail_headers[i]))
			return true;
	return false;
}

/* The line as a sentence may show it. */
static void printable(const char *line, size_t len, char to[64])
{
	size_t n = len < 40 ? len : 40;

	for (size_t i = 0; i < n; i++)
		to[i] = line[i] >= ' ' && line[i] <= '~' ? line[i] : '?';
	snprintf(to + n, 64 - n, "%s", len > n ? "..." : "");
}

static int not_a_header(const char *name, const char *line, size_t len, struct err *e)
{
	char shown[64];
	const char *near;

	printable(line, len, shown);
	near = nearest_name(shown, headers);
	if (near)
		return err_set(
			e, ERR_INPUT,
			"'%s' begins with '%s', which cloud-init ignores: did you mean '%s'?", name,
			shown, near);
	return err_set(e, ERR_INPUT,
		       "'%s' begins with '%s', which cloud-init ignores: its first line has to be "
		       "'#cloud-config', '#!/bin/sh' or another one that cloud-init knows",
		       name, shown);
}

int cloud_init_check_user_data(const char *name, const void *head, size_t len, struct err *e)
{
	const char *line = head;
	const char *end = memchr(head, '\n', len);
	size_t line_len = end ? (size_t)(end - line) : len;

	if (len == 0)
		return err_set(e, ERR_INPUT, "'%s' is empty: begin with '#cloud-config'", name);
	/* Packed user data is unpacked first (RFC 1952). */
	if (len >= 2 && !memcmp(head, "\x1f\x8b", 2))
		return 0;
	if (len >= 3 && !memcmp(head, "\xef\xbb\xbf", 3))
		return err_set(
			e, ERR_INPUT,
			"'%s' begins with a byte order mark, behind which cloud-init finds no "
			"header: save it as UTF-8 without",
			name);
	if (!is_header(line, line_len))
		return not_a_header(name, line, line_len, e);
	return 0;
}

static const char *skip_blanks(const char *p, const char *end)
{
	while (p < end &&
	       (*p == ' ' || *p == '\t' || *p == '\r' || *p == '\n' || *p == '{' || *p == ','))
		p++;
	return p;
}

/* "key" or 'key' or key, then ':'. */
static bool is_key(const char *p, const char *end, const char *key)
{
	const size_t n = strlen(key);
	char quote = 0;

	if (p < end && (*p == '"' || *p == '\''))
		quote = *p++;
	if ((size_t)(end - p) < n || memcmp(p, key, n) != 0)
		return false;
	p += n;
	if (quote && (p == end || *p++ != quote))
		return false;
	while (p < end && (*p == ' ' || *p == '\t'))
		p++;
	return p < end && *p == ':';
}

bool cloud_init_has_key(const char *text, size_t len, const char *key)
{
	const char *end = text + len;

	for (const char *p = text; p < end;) {
		const char *next;

		if (is_key(skip_blanks(p, end), end, key))
			return true;
		/* The next line, or the next member. */
		for (next = p; next < end && *next != '\n' && *next != ',' && *next != '{';)
			next++;
		p = next + 1;
	}
	return false;
}
