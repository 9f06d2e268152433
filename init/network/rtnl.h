#ifndef MKOS_INIT_NETWORK_RTNL_H
#define MKOS_INIT_NETWORK_RTNL_H

#include "network/ip.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Messages of rtnetlink(7), composed and read without a system call: struct nlmsghdr, the body of
 * the type, then attributes of length (2), type (2) and data, each begun at a multiple of four.
 */
#define RTNL_BYTES     256
#define RTNL_NAME      16
#define RTNL_FOREVER   UINT32_MAX
#define RTNL_MAC_BYTES 6

struct rtnl {
	_Alignas(4) uint8_t data[RTNL_BYTES];
	size_t len;
};

/* All that exists, of RTM_GETLINK or RTM_GETADDR. */
void rtnl_dump(struct rtnl *m, uint16_t type);

/* What is to change of a link; what is 0 stays as it is. */
struct rtnl_link_change {
	int index;
	bool up;
	uint32_t mtu;
	int master;
	const uint8_t *mac;
};

void rtnl_link(struct rtnl *m, const struct rtnl_link_change *change);

/* A new link: a bridge, or with lower not 0 the VLAN vlan of that link. */
void rtnl_link_new(struct rtnl *m, const char *name, int lower, uint16_t vlan);

struct rtnl_address {
	int index;
	struct ip ip;
	bool no_route; /* the prefix is not on the link */
	uint32_t preferred_s;
	uint32_t valid_s;
};

/* Sets an address, or renews one that is there; with add false takes it away. */
void rtnl_address(struct rtnl *m, const struct rtnl_address *a, bool add);

struct rtnl_route {
	int index;
	struct ip to;
	struct ip via;	  /* none: on the link itself */
	struct ip source; /* the kernel takes the route away with this address; none: stays */
	uint32_t metric;
	uint8_t protocol; /* RTPROT_DHCP and so on */
};

void rtnl_route(struct rtnl *m, const struct rtnl_route *r);

enum rtnl_news {
	RTNL_OTHER, /* malformed, or of no interest */
	RTNL_LINK,
	RTNL_LINK_GONE,
	RTNL_RA_FLAGS, /* what routers said about DHCPv6: index and ra_flags */
	RTNL_ADDRESS,  /* a global IPv6 address can be used: index and ip */
	RTNL_ADDRESS_GONE,
	RTNL_ND_OPTIONS, /* index and options */
	RTNL_DUMP_END,
};

#define RTNL_RA_MANAGED 1
#define RTNL_RA_OTHER	2

struct rtnl_event {
	bool dumped; /* asked for, as opposed to news */
	int index;
	char name[RTNL_NAME];
	uint8_t mac[RTNL_MAC_BYTES];
	bool ethernet;
	bool virtual_kind; /* made by software: a tap, a bridge, a VLAN ... */
	bool up;
	bool carrier;
	int master;
	uint8_t ra_flags;
	struct ip ip;
	const uint8_t *options; /* within the message */
	size_t options_len;
};

/* Reads one message of len bytes, its header included. */
enum rtnl_news rtnl_read(const void *message, size_t len, struct rtnl_event *ret);

#endif
