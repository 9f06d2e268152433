#include "host_name.h"

#include "console.h"
#include "small_file.h"
#include "words.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#define HOST_NAME_FILE	"/etc/hostname"
#define HOST_NAME_BYTES 64

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

/* A name longer than any allowed one is cut behind that length, so that the check sees it. */
static bool read_name(char *ret_name, size_t size)
{
	char text[256];
	const char *rest = text;

	if (small_file_read(HOST_NAME_FILE, text, sizeof(text)) < 0) {
		if (errno != ENOENT)
			console_say("cannot read " HOST_NAME_FILE ": %s", strerror(errno));
		return false;
	}
	return words_next(&rest, ret_name, size);
}

void host_name_apply(const char *wanted)
{
	char name[HOST_NAME_BYTES + 2];

	if (*wanted == '\0') {
		if (!read_name(name, sizeof(name)))
			return;
		if (!host_name_valid(name)) {
			console_say("'%s' in " HOST_NAME_FILE " is not a host name", name);
			return;
		}
		wanted = name;
	}
	if (sethostname(wanted, strlen(wanted)) < 0)
		console_say("cannot set the host name to %s: %s", wanted, strerror(errno));
}
