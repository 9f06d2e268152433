#include "host/gzip.h"

#include "base/parse.h"

#include <libdeflate.h>
#include <limits.h>
#include <string.h>
#include <zlib.h>

enum {
	MEMBER = 1 << 20,     /* raw bytes after which a member ends at the next boundary */
	BIG_MEMBER = 4 << 20, /* the same from BIG_LEVEL on: a better compressor sees more */
	BIG_LEVEL = 8,
	STREAM_OVER = 8 << 20, /* an entry over this has a member of its own */
	STREAM_PIECE = 256 * 1024,
	OS_UNKNOWN = 255, /* RFC 1952: as libdeflate writes it */
};

/*
 * Raw bytes of the member that is being filled. Whether it ends, and how it is
 * compressed, depends on nothing but its bytes and its boundaries: a finished
 * one could be handed to another thread.
 */
struct gzip_member {
	unsigned char *raw;
	size_t len, cap;
	size_t boundary; /* the last one in raw */
	size_t target;	 /* bytes after which a boundary ends the member */
	unsigned char *packed;
	size_t packed_cap;
	int level;
	struct libdeflate_compressor *compressor;
	bool streaming; /* raw goes through zlib, a piece at a time */
	z_stream zlib;
	gz_header header; /* zlib keeps a pointer to it */
	bool written;	  /* there is a member */
};

int gzip_parse_level(const char *text, int *ret, struct err *e)
{
	static const struct {
		const char *name;
		int level;
	} names[] = {
		{"fast", GZIP_LEVEL_FAST},
		{"default", GZIP_LEVEL_DEFAULT},
		{"best", GZIP_LEVEL_BEST},
	};
	uint64_t value;

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		if (!strcmp(text, names[i].name)) {
			*ret = names[i].level;
			return 0;
		}
	}
	if (parse_number(text, 10, GZIP_LEVEL_BEST, "level", &value, e) < 0 || value == 0)
		return err_set(e, ERR_INPUT,
			       "level '%.60s' is not fast, default, best or a number from 1 to %d",
			       text, GZIP_LEVEL_BEST);
	*ret = (int)value;
	return 0;
}

static int reserve(unsigned char **data, size_t *cap, size_t need, struct err *e)
{
	unsigned char *grown;
	size_t n = *cap ? *cap : STREAM_PIECE;

	if (need <= *cap)
		return 0;
	while (n < need)
		n *= 2;
	grown = realloc(*data, n);
	if (!grown)
		return err_memory(e);
	*data = grown;
	*cap = n;
	return 0;
}

static void drop(struct gzip_member *m, size_t n)
{
	memmove(m->raw, m->raw + n, m->len - n);
	m->len -= n;
	m->boundary = m->boundary > n ? m->boundary - n : 0;
}

/* The first n bytes become a member. */
static int write_member(struct gzip_sink *g, size_t n, struct err *e)
{
	struct gzip_member *m = g->member;
	size_t bound = libdeflate_gzip_compress_bound(m->compressor, n), packed;

	if (reserve(&m->packed, &m->packed_cap, bound, e) < 0)
		return -1;
	packed = libdeflate_gzip_compress(m->compressor, m->raw, n, m->packed, m->packed_cap);
	if (!packed)
		return err_set(e, ERR_SYSTEM, "libdeflate failed to compress %zu bytes", n);
	if (sink_put(g->out, m->packed, packed, e) < 0)
		return -1;
	m->written = true;
	drop(m, n);
	return 0;
}

/* Compresses n bytes of raw, always in the same pieces, so that zlib does the same every time. */
static int stream(struct gzip_sink *g, size_t n, int flush, struct err *e)
{
	struct gzip_member *m = g->member;
	int r;

	m->zlib.next_in = m->raw;
	m->zlib.avail_in = (uInt)n;
	do {
		m->zlib.next_out = m->packed;
		m->zlib.avail_out = (uInt)m->packed_cap;
		r = deflate(&m->zlib, flush);
		if (r == Z_STREAM_ERROR)
			return err_set(e, ERR_SYSTEM, "zlib failed to compress");
		if (sink_put(g->out, m->packed, m->packed_cap - m->zlib.avail_out, e) < 0)
			return -1;
	} while (m->zlib.avail_out == 0);
	drop(m, n);
	return 0;
}

static int stream_begin(struct gzip_sink *g, struct err *e)
{
	struct gzip_member *m = g->member;
	int level = m->level < Z_BEST_COMPRESSION ? m->level : Z_BEST_COMPRESSION;

	if (m->boundary && write_member(g, m->boundary, e) < 0)
		return -1;
	if (reserve(&m->packed, &m->packed_cap, STREAM_PIECE, e) < 0)
		return -1;
	m->zlib = (z_stream){.next_in = NULL};
	if (deflateInit2(&m->zlib, level, Z_DEFLATED, MAX_WBITS + 16, 8, Z_DEFAULT_STRATEGY) !=
	    Z_OK)
		return err_memory(e);
	m->streaming = true;
	m->header = (gz_header){.os = OS_UNKNOWN};
	deflateSetHeader(&m->zlib, &m->header);
	return stream(g, STREAM_PIECE, Z_NO_FLUSH, e);
}

static int stream_end(struct gzip_sink *g, struct err *e)
{
	if (stream(g, g->member->len, Z_FINISH, e) < 0)
		return -1;
	deflateEnd(&g->member->zlib);
	g->member->streaming = false;
	g->member->written = true;
	g->member->boundary = 0;
	return 0;
}

static int put_some(struct gzip_sink *g, const unsigned char *data, size_t len, struct err *e)
{
	struct gzip_member *m = g->member;

	if (reserve(&m->raw, &m->cap, m->len + len, e) < 0)
		return -1;
	memcpy(m->raw + m->len, data, len);
	m->len += len;
	if (!m->streaming && m->len - m->boundary > STREAM_OVER && stream_begin(g, e) < 0)
		return -1;
	while (m->streaming && m->len >= STREAM_PIECE)
		if (stream(g, STREAM_PIECE, Z_NO_FLUSH, e) < 0)
			return -1;
	return 0;
}

static int gzip_put(struct sink *s, const void *data, size_t len, struct err *e)
{
	struct gzip_sink *g = (struct gzip_sink *)s;
	const unsigned char *p = data;

	/* In pieces, so that what is gathered stays small whatever comes at once. */
	while (len) {
		size_t n = len < STREAM_PIECE ? len : STREAM_PIECE;

		if (put_some(g, p, n, e) < 0)
			return -1;
		p += n;
		len -= n;
	}
	return 0;
}

static int gzip_boundary(struct sink *s, struct err *e)
{
	struct gzip_sink *g = (struct gzip_sink *)s;
	struct gzip_member *m = g->member;

	if (m->streaming)
		return stream_end(g, e);
	m->boundary = m->len;
	return m->len >= m->target ? write_member(g, m->len, e) : 0;
}

static const struct sink_ops gzip_ops = {.put = gzip_put, .boundary = gzip_boundary};

int gzip_sink_init(struct gzip_sink *g, struct sink *out, int level, struct err *e)
{
	struct gzip_member *m = calloc(1, sizeof(*m));

	if (!m)
		return err_memory(e);
	*g = (struct gzip_sink){.sink = {.ops = &gzip_ops}, .out = out, .member = m};
	m->level = level;
	m->target = level < BIG_LEVEL ? MEMBER : BIG_MEMBER;
	m->compressor = libdeflate_alloc_compressor(level);
	if (!m->compressor || reserve(&m->raw, &m->cap, STREAM_PIECE, e) < 0) {
		gzip_sink_done(g);
		return err_memory(e);
	}
	return 0;
}

int gzip_sink_finish(struct gzip_sink *g, struct err *e)
{
	struct gzip_member *m = g->member;

	if (m->streaming)
		return stream_end(g, e);
	return m->len || !m->written ? write_member(g, m->len, e) : 0;
}

void gzip_sink_done(struct gzip_sink *g)
{
	struct gzip_member *m = g->member;

	if (!m)
		return;
	if (m->streaming)
		deflateEnd(&m->zlib);
	libdeflate_free_compressor(m->compressor);
	free(m->raw);
	free(m->packed);
	free(m);
	g->member = NULL;
}
