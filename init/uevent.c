#include "uevent.h"

#include <linux/netlink.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* The group that the kernel itself sends to; udev's is another. */
#define KERNEL_GROUP 1

static size_t piece_length(const char *at, size_t len)
{
	size_t n = 0;

	while (n < len && at[n] != '\n' && at[n] != '\0')
		n++;
	return n;
}

bool uevent_value(const char *text, size_t len, const char *key, char *ret, size_t size)
{
	size_t key_len = strlen(key);

	while (len > 0) {
		size_t piece = piece_length(text, len);

		if (piece > key_len && memcmp(text, key, key_len) == 0 && text[key_len] == '=' &&
		    piece - key_len - 1 < size) {
			memcpy(ret, text + key_len + 1, piece - key_len - 1);
			ret[piece - key_len - 1] = '\0';
			return true;
		}
		if (piece == len)
			break;
		text += piece + 1;
		len -= piece + 1;
	}
	return false;
}

int uevent_open(void)
{
	struct sockaddr_nl us = {.nl_family = AF_NETLINK, .nl_groups = KERNEL_GROUP};
	int fd = socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK,
			NETLINK_KOBJECT_UEVENT);

	if (fd >= 0 && bind(fd, (struct sockaddr *)&us, sizeof(us)) < 0) {
		close(fd);
		return -1;
	}
	return fd;
}

size_t uevent_receive(int fd, char *buf, size_t size)
{
	struct sockaddr_nl from;
	socklen_t from_len = sizeof(from);
	ssize_t got;

	do {
		got = recvfrom(fd, buf, size, 0, (struct sockaddr *)&from, &from_len);
	} while (got > 0 && from.nl_pid != 0);
	return got > 0 ? (size_t)got : 0;
}
