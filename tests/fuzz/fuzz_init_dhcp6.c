/* What a DHCPv6 server, or whoever says he is one, can send to PID 1. */

#include "network/dhcp6.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* As in fuzz_init_dhcp4.c: a byte of time, two of length, the packet. */
static void play(struct dhcp6 *d, const uint8_t *data, size_t size)
{
	struct dhcp6_actions a;
	uint8_t packet[1500];
	int64_t now = 1000;

	dhcp6_start(d, now, &a);
	while (size >= 3) {
		size_t len = (size_t)(data[1] << 8 | data[2]);

		now += (int64_t)data[0] * 10000;
		dhcp6_timer(d, now, &a);
		data += 3;
		size -= 3;
		if (len > size)
			len = size;
		if (len > sizeof(packet))
			len = sizeof(packet);
		memcpy(packet, data, len);
		if (len >= 4) {
			packet[1] = (uint8_t)(d->xid >> 16);
			packet[2] = (uint8_t)(d->xid >> 8);
			packet[3] = (uint8_t)d->xid;
		}
		dhcp6_receive(d, now, packet, len, &a);
		if (a.send && (a.len < 4 || a.len > sizeof(a.packet)))
			__builtin_trap();
		data += len;
		size -= len;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint8_t mac[6] = {0x52, 0x54, 0, 0x12, 0x34, 0x56};

	for (unsigned int wish = 0; wish < 4; wish++) {
		struct dhcp6 d = {.random = 1};

		memcpy(d.mac, mac, sizeof(mac));
		d.want_address = (wish & 1) != 0;
		d.want_network = (wish & 2) != 0;
		play(&d, data, size);
	}
	return 0;
}
