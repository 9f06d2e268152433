#include "format/pe_checksum.h"

#include "unit.h"

/* Word by word, as the specification says it. */
static uint32_t plain(const uint8_t *data, size_t len)
{
	uint32_t sum = 0;

	for (size_t i = 0; i < len; i += 2) {
		sum += data[i] | (i + 1 < len ? (uint32_t)data[i + 1] << 8 : 0);
		sum = (sum & 0xffff) + (sum >> 16);
	}
	return sum + (uint32_t)len;
}

static void words_are_added_with_carry(void **state)
{
	static const uint8_t bytes[] = {0xff, 0xff, 0x02, 0x00, 0x01};
	struct pe_checksum c = {.sum = 0};

	(void)state;
	pe_checksum_put(&c, bytes, sizeof(bytes));
	/* 0xffff + 2 = 2 with the carry brought around, + 1 = 3, + 5 bytes */
	assert_int_equal(pe_checksum_value(&c, sizeof(bytes)), 8);
}

static void pieces_of_any_length_give_the_same(void **state)
{
	uint8_t bytes[1000];
	uint32_t seed = 1;

	(void)state;
	for (size_t i = 0; i < sizeof(bytes); i++) {
		seed = seed * 1664525 + 1013904223;
		bytes[i] = (uint8_t)(seed >> 24);
	}
	for (size_t piece = 1; piece <= 17; piece++) {
		struct pe_checksum c = {.sum = 0};

		for (size_t at = 0; at < sizeof(bytes); at += piece)
			pe_checksum_put(&c, bytes + at,
					sizeof(bytes) - at < piece ? sizeof(bytes) - at : piece);
		assert_int_equal(pe_checksum_value(&c, sizeof(bytes)), plain(bytes, sizeof(bytes)));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_are_added_with_carry),
		cmocka_unit_test(pieces_of_any_length_give_the_same),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
