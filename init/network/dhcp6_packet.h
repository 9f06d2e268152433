#ifndef MKOS_INIT_NETWORK_DHCP6_PACKET_H
#define MKOS_INIT_NETWORK_DHCP6_PACKET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * DHCPv6 messages after RFC 8415: type (1 byte), transaction (3), then options of code (2), length
 * (2) and data, some of which hold options in turn.
 */
#define DHCP6_PACKET_BYTES 360
#define DHCP6_DUID_BYTES   130
#define DHCP6_SERVERS_MAX  3
#define DHCP6_SEARCH_BYTES 128
#define DHCP6_FOREVER	   UINT32_MAX

enum dhcp6_type {
	DHCP6_SOLICIT = 1,
	DHCP6_ADVERTISE = 2,
	DHCP6_REQUEST = 3,
	DHCP6_RENEW = 5,
	DHCP6_REBIND = 6,
	DHCP6_REPLY = 7,
	DHCP6_INFORMATION = 11,
};

/* One address or delegated prefix; valid_s 0: there is none. */
struct dhcp6_item {
	uint8_t byte[16];
	uint8_t prefix;
	uint32_t preferred_s;
	uint32_t valid_s;
	uint32_t renew_s; /* 0: left to us, as rebind_s */
	uint32_t rebind_s;
};

struct dhcp6_lease {
	struct dhcp6_item address;
	struct dhcp6_item network; /* delegated to us */
	uint8_t server[DHCP6_DUID_BYTES];
	uint8_t server_len;
	uint8_t dns[DHCP6_SERVERS_MAX][16];
	uint8_t dns_count;
	uint8_t ntp[DHCP6_SERVERS_MAX][16];
	uint8_t ntp_count;
	uint32_t refresh_s; /* 0: not told */
	char search[DHCP6_SEARCH_BYTES];
};

struct dhcp6_query {
	enum dhcp6_type type;
	uint32_t xid;	     /* 24 bits */
	uint16_t elapsed_cs; /* hundredths of a second since the first try */
	const uint8_t *mac;  /* 6 bytes: it makes the DUID (type 3) and the IAID */
	bool want_address;
	bool want_network;
	const struct dhcp6_lease *lease; /* what to ask for again, and of whom; or NULL */
};

size_t dhcp6_build(uint8_t buf[DHCP6_PACKET_BYTES], const struct dhcp6_query *q);

enum dhcp6_verdict {
	DHCP6_FOREIGN, /* no ADVERTISE or REPLY to this query, or malformed */
	DHCP6_REFUSED, /* the server has not what was asked for */
	DHCP6_GRANTED,
};

/*
 * Reads a server's answer. Granted is one that has any of what was wanted; a rapid REPLY to a
 * SOLICIT is told by ret_type.
 */
enum dhcp6_verdict dhcp6_parse(const uint8_t *data, size_t len, const struct dhcp6_query *to,
			       enum dhcp6_type *ret_type, struct dhcp6_lease *ret_lease);

#endif
