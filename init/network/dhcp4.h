#ifndef MKOS_INIT_NETWORK_DHCP4_H
#define MKOS_INIT_NETWORK_DHCP4_H

#include "network/dhcp4_packet.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DHCP4_NEVER INT64_MAX

/*
 * A client after RFC 2131 for one link, without a system call: events and the time go in, packets
 * and what is to be done with the lease come out. After every call dhcp4_timer is due at due_ms.
 */
enum dhcp4_state {
	DHCP4_OFF,
	DHCP4_PAUSED,	  /* after a NAK, before the next try */
	DHCP4_REBOOTING,  /* asks whether the lease from before still holds */
	DHCP4_SELECTING,  /* looks for a server */
	DHCP4_REQUESTING, /* has taken an offer */
	DHCP4_BOUND,
	DHCP4_RENEWING,	 /* asks its own server */
	DHCP4_REBINDING, /* asks any */
};

struct dhcp4 {
	/* Set by the owner before the start. */
	uint8_t mac[6];
	uint32_t random;       /* seed of jitter.h */
	const char *host_name; /* to tell the server, or empty */

	enum dhcp4_state state;
	int64_t due_ms;
	bool leased; /* lease holds until expire_ms */
	struct dhcp4_lease lease;

	uint32_t xid;
	int64_t began_ms;
	uint8_t tries;
	uint8_t naks;
	uint32_t offered;
	uint32_t server;
	int64_t renew_ms;
	int64_t rebind_ms;
	int64_t expire_ms;
};

/* What is to be done after an event, in the order of the fields. */
struct dhcp4_actions {
	bool drop; /* take the address "old" and all that came with it from the link */
	uint32_t old;
	uint8_t old_prefix;
	bool apply; /* set the address of the lease, or its new time */
	bool fresh; /* the address was not there before */
	bool send;  /* packet; to is 0xffffffff for all, else the address of the server */
	bool raw;   /* from 0.0.0.0, since there is no address yet: not for the kernel's UDP */
	uint32_t to;
	size_t len;
	uint8_t packet[DHCP4_PACKET_BYTES];
};

/* The link has a carrier: looks for a lease, or asks whether the one it has still holds. */
void dhcp4_start(struct dhcp4 *d, int64_t now_ms, struct dhcp4_actions *ret);

/* The carrier is lost: nothing is sent any more; a lease is kept until it ends. */
void dhcp4_suspend(struct dhcp4 *d);

/* The payload of a UDP packet for port 68. */
void dhcp4_receive(struct dhcp4 *d, int64_t now_ms, const uint8_t *data, size_t len,
		   struct dhcp4_actions *ret);

void dhcp4_timer(struct dhcp4 *d, int64_t now_ms, struct dhcp4_actions *ret);

/* Whether answers must be caught before the kernel's IP would throw them away. */
bool dhcp4_listens_raw(const struct dhcp4 *d);

#endif
