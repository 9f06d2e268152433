#include "stage/media_identity.h"

#include "base/bytes.h"

#include <stdio.h>
#include <string.h>

enum { PIECES = 256, PIECE = 64 * 1024 };

/* Every part goes in with its kind and length, so that no two sets of parts look the same. */
static int put(struct media_identity *i, char kind, const void *data, size_t len, struct err *e)
{
	uint8_t head[9] = {(uint8_t)kind};

	le64_put(head + 1, len);
	if (!i->hash.context && hash_begin(&i->hash, e) < 0)
		return -1;
	if (hash_put(&i->hash, head, sizeof(head), e) < 0)
		return -1;
	return hash_put(&i->hash, data, len, e);
}

int media_identity_text(struct media_identity *i, const char *text, struct err *e)
{
	return put(i, 't', text, strlen(text), e);
}

int media_identity_number(struct media_identity *i, uint64_t n, struct err *e)
{
	uint8_t bytes[8];

	le64_put(bytes, n);
	return put(i, 'n', bytes, sizeof(bytes), e);
}

int media_identity_source(struct media_identity *i, const struct source *s, struct err *e)
{
	const uint64_t size = s->size;
	const bool whole = size <= (uint64_t)PIECES * PIECE;
	const uint64_t pieces = whole ? (size + PIECE - 1) / PIECE : PIECES;
	AUTO_FREE char *piece = malloc(PIECE);

	if (!piece)
		return err_memory(e);
	if (media_identity_number(i, size, e) < 0)
		return -1;
	for (uint64_t k = 0; k < pieces; k++) {
		/* Spread evenly, the last one ends with the file. */
		const uint64_t at = whole ? k * PIECE : (size - PIECE) / (PIECES - 1) * k;
		const uint64_t from = !whole && k == PIECES - 1 ? size - PIECE : at;
		const size_t n = size - from < PIECE ? (size_t)(size - from) : PIECE;

		if (source_read(s, from, piece, n, e) < 0 || put(i, 'p', piece, n, e) < 0)
			return -1;
	}
	return 0;
}

/* Value of a lower-case hexadecimal digit. */
static uint8_t digit(char c)
{
	return (uint8_t)(c <= '9' ? c - '0' : c - 'a' + 10);
}

int media_identity_guid(const struct media_identity *i, const char *what, struct guid *ret,
			struct err *e)
{
	char all[HASH_HEX], hex[HASH_HEX], text[HASH_HEX + 64];

	if (hash_hex(&i->hash, all, e) < 0)
		return -1;
	snprintf(text, sizeof(text), "%s %s", all, what);
	if (hash_bytes(text, strlen(text), hex, e) < 0)
		return -1;
	for (size_t k = 0; k < sizeof(ret->bytes); k++)
		ret->bytes[k] = (uint8_t)(digit(hex[2 * k]) << 4 | digit(hex[2 * k + 1]));
	guid_mark(ret);
	return 0;
}

void media_identity_done(struct media_identity *i)
{
	hash_done(&i->hash);
}
