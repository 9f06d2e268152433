#include "host_name.h"

#include "console.h"
#include "small_file.h"
#include "words.h"

#include <errno.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#define HOST_NAME_FILE	"/etc/hostname"
#define HOST_NAME_BYTES 64

#define MAC_PREFIX	 "mvirt-"
#define INTERFACES_TRIED 64

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

/* Of the first network interface that has one, by number: the one the machine was made with. */
static bool name_from_network(char *ret_name)
{
	static const unsigned char none[6];
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	bool found = false;

	for (int index = 1; fd >= 0 && !found && index <= INTERFACES_TRIED; index++) {
		struct ifreq r = {.ifr_ifindex = index};

		if (ioctl(fd, SIOCGIFNAME, &r) < 0 || ioctl(fd, SIOCGIFHWADDR, &r) < 0)
			continue;
		found = r.ifr_hwaddr.sa_family == ARPHRD_ETHER &&
			memcmp(r.ifr_hwaddr.sa_data, none, sizeof(none)) != 0;
		if (found)
			host_name_from_mac((const unsigned char *)r.ifr_hwaddr.sa_data, ret_name);
	}
	if (fd >= 0)
		close(fd);
	return found;
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
