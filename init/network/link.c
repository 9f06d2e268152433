#include "network/link.h"

#include "network/net.h"
#include "network/say.h"
#include "shared/message.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define METRIC_BASE 1000

void link_do(struct link *k, struct rtnl *m, const char *what)
{
	int error = netlink_do(&k->net->netlink, m);

	if (error != 0 && error != EEXIST)
		say("%s: cannot %s: %s", k->name, what, strerror(error));
}

/* Routes of two links to the same place need different metrics, or one replaces the other. */
void link_route(struct link *k, struct rtnl_route *r)
{
	r->index = k->index;
	r->metric =
		k->plan->metric != 0 ? (uint32_t)k->plan->metric : METRIC_BASE + (uint32_t)k->index;
}

bool link_next_ip(const char **list, struct ip *ret_ip)
{
	while (*list != NULL && **list != '\0') {
		bool taken = ip_parse(*list, ret_ip);

		*list += strlen(*list) + 1;
		if (taken)
			return true;
	}
	return false;
}

/* A kernel without IPv6 has no such file, and nothing to switch. */
static void set_ip6(const struct link *k, const char *name, const char *value)
{
	char path[96];
	int fd;

	message_put(path, sizeof(path), "/proc/sys/net/ipv6/conf/%s/%s", k->name, name);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return;
	if (write(fd, value, 1) < 0)
		say("%s: cannot set %s: %s", k->name, name, strerror(errno));
	close(fd);
}

static void set_static(struct link *k)
{
	const char *list = k->plan->address;
	struct rtnl_address a = {
		.index = k->index,
		.preferred_s = RTNL_FOREVER,
		.valid_s = RTNL_FOREVER,
	};
	struct rtnl_route r = {.protocol = RTPROT_STATIC};
	char text[IP_TEXT_BYTES];
	struct rtnl m;

	while (link_next_ip(&list, &a.ip)) {
		rtnl_address(&m, &a, true);
		link_do(k, &m, "set its address");
		if (!k->remembered)
			say("%s: %s as configured", k->name, ip_text(text, &a.ip, true));
	}
	list = k->plan->gateway;
	link_route(k, &r);
	while (link_next_ip(&list, &r.via)) {
		r.to = (struct ip){.family = r.via.family};
		rtnl_route(&m, &r);
		link_do(k, &m, "set its gateway");
	}
}

static bool is_first_port(const struct link *k)
{
	for (size_t i = 0; i < NET_LINKS_MAX; i++) {
		const struct link *other = &k->net->link[i];

		if (other != k && other->index != 0 && other->plan->bridge != NULL &&
		    strcmp(other->plan->bridge, k->plan->bridge) == 0)
			return false;
	}
	return true;
}

/*
 * A bridge takes the lowest hardware address of its ports, and another one when the ports of
 * virtual machines come: its DHCP lease would go with it. So it gets that of its first port.
 */
static void join_bridge(struct link *k)
{
	struct rtnl_link_change c = {
		.index = (int)if_nametoindex(k->plan->bridge),
		.mac = k->mac,
	};
	struct rtnl m;

	if (c.index == 0) {
		say("%s: there is no bridge %s", k->name, k->plan->bridge);
		return;
	}
	if (is_first_port(k)) {
		rtnl_link(&m, &c);
		link_do(k, &m, "give its address to the bridge");
	}
	c = (struct rtnl_link_change){.index = k->index, .master = c.index};
	rtnl_link(&m, &c);
	link_do(k, &m, "join the bridge");
}

/*
 * Forwarding, as for virtual machines, would switch advertisements off unless they are asked for
 * by 2.
 */
static void configure(struct link *k)
{
	struct rtnl_link_change c = {
		.index = k->index,
		.up = true,
		.mtu = (uint32_t)k->plan->mtu,
	};
	struct rtnl m;

	if (k->plan->bridge != NULL) {
		set_ip6(k, "disable_ipv6", "1");
		join_bridge(k);
	} else {
		set_ip6(k, "accept_ra", k->plan->accept_ra != 0 ? "2" : "0");
	}
	rtnl_link(&m, &c);
	link_do(k, &m, "bring it up");
	if (k->plan->bridge == NULL)
		set_static(k);
}

static bool wants_dhcp4(const struct link *k)
{
	const char *list = k->plan->address;
	struct ip ip;

	if (k->plan->bridge != NULL || k->plan->dhcp4 != LINK_DHCP4_AUTO)
		return k->plan->bridge == NULL && k->plan->dhcp4 == LINK_DHCP4_YES;
	while (link_next_ip(&list, &ip))
		if (ip.family == AF_INET)
			return false;
	return true;
}

/* Returns when there is something to forget again, or INT64_MAX. */
static int64_t forget_late_servers(struct link *k, int64_t now)
{
	int64_t next;

	if (k->nd_servers_until_ms <= now)
		k->nd.servers = 0;
	if (k->nd_search_until_ms <= now)
		k->nd.search[0] = '\0';
	next = k->nd_servers_until_ms > now ? k->nd_servers_until_ms : INT64_MAX;
	if (k->nd_search_until_ms > now && k->nd_search_until_ms < next)
		next = k->nd_search_until_ms;
	return next;
}

static void set_timer(struct link *k, struct loop_timer *t, int64_t due_ms)
{
	if (due_ms != INT64_MAX)
		loop_timer_set(k->net->loop, t, due_ms);
	else
		loop_timer_clear(k->net->loop, t);
}

static void on_late_servers(void *data)
{
	struct link *k = data;

	set_timer(k, &k->timer_nd, forget_late_servers(k, loop_now_ms()));
	net_changed(k->net, k);
}

/* After a crash of this program; what is remembered also ends when there is no carrier. */
static void remember(struct link *k)
{
	int64_t now = loop_now_ms();

	k->remembered = link_memory_load(k, now);
	set_timer(k, &k->timer4, k->dhcp4.leased ? k->dhcp4.due_ms : INT64_MAX);
	set_timer(k, &k->timer6, k->dhcp6.leased ? k->dhcp6.due_ms : INT64_MAX);
	set_timer(k, &k->timer_nd, forget_late_servers(k, now));
}

void link_take(struct link *k, struct net *net, const struct link_settings *plan,
	       const struct rtnl_event *event)
{
	memset(k, 0, sizeof(*k));
	k->net = net;
	k->plan = plan;
	k->index = event->index;
	memcpy(k->name, event->name, sizeof(k->name));
	memcpy(k->mac, event->mac, sizeof(k->mac));
	k->timer_nd = (struct loop_timer){.fire = on_late_servers, .data = k};
	link_dhcp4_init(k);
	link_dhcp6_init(k);
	remember(k);
	configure(k);
	link_update(k, event);
	net_changed(net, k);
}

void link_update(struct link *k, const struct rtnl_event *event)
{
	bool changed = k->carrier != event->carrier;

	k->present = true;
	memcpy(k->mac, event->mac, sizeof(k->mac));
	if (!changed)
		return;
	k->carrier = event->carrier;
	if (k->carrier) {
		if (wants_dhcp4(k))
			link_dhcp4_start(k);
	} else {
		link_dhcp4_suspend(k);
	}
	link_dhcp6_consider(k);
	net_changed(k->net, k);
}

void link_release(struct link *k)
{
	struct net *net = k->net;

	loop_timer_clear(net->loop, &k->timer4);
	loop_timer_clear(net->loop, &k->timer6);
	loop_timer_clear(net->loop, &k->timer_nd);
	link_socket_close(k, &k->socket4);
	link_socket_close(k, &k->socket6);
	net_report_gone(k->name);
	link_memory_drop(k);
	memset(k, 0, sizeof(*k));
	net_report_resolv(net);
}

void link_ra_flags(struct link *k, uint8_t flags)
{
	k->ra_flags = flags;
	link_memory_save(k);
	link_dhcp6_consider(k);
}

static int64_t until(uint32_t life_s, uint32_t forever)
{
	return life_s == forever ? INT64_MAX : loop_now_ms() + (int64_t)life_s * 1000;
}

void link_nd_options(struct link *k, const uint8_t *options, size_t len)
{
	struct nd_dns dns;

	if (k->plan->accept_ra == 0 || !nd_options_read(options, len, &dns))
		return;
	if (dns.has_servers) {
		memcpy(k->nd.server, dns.server, sizeof(dns.server));
		k->nd.servers = dns.servers;
		k->nd_servers_until_ms = until(dns.server_life_s, ND_FOREVER);
	}
	if (dns.has_search) {
		memcpy(k->nd.search, dns.search, sizeof(dns.search));
		k->nd_search_until_ms = until(dns.search_life_s, ND_FOREVER);
	}
	on_late_servers(k);
}

bool link_online(const struct link *k)
{
	return k->index != 0 && k->carrier &&
	       (k->dhcp4.leased || k->slaac.family != 0 || k->plan->address != NULL ||
		(k->dhcp6.leased && k->dhcp6.lease.address.valid_s != 0));
}
