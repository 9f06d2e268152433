#ifndef MKOS_INIT_NETWORK_ND_OPTIONS_H
#define MKOS_INIT_NETWORK_ND_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Options of a router advertisement (RFC 4861, 4.6: type, length in units of 8 bytes, data) that the
 * kernel hands on since it has no use for them: RDNSS (25) and DNSSL (31) of RFC 8106. The kernel
 * has checked by then that the advertisement comes from the link itself.
 */
#define ND_SERVERS_MAX	3
#define ND_SEARCH_BYTES 128
#define ND_FOREVER	UINT32_MAX

struct nd_dns {
	uint8_t server[ND_SERVERS_MAX][16];
	uint8_t servers;
	bool has_servers; /* there was such an option; with life 0 it takes them back */
	bool has_search;
	uint32_t server_life_s;
	uint32_t search_life_s;
	char search[ND_SEARCH_BYTES]; /* names with a space between */
};

/* Reads options until one that cannot be, as one of length 0. False if none is of these two. */
bool nd_options_read(const uint8_t *data, size_t len, struct nd_dns *ret);

#endif
