#ifndef MKOS_INIT_NETWORK_DHCP4_PACKET_H
#define MKOS_INIT_NETWORK_DHCP4_PACKET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * DHCP messages, the payload of UDP, after RFC 2131 and 2132:
 *
 *   0 op  1 htype  2 hlen  3 hops  4 xid  8 secs  10 flags  12 ciaddr  16 yiaddr  20 siaddr
 *   24 giaddr  28 chaddr[16]  44 sname[64]  108 file[128]  236 magic 63.82.53.63  240 options
 *
 * Options may go on in file and sname (option 52), and one that comes in pieces is one option
 * (RFC 3396). Addresses are numbers in the host's order.
 */
#define DHCP4_PACKET_BYTES 400 /* more than any that dhcp4_build makes */
#define DHCP4_SERVERS_MAX  3
#define DHCP4_ROUTES_MAX   8
#define DHCP4_NAME_BYTES   128
#define DHCP4_FOREVER	   UINT32_MAX

enum dhcp4_type {
	DHCP4_DISCOVER = 1,
	DHCP4_OFFER = 2,
	DHCP4_REQUEST = 3,
	DHCP4_ACK = 5,
	DHCP4_NAK = 6,
};

struct dhcp4_route {
	uint32_t to;
	uint32_t via; /* 0: on the link itself */
	uint8_t prefix;
};

struct dhcp4_lease {
	uint32_t address;
	uint32_t server;
	uint32_t lease_s; /* DHCP4_FOREVER: it never ends */
	uint32_t renew_s; /* 0: not told, as all that follows */
	uint32_t rebind_s;
	uint8_t prefix;
	uint8_t routes;
	uint16_t mtu;
	struct dhcp4_route route[DHCP4_ROUTES_MAX];
	uint32_t dns[DHCP4_SERVERS_MAX];
	uint32_t ntp[DHCP4_SERVERS_MAX];
	char domain[DHCP4_NAME_BYTES];
	char host_name[65];
};

struct dhcp4_query {
	enum dhcp4_type type;
	uint32_t xid;
	uint16_t secs;
	const uint8_t *mac;    /* 6 bytes */
	uint32_t own;	       /* the address we have and use; 0: none */
	uint32_t wanted;       /* the address we ask for; 0: none */
	uint32_t server;       /* whose offer we take; 0: none */
	const char *host_name; /* empty: none */
};

/* Writes the message, padded to the 300 bytes that old relays want, and returns its length. */
size_t dhcp4_build(uint8_t buf[DHCP4_PACKET_BYTES], const struct dhcp4_query *q);

/*
 * Reads a server's answer to xid and mac. False for whatever is no OFFER, ACK or NAK to them, and
 * for an OFFER or ACK without a usable address, server or time of lease. What is optional and
 * malformed is left out.
 */
bool dhcp4_parse(const uint8_t *data, size_t len, const struct dhcp4_query *to,
		 enum dhcp4_type *ret_type, struct dhcp4_lease *ret_lease);

#endif
