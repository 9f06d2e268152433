#include "stage/uki_value.h"

#include "base/doubt.h"
#include "host/file.h"

#include <string.h>

enum { TEXT_MAX = 1024 * 1024 };

void uki_value_collapse(struct buf *text)
{
	size_t to = 0;

	for (size_t i = 0; i < text->len; i++) {
		bool blank = strchr(" \t\n\v\f\r", text->data[i]) != NULL;

		if (!blank)
			text->data[to++] = text->data[i];
		else if (to && text->data[to - 1] != ' ')
			text->data[to++] = ' ';
	}
	if (to && text->data[to - 1] == ' ')
		to--;
	text->len = to;
	if (text->data)
		text->data[to] = '\0';
}

void uki_value_cut_end(struct buf *text)
{
	size_t len = text->len;

	while (len && (text->data[len - 1] == '\n' || text->data[len - 1] == '\0'))
		len--;
	text->len = len;
	text->data[len] = '\0';
}

int uki_value_read(const char *value, const char *what, struct buf *to, struct err *e)
{
	if (value[0] != '@')
		return buf_puts(to, value, e);
	if (file_read(value + 1, TEXT_MAX, to, e) < 0)
		return err_ctx(e, "%s", what);
	if (to->len == 0)
		return err_set(e, ERR_INPUT, "%s: '%s' is empty", what, value + 1);
	return 0;
}

int uki_value_read_text(bool strict, const char *value, const char *what, struct buf *to,
			struct err *e)
{
	if (value[0] && value[0] != '@' && file_exists(value) && !file_is_folder(value) &&
	    doubt(strict, e, "%s '%.200s' is a file: did you mean @%.200s?", what, value, value) <
		    0)
		return -1;
	return uki_value_read(value, what, to, e);
}
