#include "users.h"

#include "shared/small_file.h"

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

/* The first numbers of a line, from what stands behind its name. */
static bool take_numbers(const char *at, unsigned int *ret, int count)
{
	at += strcspn(at, ":\n");
	for (int i = 0; i < count; i++)
		if (*at++ != ':' || !take_number(&at, &ret[i]))
			return false;
	return true;
}

/* Of the user with this name or, if that is NULL, with this number. */
static bool find_line(const char *text, const char *name, unsigned int number, unsigned int *ret,
		      int count)
{
	for (; *text != '\0'; text += strcspn(text, "\n"), text += *text == '\n') {
		size_t len = strcspn(text, ":\n");

		if (text[len] != ':' ||
		    (name != NULL && (strncmp(text, name, len) != 0 || name[len] != '\0')))
			continue;
		if (take_numbers(text + len + 1, ret, count) && (name != NULL || ret[0] == number))
			return true;
	}
	return false;
}

bool users_numbers(const char *text, const char *name, unsigned int *ret, int count)
{
	const char *rest = name;
	unsigned int number;

	if (find_line(text, name, 0, ret, count))
		return true;
	if (!take_number(&rest, &number) || *rest != '\0')
		return false;
	if (!find_line(text, NULL, number, ret, count))
		for (int i = 0; i < count; i++)
			ret[i] = number;
	return true;
}

static bool find(const char *file, const char *name, unsigned int *ret, int count)
{
	char text[FILE_BYTES];
	bool cut;

	if (small_file_lines(file, text, sizeof(text), &cut) < 0)
		text[0] = '\0';
	return users_numbers(text, name, ret, count);
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
