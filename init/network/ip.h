#ifndef MKOS_INIT_NETWORK_IP_H
#define MKOS_INIT_NETWORK_IP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The longest text is an IPv6 address with its prefix length: 39 + 4 characters. */
#define IP_TEXT_BYTES 44

/* An address of either family, with the length of its network's prefix. Family 0: there is none. */
struct ip {
	uint8_t family; /* AF_INET or AF_INET6 */
	uint8_t prefix;
	uint8_t byte[16]; /* as on the wire; IPv4 uses the first four */
};

/* 4 or 16; 0 when there is no address. */
size_t ip_size(const struct ip *ip);

/* The prefix length of a single address: 32 or 128. */
uint8_t ip_prefix_max(const struct ip *ip);

bool ip_equal(const struct ip *a, const struct ip *b);

/* Whether both are of the network that net's prefix tells. */
bool ip_same_network(const struct ip *net, const struct ip *other);

/* From a number in the host's order. */
struct ip ip_from4(uint32_t address, uint8_t prefix);
struct ip ip_from6(const uint8_t byte[16], uint8_t prefix);
uint32_t ip_to4(const struct ip *ip);

/* Number of leading ones of a network mask; false if ones follow a zero. */
bool ip_mask_prefix(uint32_t mask, uint8_t *ret_prefix);

/* The prefix length that the class of an address meant before there were masks: 8, 16 or 24. */
uint8_t ip_class_prefix(uint32_t address);

/*
 * Reads "192.0.2.1" or "2001:db8::1", with or without "/24" behind it; without it the prefix is
 * that of a single address. Zone names are not taken. *ret_ip is left alone on failure.
 */
bool ip_parse(const char *text, struct ip *ret_ip);

/* The address alone, as RFC 5952 writes IPv6; with prefix, "/24" behind it. Returns buf. */
const char *ip_text(char buf[IP_TEXT_BYTES], const struct ip *ip, bool with_prefix);

/* A decimal number from 0 to max, all of text; *ret_number is left alone on failure. */
bool ip_number(const char *text, uint32_t max, uint32_t *ret_number);

#endif
