#include "host/deflate_tail.h"

#include "base/bytes.h"

#include <stdbool.h>
#include <string.h>

enum {
	CODE_BITS = 15, /* the longest code there is */
	LITERALS = 288,
	DISTANCES = 32,
	LENGTH_CODES = 19,
	END_OF_BLOCK = 256,
	FIRST_LENGTH = 257,
	LAST_LENGTH = 285,
	LAST_DISTANCE = 29,
};

/* What a symbol asks for; the low byte of a table's value has the bits that it takes. */
enum action { BROKEN = 0, PLAIN = 0x100, MATCH = 0x200, END = 0x300, ACTION = 0x300 };

/* Codes looked up by the bits that come next; as wide as the longest of them. */
struct table {
	unsigned int bits;
	uint16_t value[1 << CODE_BITS];
};

struct tables {
	struct table literal, distance;
};

struct walk {
	const unsigned char *data;
	size_t len, at; /* bytes that went into `bits` */
	uint64_t bits;
	unsigned int n; /* bits in it that count */
	bool over;	/* more were taken than there are */
	struct tables *tables;
};

/* At least 56 bits are there afterwards, but for the end of the data. */
static void refill(struct walk *w)
{
	if (w->len - w->at >= 8) {
		/* Bits that are there already are put in once more, at the same place. */
		w->bits |= le64_get(w->data + w->at) << w->n;
		w->at += (63 - w->n) >> 3;
		w->n |= 56;
		return;
	}
	while (w->n <= 56 && w->at < w->len) {
		w->bits |= (uint64_t)w->data[w->at++] << w->n;
		w->n += 8;
	}
}

static void skip(struct walk *w, unsigned int n)
{
	if (n > w->n) {
		w->over = true;
		n = w->n;
	}
	w->bits >>= n;
	w->n -= n;
}

static unsigned int take(struct walk *w, unsigned int n)
{
	unsigned int value = (unsigned int)(w->bits & ((1U << n) - 1));

	skip(w, n);
	return value;
}

static uint64_t bit_position(const struct walk *w)
{
	return (uint64_t)w->at * 8 - w->n;
}

static unsigned int reversed(unsigned int code, unsigned int len)
{
	unsigned int r = 0;

	for (; len; len--, code >>= 1)
		r = r << 1 | (code & 1);
	return r;
}

/* Section 3.2.2: codes of one length follow each other, shorter ones come first. */
static bool build(struct table *t, const uint8_t *lengths, const uint16_t *values, unsigned int n)
{
	unsigned int count[CODE_BITS + 1] = {0}, next[CODE_BITS + 2] = {0};

	for (unsigned int i = 0; i < n; i++)
		count[lengths[i]]++;
	count[0] = 0;
	t->bits = 1;
	for (unsigned int len = 1; len <= CODE_BITS; len++) {
		if (next[len] + count[len] > 1U << len)
			return false;
		next[len + 1] = (next[len] + count[len]) << 1;
		if (count[len])
			t->bits = len;
	}
	memset(t->value, 0, sizeof(t->value[0]) << t->bits);
	for (unsigned int i = 0; i < n; i++) {
		unsigned int len = lengths[i];

		if (len == 0)
			continue;
		for (unsigned int at = reversed(next[len]++, len); at < 1U << t->bits;
		     at += 1U << len)
			t->value[at] = (uint16_t)(values[i] + (values[i] ? len : 0));
	}
	return true;
}

/* Section 3.2.5: what a symbol is, and the bits behind its code. */
static void literal_values(uint16_t values[LITERALS])
{
	for (unsigned int i = 0; i < LITERALS; i++) {
		unsigned int extra = 0;

		if (i >= FIRST_LENGTH + 8 && i < LAST_LENGTH)
			extra = (i - FIRST_LENGTH - 4) / 4;
		values[i] = (uint16_t)(i < END_OF_BLOCK	   ? PLAIN
				       : i == END_OF_BLOCK ? END
				       : i <= LAST_LENGTH  ? MATCH + extra
							   : BROKEN);
	}
}

static void distance_values(uint16_t values[DISTANCES])
{
	for (unsigned int i = 0; i < DISTANCES; i++)
		values[i] = (uint16_t)(i > LAST_DISTANCE ? BROKEN
				       : i < 4		 ? PLAIN
							 : PLAIN + i / 2 - 1);
}

static bool build_both(struct walk *w, const uint8_t *lengths, unsigned int literals,
		       unsigned int distances)
{
	uint16_t literal[LITERALS], distance[DISTANCES];

	literal_values(literal);
	distance_values(distance);
	return build(&w->tables->literal, lengths, literal, literals) &&
	       build(&w->tables->distance, lengths + literals, distance, distances);
}

static bool fixed_tables(struct walk *w)
{
	uint8_t lengths[LITERALS + DISTANCES];

	for (unsigned int i = 0; i < LITERALS + DISTANCES; i++)
		lengths[i] = i < 144 ? 8 : i < 256 ? 9 : i < 280 ? 7 : i < LITERALS ? 8 : 5;
	return build_both(w, lengths, LITERALS, DISTANCES);
}

/* One of the numbers 0 to 15, or how often the one before, or 0, is repeated. */
static bool read_lengths(struct walk *w, uint8_t *lengths, unsigned int n)
{
	static const struct {
		uint8_t bits, least;
	} repeats[] = {{2, 3}, {3, 3}, {7, 11}};

	for (unsigned int i = 0; i < n;) {
		const struct table *t = &w->tables->distance;
		unsigned int value, symbol, times;

		refill(w);
		value = t->value[w->bits & ((1U << t->bits) - 1)];
		symbol = (value >> 8) - 1;
		if (!value || (symbol == 16 && i == 0))
			return false;
		skip(w, value & 0xff);
		if (symbol < 16) {
			lengths[i++] = (uint8_t)symbol;
			continue;
		}
		times = take(w, repeats[symbol - 16].bits) + repeats[symbol - 16].least;
		if (times > n - i)
			return false;
		memset(lengths + i, symbol == 16 ? lengths[i - 1] : 0, times);
		i += times;
	}
	return true;
}

/* Section 3.2.7 */
static bool dynamic_tables(struct walk *w)
{
	static const uint8_t order[LENGTH_CODES] = {16, 17, 18, 0, 8,  7, 9,  6, 10, 5,
						    11, 4,  12, 3, 13, 2, 14, 1, 15};
	uint8_t lengths[LITERALS + DISTANCES] = {0};
	uint16_t values[LENGTH_CODES];
	unsigned int literals, distances, codes;

	refill(w);
	literals = take(w, 5) + 257;
	distances = take(w, 5) + 1;
	codes = take(w, 4) + 4;
	if (literals > LITERALS)
		return false;
	for (unsigned int i = 0; i < codes; i++) {
		refill(w);
		lengths[order[i]] = (uint8_t)take(w, 3);
	}
	for (unsigned int i = 0; i < LENGTH_CODES; i++)
		values[i] = (uint16_t)((i + 1) << 8);
	if (!build(&w->tables->distance, lengths, values, LENGTH_CODES))
		return false;
	memset(lengths, 0, sizeof(lengths));
	return read_lengths(w, lengths, literals + distances) &&
	       build_both(w, lengths, literals, distances);
}

static bool skip_codes(struct walk *w)
{
	const struct table *literal = &w->tables->literal, *distance = &w->tables->distance;
	const unsigned int literal_mask = (1U << literal->bits) - 1;
	const unsigned int distance_mask = (1U << distance->bits) - 1;

	while (!w->over) {
		unsigned int value;

		refill(w);
		value = literal->value[w->bits & literal_mask];
		skip(w, value & 0xff);
		if ((value & ACTION) == PLAIN)
			continue;
		if ((value & ACTION) != MATCH)
			return (value & ACTION) == END;
		value = distance->value[w->bits & distance_mask];
		if (!value)
			return false;
		skip(w, value & 0xff);
	}
	return false;
}

static bool skip_stored(struct walk *w)
{
	unsigned int len, check;
	size_t start;

	skip(w, (unsigned int)(-bit_position(w) & 7));
	refill(w);
	len = take(w, 16);
	check = take(w, 16);
	if (w->over || (len ^ check) != 0xffff)
		return false;
	start = (size_t)(bit_position(w) / 8);
	if (len > w->len - start)
		return false;
	w->at = start + len;
	w->bits = 0;
	w->n = 0;
	return true;
}

static bool skip_block(struct walk *w, unsigned int type)
{
	if (type == 0)
		return skip_stored(w);
	if (type == 3 || !(type == 1 ? fixed_tables(w) : dynamic_tables(w)))
		return false;
	return skip_codes(w);
}

/* Where the last block begins, and where it ends, in bits. */
static bool find_last(struct walk *w, uint64_t *ret_start, uint64_t *ret_end)
{
	unsigned int final;

	do {
		refill(w);
		*ret_start = bit_position(w);
		final = take(w, 1);
		if (!skip_block(w, take(w, 2)) || w->over)
			return false;
	} while (!final);
	*ret_end = bit_position(w);
	return true;
}

int deflate_open_tail(struct buf *data, size_t from, struct err *e)
{
	static const char stored[] = {0, 0, 0, (char)0xff, (char)0xff};
	AUTO_FREE struct tables *tables = malloc(sizeof(*tables));
	unsigned char *bytes = (unsigned char *)data->data + from;
	struct walk w = {.data = bytes, .len = data->len - from, .tables = tables};
	uint64_t start, end;
	bool header_fits;

	if (!tables)
		return err_memory(e);
	if (!find_last(&w, &start, &end) || (end + 7) / 8 != w.len)
		return err_set(e, ERR_SYSTEM, "the compressor made data that is no whole deflate");
	bytes[start / 8] &= (unsigned char)~(1U << (start % 8));
	/* The three bits of the empty block's header are zero, as what fills the last byte is. */
	if (end % 8)
		bytes[end / 8] &= (unsigned char)((1U << (end % 8)) - 1);
	header_fits = end % 8 && end % 8 <= 5;
	return buf_put(data, stored + header_fits, sizeof(stored) - header_fits, e);
}
