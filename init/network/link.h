#ifndef MKOS_INIT_NETWORK_LINK_H
#define MKOS_INIT_NETWORK_LINK_H

#include "network/dhcp4.h"
#include "network/dhcp6.h"
#include "network/ip.h"
#include "network/nd_options.h"
#include "network/netlink.h"
#include "network/network_settings.h"
#include "shared/loop.h"

#include <stdbool.h>
#include <stdint.h>

struct net;

/* One network interface that is configured. It is known by its index; names may change. */
struct link {
	struct net *net;
	const struct link_settings *plan;
	int index; /* 0: this place is free */
	char name[RTNL_NAME];
	uint8_t mac[RTNL_MAC_BYTES];
	bool carrier;
	bool present;	  /* seen since the dump that runs was asked for */
	bool remembered;  /* from before a crash: what was said of it then is not said again */
	uint8_t ra_flags; /* what the routers said last */
	struct ip slaac;  /* an address that the kernel made of an advertisement, or none */

	struct dhcp4 dhcp4;
	struct loop_timer timer4;
	struct loop_source socket4;
	bool socket4_raw;

	struct dhcp6 dhcp6;
	struct loop_timer timer6;
	struct loop_source socket6;

	struct nd_dns nd;
	int64_t nd_servers_until_ms;
	int64_t nd_search_until_ms;
	struct loop_timer timer_nd;
};

/* Takes an interface over as its plan says: brought up, with its static addresses and routes. */
void link_take(struct link *k, struct net *net, const struct link_settings *plan,
	       const struct rtnl_event *event);

/* What is new about it; starts and stops what needs a carrier. */
void link_update(struct link *k, const struct rtnl_event *event);

/* It is gone, or no longer ours: closes all and frees the place. */
void link_release(struct link *k);

/* Routers said that there is, or is no, DHCPv6, or sent names servers. */
void link_ra_flags(struct link *k, uint8_t flags);
void link_nd_options(struct link *k, const uint8_t *options, size_t len);

/* Has an address that other machines can answer to. */
bool link_online(const struct link *k);

/* Carries out a message about the link; says it if that fails. */
void link_do(struct link *k, struct rtnl *m, const char *what);

/* The route through the link with its metric; the rest is filled in. */
void link_route(struct link *k, struct rtnl_route *r);

/* The next address of a list of the plan, with *list behind it; false at the end. */
bool link_next_ip(const char **list, struct ip *ret_ip);

/* In link_dhcp4.c: the carrier has come or gone. */
void link_dhcp4_init(struct link *k);
void link_dhcp4_start(struct link *k);
void link_dhcp4_suspend(struct link *k);

/* In link_dhcp6.c: starts or changes to what plan and routers want, if there is a carrier. */
void link_dhcp6_init(struct link *k);
void link_dhcp6_consider(struct link *k);
void link_dhcp6_suspend(struct link *k);

/*
 * In link_memory.c: what was learnt about a link and the kernel does not keep, from one start of this
 * program to the next. Leases are asked for again by the address that the link has. The first two
 * tell whether there was an earlier start, and whether it knew the link.
 */
bool link_memory_open(void);
bool link_memory_load(struct link *k, int64_t now_ms);
void link_memory_save(const struct link *k);
void link_memory_drop(const struct link *k);

/* In link_socket.c: a socket of UDP on this link alone; -1 with errno set. */
int link_socket(const struct link *k, int family, uint16_t port);
int link_socket_raw(const struct link *k);
void link_socket_watch(struct link *k, struct loop_source *s, int fd);
void link_socket_close(struct link *k, struct loop_source *s);

#endif
