#include "network/link.h"

#include "network/jitter.h"
#include "network/net.h"
#include "network/say.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#define PORT_CLIENT    546
#define PORT_SERVER    547
#define RECEIVED_BYTES 1500

/* All servers and relays of the link: ff02::1:2. */
static const struct in6_addr everyone = {
	.s6_addr = {0xff, 2, [13] = 1, [15] = 2},
};

static struct rtnl_address address_of(const struct link *k, const struct dhcp6_item *item)
{
	/* Whether the prefix is on the link, only routers tell. */
	struct rtnl_address a = {
		.index = k->index,
		.ip = ip_from6(item->byte, 128),
		.no_route = true,
		.preferred_s = item->preferred_s,
		.valid_s = item->valid_s,
	};

	return a;
}

static void set_address(struct link *k)
{
	const struct rtnl_address a = address_of(k, &k->dhcp6.lease.address);
	struct rtnl m;

	if (k->dhcp6.lease.address.valid_s == 0)
		return;
	rtnl_address(&m, &a, true);
	link_do(k, &m, "set its address");
}

static void drop_address(struct link *k, const struct dhcp6_item *item)
{
	const struct rtnl_address a = address_of(k, item);
	struct rtnl m;

	if (item->valid_s == 0)
		return;
	rtnl_address(&m, &a, false);
	netlink_do(&k->net->netlink, &m);
}

static void say_item(const struct link *k, const struct dhcp6_item *item, const char *what)
{
	const struct ip ip = ip_from6(item->byte, item->prefix);
	char text[IP_TEXT_BYTES];

	if (item->valid_s != 0)
		say("%s: %s %sby DHCPv6", k->name, ip_text(text, &ip, true), what);
}

static void send_packet(const struct link *k, const struct dhcp6_actions *a)
{
	const struct sockaddr_in6 to = {
		.sin6_family = AF_INET6,
		.sin6_port = htons(PORT_SERVER),
		.sin6_addr = everyone,
		.sin6_scope_id = (uint32_t)k->index,
	};

	/* Until the kernel has checked the link-local address this fails; it is tried again. */
	if (sendto(k->socket6.fd, a->packet, a->len, 0, (const struct sockaddr *)&to, sizeof(to)) <
	    0)
		errno = 0;
}

static void listen_as_needed(struct link *k)
{
	bool needed = k->dhcp6.state != DHCP6_OFF && k->dhcp6.state != DHCP6_BOUND &&
		      k->dhcp6.state != DHCP6_INFORMED;

	if (!needed) {
		link_socket_close(k, &k->socket6);
		return;
	}
	if (k->socket6.fd >= 0)
		return;
	link_socket_watch(k, &k->socket6, link_socket(k, AF_INET6, PORT_CLIENT));
	if (k->socket6.fd < 0)
		say("%s: cannot open a socket for DHCPv6: %s", k->name, strerror(errno));
}

static void carry_out(struct link *k, const struct dhcp6_actions *a)
{
	if (a->drop)
		drop_address(k, &a->old);
	if (a->apply)
		set_address(k);
	if (a->fresh) {
		say_item(k, &k->dhcp6.lease.address, "");
		say_item(k, &k->dhcp6.lease.network, "delegated ");
	}
	listen_as_needed(k);
	if (a->send && k->socket6.fd >= 0)
		send_packet(k, a);
	if (k->dhcp6.due_ms == DHCP6_NEVER)
		loop_timer_clear(k->net->loop, &k->timer6);
	else
		loop_timer_set(k->net->loop, &k->timer6, k->dhcp6.due_ms);
	if (a->drop || a->apply)
		net_changed(k->net, k);
}

static void on_timer(void *data)
{
	struct link *k = data;
	struct dhcp6_actions a;

	dhcp6_timer(&k->dhcp6, loop_now_ms(), &a);
	carry_out(k, &a);
}

static void on_packet(void *data)
{
	struct link *k = data;
	uint8_t packet[RECEIVED_BYTES];
	ssize_t got = recv(k->socket6.fd, packet, sizeof(packet), 0);
	struct dhcp6_actions a;

	if (got < 0)
		return;
	dhcp6_receive(&k->dhcp6, loop_now_ms(), packet, (size_t)got, &a);
	carry_out(k, &a);
}

void link_dhcp6_init(struct link *k)
{
	k->timer6 = (struct loop_timer){.fire = on_timer, .data = k};
	k->socket6 = (struct loop_source){.fd = -1, .ready = on_packet, .data = k};
	k->dhcp6.random = jitter_next(&k->net->random);
}

void link_dhcp6_consider(struct link *k)
{
	int64_t mode = k->plan->dhcp6;
	bool managed = mode == LINK_DHCP6_STATEFUL ||
		       (mode == LINK_DHCP6_AUTO && (k->ra_flags & RTNL_RA_MANAGED) != 0);
	bool other = mode == LINK_DHCP6_STATELESS ||
		     (mode == LINK_DHCP6_AUTO && (k->ra_flags & RTNL_RA_OTHER) != 0);
	bool network = mode != LINK_DHCP6_NO && k->plan->request_prefix != 0;
	struct dhcp6_actions a;

	if (!k->carrier || !(managed || other || network)) {
		link_dhcp6_suspend(k);
		return;
	}
	if (k->dhcp6.state != DHCP6_OFF && k->dhcp6.want_address == managed &&
	    k->dhcp6.want_network == network)
		return;
	k->dhcp6.want_address = managed;
	k->dhcp6.want_network = network;
	memcpy(k->dhcp6.mac, k->mac, sizeof(k->mac));
	dhcp6_start(&k->dhcp6, loop_now_ms(), &a);
	carry_out(k, &a);
}

void link_dhcp6_suspend(struct link *k)
{
	const struct dhcp6_actions none = {.send = false};

	if (k->dhcp6.state == DHCP6_OFF)
		return;
	dhcp6_suspend(&k->dhcp6);
	carry_out(k, &none);
}
