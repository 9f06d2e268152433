#include "network/link.h"

#include "network/say.h"
#include "shared/message.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FOLDER "/run/pideisn/network"

/*
 * Times are those of the loop, which go on from one start of the program to the next. Numbers, as names
 * of files, stay with a link that gets another name.
 */
struct memory {
	uint8_t mac[RTNL_MAC_BYTES];
	uint8_t ra_flags;
	struct dhcp4 dhcp4;
	struct dhcp6 dhcp6;
	struct nd_dns nd;
	int64_t nd_servers_until_ms;
	int64_t nd_search_until_ms;
};

bool link_memory_open(void)
{
	if (mkdir(FOLDER, 0700) == 0)
		return false;
	if (errno == EEXIST)
		return true;
	say("cannot make " FOLDER ", so a crash would be felt: %s", strerror(errno));
	return false;
}

static void name_file(const struct link *k, char path[64])
{
	message_put(path, 64, FOLDER "/%d", k->index);
}

void link_memory_save(const struct link *k)
{
	struct memory m;
	char path[64];
	int fd;

	memset(&m, 0, sizeof(m));
	memcpy(m.mac, k->mac, sizeof(m.mac));
	m.ra_flags = k->ra_flags;
	m.dhcp4 = k->dhcp4;
	m.dhcp4.host_name = NULL;
	m.dhcp6 = k->dhcp6;
	m.nd = k->nd;
	m.nd_servers_until_ms = k->nd_servers_until_ms;
	m.nd_search_until_ms = k->nd_search_until_ms;
	name_file(k, path);
	/*
	 * Over what is there, which has the same size, and by one call: a crash finds the old or the
	 * new. What is written in part for the first time has another size, and is not read.
	 */
	fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0)
		return;
	if (write(fd, &m, sizeof(m)) < 0)
		errno = 0;
	close(fd);
}

void link_memory_drop(const struct link *k)
{
	char path[64];

	name_file(k, path);
	unlink(path);
}

/* It is gone once it is read: if what is in it brings the program down, that happens once. */
static bool load(const struct link *k, struct memory *ret)
{
	char path[64];
	ssize_t got;
	int fd;

	name_file(k, path);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	got = read(fd, ret, sizeof(*ret));
	close(fd);
	unlink(path);
	return got == (ssize_t)sizeof(*ret) && memcmp(ret->mac, k->mac, sizeof(ret->mac)) == 0;
}

bool link_memory_load(struct link *k, int64_t now_ms)
{
	const char *host_name = k->dhcp4.host_name;
	uint32_t random4 = k->dhcp4.random;
	uint32_t random6 = k->dhcp6.random;
	struct memory m;

	if (!load(k, &m))
		return false;
	k->ra_flags = m.ra_flags;
	k->dhcp4 = m.dhcp4;
	k->dhcp4.host_name = host_name;
	k->dhcp4.random = random4;
	k->dhcp4.leased = m.dhcp4.leased && now_ms < m.dhcp4.expire_ms;
	dhcp4_suspend(&k->dhcp4);
	k->dhcp6 = m.dhcp6;
	k->dhcp6.random = random6;
	k->dhcp6.leased = m.dhcp6.leased && now_ms < m.dhcp6.expire_ms;
	if (!k->dhcp6.leased)
		memset(&k->dhcp6.lease, 0, sizeof(k->dhcp6.lease));
	dhcp6_suspend(&k->dhcp6);
	k->nd = m.nd;
	k->nd_servers_until_ms = m.nd_servers_until_ms;
	k->nd_search_until_ms = m.nd_search_until_ms;
	return true;
}
