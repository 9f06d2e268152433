#include "format/pe_checksum.h"

#include "base/bytes.h"

/* Words of 32 bits give the same in the end: 2^16 is 1 when carries go around. */
static void put_words(struct pe_checksum *c, const uint8_t *at, size_t n)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += le32_get(at + 4 * i);
	/* Kept small, so that no number of pieces overflows. */
	c->sum += (sum & 0xffffffff) + (sum >> 32);
	c->sum = (c->sum & 0xffffffff) + (c->sum >> 32);
}

void pe_checksum_put(struct pe_checksum *c, const void *data, size_t len)
{
	enum { WORD = 4, WORDS_MAX = 1 << 20 };
	const uint8_t *at = data;

	if (c->is_odd && len) {
		c->sum += (uint64_t)*at << 8;
		c->is_odd = false;
		at++;
		len--;
	}
	while (len >= WORD) {
		size_t n = len / WORD < WORDS_MAX ? len / WORD : WORDS_MAX;

		put_words(c, at, n);
		at += n * WORD;
		len -= n * WORD;
	}
	for (size_t i = 0; i < len; i++)
		c->sum += (uint64_t)at[i] << 8 * (i & 1);
	c->is_odd = len & 1;
}

uint32_t pe_checksum_value(const struct pe_checksum *c, uint64_t file_size)
{
	uint64_t sum = c->sum;

	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint32_t)(sum + file_size);
}
