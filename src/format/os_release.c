#include "format/os_release.h"

#include <string.h>

static int put_value(const char *value, size_t len, struct buf *to, struct err *e)
{
	char quote = '\0';

	while (len && strchr(" \t\r", value[len - 1]))
		len--;
	for (size_t i = 0; i < len; i++) {
		char c = value[i];

		if (quote ? c == quote : c == '"' || c == '\'') {
			quote = quote ? '\0' : c;
			continue;
		}
		if (c == '\\' && quote != '\'' && i + 1 < len)
			c = value[++i];
		if (buf_put(to, &c, 1, e) < 0)
			return -1;
	}
	return 0;
}

int os_release_value(const char *text, size_t len, const char *name, struct buf *to,
		     bool *ret_found, struct err *e)
{
	size_t name_len = strlen(name);
	const char *value = NULL;
	size_t value_len = 0;

	for (const char *end = text + len; text < end;) {
		const char *newline = memchr(text, '\n', (size_t)(end - text));
		size_t line = (size_t)((newline ? newline : end) - text);

		if (line > name_len && text[name_len] == '=' && !memcmp(text, name, name_len)) {
			value = text + name_len + 1;
			value_len = line - name_len - 1;
		}
		text += line + (newline != NULL);
	}
	*ret_found = value != NULL;
	return value ? put_value(value, value_len, to, e) : 0;
}
