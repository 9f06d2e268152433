#include "test.h"

#include "network/udp4_frame.h"

/*
 * A DHCP answer's headers as another stack wrote them: from 10.0.2.2 port 67 to 10.0.2.15 port 68,
 * with the payload "hello"; checksums computed by hand.
 *   IP: 4500 0021 0000 0000 4011 .... 0a00 0202 0a00 020f
 *   sum 4500+0021+4011+0a00+0202+0a00+020f = 9d43, complement 62bc
 *   UDP: pseudo 0a00+0202+0a00+020f+0011+000d, header 0043+0044+000d, data 6865+6c6c+6f00
 *   sum 182f+0094+143d1 = 15c94, folded 5c95, complement a36a
 */
static const uint8_t packet[33] = {
	0x45, 0, 0,  0x21, 0,  0, 0,  0, 0x40, 0x11, 0x62, 0xbc, 10,  0,   2,	2,   10,
	0,    2, 15, 0,	   67, 0, 68, 0, 13,   0xa3, 0x6a, 'h',	 'e', 'l', 'l', 'o',
};

static const uint8_t *payload(const uint8_t *data, size_t len, bool trusted)
{
	static uint8_t copy[2048];
	size_t got = 0;
	const uint8_t *at;

	/* At the end of its room, so that a read past it is found. */
	memcpy(copy + sizeof(copy) - len, data, len);
	at = udp4_frame_payload(copy + sizeof(copy) - len, len, trusted, &got);
	return at != NULL && got == 5 ? at : NULL;
}

static void payload_of_a_good_packet_is_found(void **state)
{
	(void)state;
	assert_non_null(payload(packet, sizeof(packet), false));
	assert_memory_equal(payload(packet, sizeof(packet), false), "hello", 5);
}

static void padding_of_short_frames_is_no_payload(void **state)
{
	uint8_t padded[60] = {0};

	(void)state;
	memcpy(padded, packet, sizeof(packet));
	assert_non_null(payload(padded, sizeof(padded), false));
}

static void every_flipped_bit_is_found(void **state)
{
	(void)state;
	for (size_t bit = 0; bit < 8 * sizeof(packet); bit++) {
		uint8_t wrong[sizeof(packet)];

		memcpy(wrong, packet, sizeof(wrong));
		wrong[bit / 8] ^= (uint8_t)(1U << bit % 8);
		assert_null(payload(wrong, sizeof(wrong), false));
	}
}

static void cut_packets_are_none(void **state)
{
	(void)state;
	for (size_t len = 0; len < sizeof(packet); len++)
		assert_null(payload(packet, len, false));
}

static void checksum_may_be_missing_or_unfinished(void **state)
{
	uint8_t other[sizeof(packet)];

	(void)state;
	memcpy(other, packet, sizeof(other));
	other[26] = other[27] = 0;
	assert_non_null(payload(other, sizeof(other), false));
	other[27] = 1;
	assert_null(payload(other, sizeof(other), false));
	assert_non_null(payload(other, sizeof(other), true));
}

/* Our own header, with the ports turned round, is good to the reader of answers. */
static void own_packets_have_good_checksums(void **state)
{
	uint8_t data[UDP4_HEADERS + 301];
	size_t len;

	(void)state;
	for (size_t size = 0; size <= 301; size++) {
		memset(data, (int)size, sizeof(data));
		udp4_frame_wrap(data, size);
		assert_int_equal(data[0], 0x45);
		assert_int_equal(data[2] * 256 + data[3], UDP4_HEADERS + size);
		assert_int_equal(data[20] * 256 + data[21], 68);
		assert_int_equal(data[22] * 256 + data[23], 67);
		assert_memory_equal(data + 12, "\0\0\0\0\377\377\377\377", 8);
		/* Swapping the ports leaves the sum as it is. */
		data[21] = 67;
		data[23] = 68;
		assert_non_null(udp4_frame_payload(data, UDP4_HEADERS + size, false, &len));
		assert_int_equal(len, size);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(payload_of_a_good_packet_is_found),
		cmocka_unit_test(padding_of_short_frames_is_no_payload),
		cmocka_unit_test(every_flipped_bit_is_found),
		cmocka_unit_test(cut_packets_are_none),
		cmocka_unit_test(checksum_may_be_missing_or_unfinished),
		cmocka_unit_test(own_packets_have_good_checksums),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
