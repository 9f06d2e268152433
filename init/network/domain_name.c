#include "network/domain_name.h"

#include <string.h>

#define LABEL_MAX 63
#define NAME_MAX  253

bool domain_name_valid(const char *name)
{
	size_t len = strlen(name);

	if (len < 1 || len > NAME_MAX || name[0] == '.')
		return false;
	for (; *name != '\0'; name++)
		if ((*name < 'a' || *name > 'z') && (*name < 'A' || *name > 'Z') &&
		    (*name < '0' || *name > '9') && *name != '-' && *name != '_' && *name != '.')
			return false;
	return true;
}

/* Reads one name and moves *at behind it; false when the data ends within it. */
static bool read_name(const uint8_t **at, const uint8_t *end, char ret_name[NAME_MAX + 1])
{
	size_t len = 0;

	while (*at < end && **at != 0) {
		size_t label = *(*at)++;

		if (label > LABEL_MAX || label > (size_t)(end - *at) || len + label + 1 > NAME_MAX)
			return false;
		if (len > 0)
			ret_name[len++] = '.';
		memcpy(ret_name + len, *at, label);
		/* A dot or a NUL within a label would read as another name. */
		for (size_t i = len; i < len + label; i++)
			if (ret_name[i] == '\0' || ret_name[i] == '.')
				ret_name[i] = ' ';
		len += label;
		*at += label;
	}
	if (*at == end)
		return false;
	(*at)++;
	ret_name[len] = '\0';
	return true;
}

void domain_name_list(const uint8_t *data, size_t len, char *text, size_t size)
{
	const uint8_t *end = data + len;
	char name[NAME_MAX + 1];

	while (data < end && read_name(&data, end, name)) {
		size_t used = strlen(text);
		size_t need = strlen(name);

		if (!domain_name_valid(name) || used + need + 2 > size)
			continue;
		if (used > 0)
			text[used++] = ' ';
		memcpy(text + used, name, need + 1);
	}
}
