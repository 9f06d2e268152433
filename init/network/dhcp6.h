#ifndef MKOS_INIT_NETWORK_DHCP6_H
#define MKOS_INIT_NETWORK_DHCP6_H

#include "network/dhcp6_packet.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DHCP6_NEVER INT64_MAX

/*
 * A client after RFC 8415 for one link, without a system call, as dhcp4.h has it for IPv4. It asks
 * for an address, a delegated prefix, both, or (stateless) for neither.
 */
enum dhcp6_state {
	DHCP6_OFF,
	DHCP6_SOLICITING,
	DHCP6_REQUESTING,
	DHCP6_BOUND,
	DHCP6_RENEWING,
	DHCP6_REBINDING,
	DHCP6_ASKING,	/* stateless */
	DHCP6_INFORMED, /* stateless, has an answer */
};

struct dhcp6 {
	/* Set by the owner before the start. */
	uint8_t mac[6];
	uint32_t random; /* seed of jitter.h */
	bool want_address;
	bool want_network;

	enum dhcp6_state state;
	int64_t due_ms;
	bool leased; /* of lease.address and lease.network what has a time holds */
	struct dhcp6_lease lease;

	uint32_t xid;
	int64_t began_ms;
	int64_t retry_ms;
	uint8_t tries;
	int64_t renew_ms;
	int64_t rebind_ms;
	int64_t expire_ms;
};

/* What is to be done after an event, in the order of the fields. */
struct dhcp6_actions {
	bool drop; /* what the lease had until now is to be taken from the link */
	struct dhcp6_item old;
	bool apply; /* there are new facts in the lease */
	bool fresh; /* there was no lease before */
	bool send;  /* packet, to all servers of the link */
	size_t len;
	uint8_t packet[DHCP6_PACKET_BYTES];
};

/* Wishes are set and the link can send. A lease from before is confirmed by asking any server. */
void dhcp6_start(struct dhcp6 *d, int64_t now_ms, struct dhcp6_actions *ret);

/* Nothing is sent any more; what it has is kept until it ends. */
void dhcp6_suspend(struct dhcp6 *d);

void dhcp6_receive(struct dhcp6 *d, int64_t now_ms, const uint8_t *data, size_t len,
		   struct dhcp6_actions *ret);
void dhcp6_timer(struct dhcp6 *d, int64_t now_ms, struct dhcp6_actions *ret);

#endif
