#include "network/udp4_frame.h"

#include "network/wire.h"

#include <string.h>

#define IP_HEADER      20
#define UDP_HEADER     8
#define AT_TOTAL       2
#define AT_FRAGMENT    6
#define AT_TTL	       8
#define AT_PROTOCOL    9
#define AT_CHECKSUM    10
#define AT_SOURCE      12
#define ADDRESSES      8
#define PROTOCOL_UDP   17
#define MORE_OR_OFFSET 0x3fff
#define PORT_SERVER    67
#define PORT_CLIENT    68

static uint32_t add_up(uint32_t sum, const uint8_t *at, size_t len)
{
	for (; len > 1; len -= 2, at += 2)
		sum += wire_get16(at);
	if (len == 1)
		sum += (uint32_t)at[0] << 8;
	return sum;
}

static uint16_t fold(uint32_t sum)
{
	while (sum >> 16 != 0)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)sum;
}

/* RFC 768: the checksum covers a pseudo header of the addresses, the protocol and the length. */
static uint16_t udp_sum(const uint8_t *ip, const uint8_t *udp, size_t len)
{
	uint32_t sum = PROTOCOL_UDP + (uint32_t)len;

	sum = add_up(sum, ip + AT_SOURCE, ADDRESSES);
	return fold(add_up(sum, udp, len));
}

void udp4_frame_wrap(uint8_t packet[UDP4_HEADERS], size_t len)
{
	uint8_t *udp = packet + IP_HEADER;
	uint16_t sum;

	memset(packet, 0, UDP4_HEADERS);
	packet[0] = 4 << 4 | IP_HEADER / 4;
	wire_put16(packet + AT_TOTAL, (uint16_t)(UDP4_HEADERS + len));
	packet[AT_TTL] = 64;
	packet[AT_PROTOCOL] = PROTOCOL_UDP;
	memset(packet + AT_SOURCE + 4, 0xff, 4);
	wire_put16(packet + AT_CHECKSUM, (uint16_t)~fold(add_up(0, packet, IP_HEADER)));

	wire_put16(udp, PORT_CLIENT);
	wire_put16(udp + 2, PORT_SERVER);
	wire_put16(udp + 4, (uint16_t)(UDP_HEADER + len));
	/* 0 would say that there is no checksum. */
	sum = (uint16_t)~udp_sum(packet, udp, UDP_HEADER + len);
	wire_put16(udp + 6, sum != 0 ? sum : 0xffff);
}

const uint8_t *udp4_frame_payload(const uint8_t *packet, size_t len, bool trusted, size_t *ret_len)
{
	size_t header = len < IP_HEADER ? 0 : (packet[0] & 15U) * 4;
	size_t total = len < IP_HEADER ? 0 : wire_get16(packet + AT_TOTAL);
	const uint8_t *udp = packet + header;
	size_t udp_len;

	if (header < IP_HEADER || packet[0] >> 4 != 4 || total > len ||
	    total < header + UDP_HEADER || packet[AT_PROTOCOL] != PROTOCOL_UDP ||
	    (wire_get16(packet + AT_FRAGMENT) & MORE_OR_OFFSET) != 0 ||
	    fold(add_up(0, packet, header)) != 0xffff)
		return NULL;
	udp_len = wire_get16(udp + 4);
	if (wire_get16(udp) != PORT_SERVER || wire_get16(udp + 2) != PORT_CLIENT ||
	    udp_len < UDP_HEADER || udp_len > total - header)
		return NULL;
	if (!trusted && wire_get16(udp + 6) != 0 && udp_sum(packet, udp, udp_len) != 0xffff)
		return NULL;
	*ret_len = udp_len - UDP_HEADER;
	return udp + UDP_HEADER;
}
