#include "network/link.h"

#include "network/jitter.h"
#include "network/net.h"
#include "network/say.h"
#include "network/udp4_frame.h"

#include <errno.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/rtnetlink.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define PORT_SERVER    67
#define PORT_CLIENT    68
#define RECEIVED_BYTES 1500 /* the largest that the server was told to send */

static void set_routes(struct link *k)
{
	const struct dhcp4_lease *l = &k->dhcp4.lease;
	struct rtnl m;

	for (size_t i = 0; i < l->routes; i++) {
		struct rtnl_route r = {
			.to = ip_from4(l->route[i].to, l->route[i].prefix),
			.source = ip_from4(l->address, 32),
			.protocol = RTPROT_DHCP,
		};

		if (l->route[i].via != 0)
			r.via = ip_from4(l->route[i].via, 32);
		link_route(k, &r);
		rtnl_route(&m, &r);
		link_do(k, &m, "add a route");
	}
}

static void set_address(struct link *k)
{
	const struct dhcp4_lease *l = &k->dhcp4.lease;
	const struct rtnl_address a = {
		.index = k->index,
		.ip = ip_from4(l->address, l->prefix),
		.preferred_s = l->lease_s,
		.valid_s = l->lease_s,
	};
	const struct rtnl_link_change mtu = {.index = k->index, .mtu = l->mtu};
	struct rtnl m;

	rtnl_address(&m, &a, true);
	link_do(k, &m, "set its address");
	set_routes(k);
	if (l->mtu != 0 && k->plan->mtu == 0) {
		rtnl_link(&m, &mtu);
		link_do(k, &m, "set its MTU");
	}
	if (k->net->names_wanted && l->host_name[0] != '\0' &&
	    sethostname(l->host_name, strlen(l->host_name)) < 0)
		say("%s: cannot set the host name to %s: %s", k->name, l->host_name,
		    strerror(errno));
}

static void say_address(const struct link *k)
{
	const struct ip address = ip_from4(k->dhcp4.lease.address, k->dhcp4.lease.prefix);
	const struct ip server = ip_from4(k->dhcp4.lease.server, 32);
	char address_text[IP_TEXT_BYTES];
	char server_text[IP_TEXT_BYTES];

	say("%s: %s by DHCP from %s", k->name, ip_text(address_text, &address, true),
	    ip_text(server_text, &server, false));
}

static void drop_address(struct link *k, const struct dhcp4_actions *a)
{
	const struct rtnl_address old = {
		.index = k->index,
		.ip = ip_from4(a->old, a->old_prefix),
	};
	char text[IP_TEXT_BYTES];
	struct rtnl m;

	/* The kernel may have been first: it knows the time of the lease. */
	rtnl_address(&m, &old, false);
	netlink_do(&k->net->netlink, &m);
	if (!a->apply)
		say("%s: %s is no longer ours", k->name, ip_text(text, &old.ip, true));
}

static void send_raw(const struct link *k, const struct dhcp4_actions *a)
{
	uint8_t packet[UDP4_HEADERS + DHCP4_PACKET_BYTES];
	struct sockaddr_ll to = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(ETH_P_IP),
		.sll_ifindex = k->index,
		.sll_halen = RTNL_MAC_BYTES,
	};

	memset(to.sll_addr, 0xff, RTNL_MAC_BYTES);
	memcpy(packet + UDP4_HEADERS, a->packet, a->len);
	udp4_frame_wrap(packet, a->len);
	/* What cannot be sent now is as good as lost on the way: it is sent again in its time. */
	if (sendto(k->socket4.fd, packet, UDP4_HEADERS + a->len, 0, (const struct sockaddr *)&to,
		   sizeof(to)) < 0)
		errno = 0;
}

static void send_udp(const struct link *k, const struct dhcp4_actions *a)
{
	const struct sockaddr_in to = {
		.sin_family = AF_INET,
		.sin_port = htons(PORT_SERVER),
		.sin_addr.s_addr = htonl(a->to),
	};

	if (sendto(k->socket4.fd, a->packet, a->len, 0, (const struct sockaddr *)&to, sizeof(to)) <
	    0)
		errno = 0;
}

/* A socket is open only while an answer is due: no other packet wakes this program then. */
static void listen_as_needed(struct link *k)
{
	bool raw = dhcp4_listens_raw(&k->dhcp4);
	bool udp = k->dhcp4.state == DHCP4_RENEWING || k->dhcp4.state == DHCP4_REBINDING;

	if (k->socket4.fd >= 0 && ((!raw && !udp) || raw != k->socket4_raw))
		link_socket_close(k, &k->socket4);
	if (k->socket4.fd >= 0 || (!raw && !udp))
		return;
	link_socket_watch(k, &k->socket4,
			  raw ? link_socket_raw(k) : link_socket(k, AF_INET, PORT_CLIENT));
	k->socket4_raw = raw;
	if (k->socket4.fd < 0)
		say("%s: cannot open a socket for DHCP: %s", k->name, strerror(errno));
}

static void carry_out(struct link *k, const struct dhcp4_actions *a)
{
	if (a->drop)
		drop_address(k, a);
	if (a->apply)
		set_address(k);
	if (a->fresh)
		say_address(k);
	listen_as_needed(k);
	if (a->send && k->socket4.fd >= 0 && a->raw)
		send_raw(k, a);
	else if (a->send && k->socket4.fd >= 0)
		send_udp(k, a);
	if (k->dhcp4.due_ms == DHCP4_NEVER)
		loop_timer_clear(k->net->loop, &k->timer4);
	else
		loop_timer_set(k->net->loop, &k->timer4, k->dhcp4.due_ms);
	if (a->drop || a->apply)
		net_changed(k->net, k);
}

static void on_timer(void *data)
{
	struct link *k = data;
	struct dhcp4_actions a;

	dhcp4_timer(&k->dhcp4, loop_now_ms(), &a);
	carry_out(k, &a);
}

/* Of a packet that never was on a wire the kernel may not have made the checksum. */
static bool has_no_checksum(struct msghdr *received)
{
	const struct cmsghdr *only = CMSG_FIRSTHDR(received);
	struct tpacket_auxdata aux;

	if (only == NULL || only->cmsg_level != SOL_PACKET || only->cmsg_type != PACKET_AUXDATA)
		return false;
	memcpy(&aux, CMSG_DATA(only), sizeof(aux));
	return (aux.tp_status & TP_STATUS_CSUMNOTREADY) != 0;
}

static void on_packet(void *data)
{
	struct link *k = data;
	uint8_t packet[RECEIVED_BYTES];
	_Alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(struct tpacket_auxdata))];
	struct iovec part = {.iov_base = packet, .iov_len = sizeof(packet)};
	struct msghdr message = {
		.msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof(control),
	};
	ssize_t got = recvmsg(k->socket4.fd, &message, 0);
	const uint8_t *payload = packet;
	struct dhcp4_actions a;
	size_t len;

	if (got < 0)
		return;
	len = (size_t)got;
	if (k->socket4_raw)
		payload = udp4_frame_payload(packet, len, has_no_checksum(&message), &len);
	if (payload == NULL)
		return;
	dhcp4_receive(&k->dhcp4, loop_now_ms(), payload, len, &a);
	carry_out(k, &a);
}

void link_dhcp4_init(struct link *k)
{
	k->timer4 = (struct loop_timer){.fire = on_timer, .data = k};
	k->socket4 = (struct loop_source){.fd = -1, .ready = on_packet, .data = k};
	k->dhcp4.host_name = k->net->host_name;
	k->dhcp4.random = jitter_next(&k->net->random);
}

void link_dhcp4_start(struct link *k)
{
	struct dhcp4_actions a;

	memcpy(k->dhcp4.mac, k->mac, sizeof(k->mac));
	dhcp4_start(&k->dhcp4, loop_now_ms(), &a);
	carry_out(k, &a);
}

void link_dhcp4_suspend(struct link *k)
{
	const struct dhcp4_actions none = {.send = false};

	if (k->dhcp4.state == DHCP4_OFF)
		return;
	dhcp4_suspend(&k->dhcp4);
	carry_out(k, &none);
}
