#include "mount_list.h"

#include <string.h>

static bool is_octal(char c)
{
	return c >= '0' && c <= '7';
}

/* A backslash with three octal digits stands for one byte; returns how many bytes were read. */
static size_t decode_byte(const char *at, size_t left, char *ret_byte)
{
	if (left >= 4 && at[0] == '\\' && is_octal(at[1]) && is_octal(at[2]) && is_octal(at[3])) {
		*ret_byte = (char)((at[1] - '0') << 6 | (at[2] - '0') << 3 | (at[3] - '0'));
		return 4;
	}
	*ret_byte = *at;
	return 1;
}

static bool mount_point(const char *line, size_t len, char *ret_path, size_t size)
{
	const char *at = memchr(line, ' ', len);
	const char *end;
	size_t used = 0;

	if (at == NULL)
		return false;
	at++;
	end = memchr(at, ' ', len - (size_t)(at - line));
	if (end == NULL || end == at)
		return false;
	while (at < end) {
		if (used + 1 >= size)
			return false;
		at += decode_byte(at, (size_t)(end - at), &ret_path[used++]);
	}
	ret_path[used] = '\0';
	return true;
}

bool mount_list_take_last(const char *text, size_t *length, char *ret_path, size_t size)
{
	while (*length > 0) {
		size_t end = *length;
		size_t start;

		if (text[end - 1] == '\n')
			end--;
		start = end;
		while (start > 0 && text[start - 1] != '\n')
			start--;
		*length = start;
		if (mount_point(text + start, end - start, ret_path, size))
			return true;
	}
	return false;
}

static bool is_inside(const char *path, const char *folder)
{
	size_t len = strlen(folder);

	return strncmp(path, folder, len) == 0 && (path[len] == '\0' || path[len] == '/');
}

bool mount_list_stays(const char *path)
{
	return strcmp(path, "/") == 0 || is_inside(path, "/proc") || is_inside(path, "/sys") ||
	       is_inside(path, "/dev");
}
