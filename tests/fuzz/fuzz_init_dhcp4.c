/* What a DHCP server, or whoever says he is one, can send to PID 1: headers, message, sequence. */

#include "network/dhcp4.h"
#include "network/udp4_frame.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const uint8_t mac[6] = {0x52, 0x54, 0, 0x12, 0x34, 0x56};

/* Packets of a byte of time and two of length; their transaction is made to fit, or none would. */
static void play(struct dhcp4 *d, const uint8_t *data, size_t size)
{
	struct dhcp4_actions a;
	uint8_t packet[1500];
	int64_t now = 1000;

	dhcp4_start(d, now, &a);
	while (size >= 3) {
		size_t len = (size_t)(data[1] << 8 | data[2]);

		now += (int64_t)data[0] * 10000;
		dhcp4_timer(d, now, &a);
		data += 3;
		size -= 3;
		if (len > size)
			len = size;
		if (len > sizeof(packet))
			len = sizeof(packet);
		memcpy(packet, data, len);
		if (len >= 8)
			for (int i = 0; i < 4; i++)
				packet[4 + i] = (uint8_t)(d->xid >> (24 - 8 * i));
		dhcp4_receive(d, now, packet, len, &a);
		if (a.send && (a.len < 240 || a.len > sizeof(a.packet)))
			__builtin_trap();
		data += len;
		size -= len;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct dhcp4 d = {.random = 1, .host_name = "node"};
	size_t len;

	if (udp4_frame_payload(data, size, false, &len) != NULL && len > size)
		__builtin_trap();
	udp4_frame_payload(data, size, true, &len);
	memcpy(d.mac, mac, sizeof(mac));
	play(&d, data, size);
	return 0;
}
