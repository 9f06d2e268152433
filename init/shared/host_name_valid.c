#include "shared/host_name_valid.h"

#include <stddef.h>
#include <string.h>

static bool is_alphanumeric(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool host_name_valid(const char *name)
{
	size_t len = strlen(name);

	if (len < 1 || len > HOST_NAME_BYTES)
		return false;
	for (size_t i = 0; i < len; i++)
		if (!is_alphanumeric(name[i]) && name[i] != '-' && name[i] != '.')
			return false;
	return is_alphanumeric(name[0]) && is_alphanumeric(name[len - 1]);
}
