#include "ethernet.h"

#include <net/if.h>
#include <net/if_arp.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#define INTERFACES_TRIED 64

bool ethernet_first(unsigned char ret_mac[6])
{
	static const unsigned char none[6];
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	bool found = false;

	for (int index = 1; fd >= 0 && !found && index <= INTERFACES_TRIED; index++) {
		struct ifreq r = {.ifr_ifindex = index};

		if (ioctl(fd, SIOCGIFNAME, &r) < 0 || ioctl(fd, SIOCGIFHWADDR, &r) < 0)
			continue;
		memcpy(ret_mac, r.ifr_hwaddr.sa_data, 6);
		found = r.ifr_hwaddr.sa_family == ARPHRD_ETHER && memcmp(ret_mac, none, 6) != 0;
	}
	if (fd >= 0)
		close(fd);
	return found;
}
