#include "format/sbat.h"

#include <string.h>

bool sbat_is_valid(const char *text, size_t len)
{
	return len >= 5 && memcmp(text, "sbat,", 5) == 0;
}

/* Length of the line at text, without what ends it. */
static size_t line_length(const char *text, size_t len)
{
	const char *newline = memchr(text, '\n', len);

	return newline ? (size_t)(newline - text) : len;
}

int sbat_merge(struct buf *to, const char *text, size_t len, struct err *e)
{
	size_t at;

	if (to->len == 0 && buf_puts(to, SBAT_HEADER, e) < 0)
		return -1;
	while (len && text[len - 1] == '\0')
		len--;
	for (at = line_length(text, len) + 1; at < len;) {
		size_t n = line_length(text + at, len - at);
		size_t shown = n;

		while (shown && text[at + shown - 1] == '\r')
			shown--;
		if (shown && (buf_put(to, text + at, shown, e) < 0 || buf_puts(to, "\n", e) < 0))
			return -1;
		at += n + 1;
	}
	return 0;
}
