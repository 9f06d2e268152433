#include "users.h"

#include "small_file.h"

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* In a child that is about to become a service: its stack has the room. */
#define FILE_BYTES (64 * 1024)

static bool take_number(const char **text, unsigned int *ret)
{
	const char *at = *text;
	unsigned int n = 0;

	for (; *at >= '0' && *at <= '9'; at++) {
		if (n > (UINT32_MAX - 9) / 10)
			return false;
		n = n * 10 + (unsigned int)(*at - '0');
	}
	if (at == *text)
		return false;
	*text = at;
	*ret = n;
	return true;
}

bool users_line(const char *text, const char *name, unsigned int *ret_numbers, int count)
{
	size_t len = strlen(name);

	for (; *text != '\0'; text += strcspn(text, "\n"), text += *text == '\n') {
		const char *at = text;
		int got = 0;

		if (strncmp(at, name, len) != 0 || at[len] != ':')
			continue;
		at += len + 1;
		at += strcspn(at, ":\n");
		while (got < count && *at == ':') {
			at++;
			if (!take_number(&at, &ret_numbers[got]))
				break;
			got++;
		}
		if (got == count)
			return true;
	}
	return false;
}

static bool find(const char *file, const char *name, unsigned int *ret_numbers, int count)
{
	char text[FILE_BYTES];
	const char *rest = name;

	if (small_file_read(file, text, sizeof(text)) >= 0 &&
	    users_line(text, name, ret_numbers, count))
		return true;
	for (int i = 1; i < count; i++)
		ret_numbers[i] = 0;
	return take_number(&rest, &ret_numbers[0]) && *rest == '\0';
}

bool user_find(const char *name, uid_t *ret_user, gid_t *ret_group)
{
	unsigned int numbers[2];

	if (!find("/etc/passwd", name, numbers, 2))
		return false;
	*ret_user = numbers[0];
	*ret_group = numbers[1];
	return true;
}

bool group_find(const char *name, gid_t *ret_group)
{
	return find("/etc/group", name, ret_group, 1);
}
