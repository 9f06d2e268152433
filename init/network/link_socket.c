#include "network/link.h"

#include "network/net.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define IP_PROTOCOL   9
#define IP_FRAGMENT   6
#define OFFSET_BITS   0x1fff
#define UDP_PORT_TO   2
#define DHCP_CLIENT   68
#define WHOLE	      0xffffffff
#define DROP	      0
#define TO_DROP(here) (7 - (here)-1) /* the jump from instruction here to the last one */

static int give_up(int fd)
{
	int error = errno;

	close(fd);
	errno = error;
	return -1;
}

int link_socket(const struct link *k, int family, uint16_t port)
{
	const int on = 1;
	struct sockaddr_in own4 = {.sin_family = AF_INET, .sin_port = htons(port)};
	struct sockaddr_in6 own6 = {.sin6_family = AF_INET6, .sin6_port = htons(port)};
	int fd = socket(family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	int failed;

	if (fd < 0)
		return -1;
	failed = setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, k->name, (socklen_t)strlen(k->name)) ||
		 setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (!failed && family == AF_INET)
		failed = setsockopt(fd, SOL_SOCKET, SO_BROADCAST, &on, sizeof(on)) ||
			 bind(fd, (const struct sockaddr *)&own4, sizeof(own4));
	if (!failed && family == AF_INET6)
		failed = setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on)) ||
			 bind(fd, (const struct sockaddr *)&own6, sizeof(own6));
	return failed ? give_up(fd) : fd;
}

/*
 * The filter lets nothing through but whole UDP packets for the client's port, so that other
 * traffic of the link does not wake this program. Without a protocol the socket receives nothing until it
 * is bound, and so nothing from before the filter.
 */
int link_socket_raw(const struct link *k)
{
	static struct sock_filter filter[] = {
		BPF_STMT(BPF_LD | BPF_B | BPF_ABS, IP_PROTOCOL),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, IPPROTO_UDP, 0, TO_DROP(1)),
		BPF_STMT(BPF_LD | BPF_H | BPF_ABS, IP_FRAGMENT),
		BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, OFFSET_BITS, TO_DROP(3), 0),
		BPF_STMT(BPF_LDX | BPF_B | BPF_MSH, 0),
		BPF_STMT(BPF_LD | BPF_H | BPF_IND, UDP_PORT_TO),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, DHCP_CLIENT, 1, 0),
		BPF_STMT(BPF_RET | BPF_K, DROP),
		BPF_STMT(BPF_RET | BPF_K, WHOLE),
	};
	const struct sock_fprog program = {.len = 9, .filter = filter};
	const struct sockaddr_ll own = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(ETH_P_IP),
		.sll_ifindex = k->index,
	};
	const int on = 1;
	int fd = socket(AF_PACKET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -1;
	if (setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof(program)) ||
	    setsockopt(fd, SOL_PACKET, PACKET_AUXDATA, &on, sizeof(on)) ||
	    bind(fd, (const struct sockaddr *)&own, sizeof(own)))
		return give_up(fd);
	return fd;
}

void link_socket_watch(struct link *k, struct loop_source *s, int fd)
{
	s->fd = fd;
	s->events = POLLIN;
	if (fd >= 0)
		loop_watch(k->net->loop, s);
}

void link_socket_close(struct link *k, struct loop_source *s)
{
	if (s->fd < 0)
		return;
	loop_unwatch(k->net->loop, s);
	close(s->fd);
	s->fd = -1;
}
