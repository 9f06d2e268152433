#include "ip_host_name.h"

#include <string.h>

#define FIELDS_BEFORE 4

bool ip_host_name(const char *value, char ret_name[HOST_NAME_BYTES + 1])
{
	size_t len;

	/* Within the brackets around an IPv6 address a colon does not end the field. */
	for (int field = 0; field < FIELDS_BEFORE; field++) {
		if (*value == '[')
			value += strcspn(value, "]");
		value += strcspn(value, ":");
		if (*value++ == '\0')
			return false;
	}
	len = strcspn(value, ":");
	if (len > HOST_NAME_BYTES)
		return false;
	memcpy(ret_name, value, len);
	ret_name[len] = '\0';
	return host_name_valid(ret_name);
}
