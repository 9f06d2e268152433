#ifndef MKOS_TESTS_INIT_DHCP4_SERVER_H
#define MKOS_TESTS_INIT_DHCP4_SERVER_H

/* A DHCP server for tests: writes answers byte by byte after RFC 2131, with whatever is wrong. */

#include <stddef.h>
#include <stdint.h>
#include <string.h>

static const uint8_t test_mac[6] = {0x52, 0x54, 0, 0x12, 0x34, 0x56};

struct answer {
	uint8_t data[1500];
	size_t len;
};

static inline void answer_begin(struct answer *a, uint32_t xid, const uint8_t address[4])
{
	static const uint8_t magic[4] = {99, 130, 83, 99};

	memset(a, 0, sizeof(*a));
	a->data[0] = 2;
	a->data[1] = 1;
	a->data[2] = 6;
	for (int i = 0; i < 4; i++)
		a->data[4 + i] = (uint8_t)(xid >> (24 - 8 * i));
	memcpy(a->data + 16, address, 4);
	memcpy(a->data + 28, test_mac, 6);
	memcpy(a->data + 236, magic, 4);
	a->len = 240;
}

static inline void answer_option(struct answer *a, uint8_t code, const void *data, uint8_t len)
{
	a->data[a->len++] = code;
	a->data[a->len++] = len;
	memcpy(a->data + a->len, data, len);
	a->len += len;
}

static inline void answer_number(struct answer *a, uint8_t code, uint32_t number)
{
	const uint8_t byte[4] = {(uint8_t)(number >> 24), (uint8_t)(number >> 16),
				 (uint8_t)(number >> 8), (uint8_t)number};

	answer_option(a, code, byte, 4);
}

static inline void answer_end(struct answer *a)
{
	a->data[a->len++] = 255;
}

/* What every OFFER and ACK holds: type, server, lease time, mask. */
static inline void answer_usual(struct answer *a, uint8_t type, uint32_t server, uint32_t lease_s)
{
	answer_option(a, 53, &type, 1);
	answer_number(a, 54, server);
	answer_number(a, 51, lease_s);
	answer_number(a, 1, 0xffffff00);
}

/* The option of a message that the client sent: its data, or NULL. */
static inline const uint8_t *sent_option(const uint8_t *data, size_t len, uint8_t code,
					 uint8_t *ret_len)
{
	for (size_t at = 240; at + 1 < len && data[at] != 255; at += 2U + data[at + 1]) {
		if (data[at] == code) {
			*ret_len = data[at + 1];
			return data + at + 2;
		}
	}
	return NULL;
}

static inline uint32_t sent_number(const uint8_t *data, size_t len, uint8_t code)
{
	uint8_t size;
	const uint8_t *at = sent_option(data, len, code, &size);
	uint32_t number = 0;

	for (uint8_t i = 0; at != NULL && i < size && i < 4; i++)
		number = number << 8 | at[i];
	return number;
}

static inline uint32_t sent_xid(const uint8_t *data)
{
	return (uint32_t)data[4] << 24 | (uint32_t)data[5] << 16 | (uint32_t)data[6] << 8 | data[7];
}

#endif
