#include "host_name.h"

#include "console.h"
#include "ethernet.h"
#include "shared/host_name_valid.h"
#include "shared/small_file.h"
#include "shared/words.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#define HOST_NAME_FILE "/etc/hostname"

#define MAC_PREFIX "mvirt-"

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

const char *host_name_from_mac(const unsigned char mac[6], char buf[HOST_NAME_FROM_MAC])
{
	static const char digits[] = "0123456789abcdef";
	size_t used = strlen(MAC_PREFIX);

	memcpy(buf, MAC_PREFIX, used);
	for (size_t i = 0; i < 6; i++) {
		buf[used++] = digits[mac[i] >> 4];
		buf[used++] = digits[mac[i] & 15];
	}
	buf[used] = '\0';
	return buf;
}

/* That of the interface which the machine was made with. */
static bool name_from_network(char *ret_name)
{
	unsigned char mac[6];

	if (!ethernet_first(mac))
		return false;
	host_name_from_mac(mac, ret_name);
	return true;
}

void host_name_apply(const char *wanted)
{
	char name[HOST_NAME_BYTES + 2];

	if (wanted == NULL) {
		bool written = read_name(name, sizeof(name));

		if (written && !host_name_valid(name)) {
			console_say("'%s' in " HOST_NAME_FILE " is not a host name", name);
			written = false;
		}
		if (!written && !name_from_network(name))
			return;
		wanted = name;
	}
	if (sethostname(wanted, strlen(wanted)) < 0)
		console_say("cannot set the host name to %s: %s", wanted, strerror(errno));
}
