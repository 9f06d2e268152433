#ifndef MKOS_INIT_NETWORK_NET_H
#define MKOS_INIT_NETWORK_NET_H

#include "network/link.h"
#include "network/netlink.h"
#include "network/network_settings.h"
#include "shared/loop.h"

#include <stdbool.h>
#include <stdint.h>

#define NET_LINKS_MAX 16

/*
 * The network: every interface that is in the settings, and every other one that has hardware (or
 * a hypervisor) behind it, is configured as soon as it is there and has a carrier. Nothing waits:
 * all is done in the loop, and "online" is called when the first link has an address.
 */
struct net {
	struct loop *loop;
	const struct network_settings *settings;
	struct netlink netlink;
	struct loop_source news;
	uint16_t dumping; /* RTM_GETLINK or RTM_GETADDR while the kernel answers it, or 0 */
	bool lost;	  /* news got lost: all is to be asked for again when that has ended */
	bool is_online;
	bool names_wanted; /* whether a server may name this machine */
	uint32_t random;
	char host_name[65]; /* for servers */
	void (*online)(void);
	struct link link[NET_LINKS_MAX];
};

/* False with errno set if the kernel has no such network. */
bool net_start(struct net *net, struct loop *l, const struct network_settings *s,
	       void (*online)(void));

/* A fact about a link has changed: /run/pideisn/net is written again. */
void net_changed(struct net *net, const struct link *k);

/* In net_report.c. */
void net_report_start(void);
void net_report_link(const struct link *k);
void net_report_gone(const char *name);
void net_report_sweep(const struct net *net);
void net_report_resolv(const struct net *net);

#endif
