#ifndef MKOS_INIT_NETWORK_UDP4_FRAME_H
#define MKOS_INIT_NETWORK_UDP4_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define UDP4_HEADERS 28

/*
 * IPv4 and UDP headers (RFC 791, 768) for a DHCP client without an address: from 0.0.0.0 port 68 to
 * 255.255.255.255 port 67. Written into the 28 bytes before len bytes of payload.
 */
void udp4_frame_wrap(uint8_t packet[UDP4_HEADERS], size_t len);

/*
 * The payload of an IPv4 packet from port 67 to port 68; NULL if it is none, or a fragment, or
 * damaged. A packet from the same machine may come without a checksum, since no wire was there
 * to damage it: the kernel says so (trusted).
 */
const uint8_t *udp4_frame_payload(const uint8_t *packet, size_t len, bool trusted, size_t *ret_len);

#endif
