#include "base/sink.h"

#include "base/bytes.h"

#include <string.h>

enum { PIECE = 64 * 1024 };

int sink_put(struct sink *s, const void *data, size_t len, struct err *e)
{
	if (len == 0)
		return 0;
	if (s->ops->put(s, data, len, e) < 0)
		return -1;
	s->pos += len;
	return 0;
}

static int zeros_by_pieces(struct sink *s, uint64_t len, struct err *e)
{
	static const char zeros[4096];

	while (len) {
		size_t n = len < sizeof(zeros) ? (size_t)len : sizeof(zeros);

		if (sink_put(s, zeros, n, e) < 0)
			return -1;
		len -= n;
	}
	return 0;
}

int sink_zeros(struct sink *s, uint64_t len, struct err *e)
{
	if (!s->ops->zeros || len == 0)
		return zeros_by_pieces(s, len, e);
	if (s->ops->zeros(s, len, e) < 0)
		return -1;
	s->pos += len;
	return 0;
}

int sink_skip(struct sink *s, uint64_t len, struct err *e)
{
	if (!s->ops->skip || len == 0)
		return sink_zeros(s, len, e);
	if (s->ops->skip(s, len, e) < 0)
		return -1;
	s->pos += len;
	return 0;
}

int sink_align(struct sink *s, uint64_t align, struct err *e)
{
	return sink_zeros(s, align_up(s->pos, align) - s->pos, e);
}

static int range_by_pieces(struct sink *s, const struct source *from, uint64_t offset, uint64_t len,
			   struct err *e)
{
	char piece[PIECE];

	while (len) {
		size_t n = len < sizeof(piece) ? (size_t)len : sizeof(piece);

		if (source_read(from, offset, piece, n, e) < 0 || sink_put(s, piece, n, e) < 0)
			return -1;
		offset += n;
		len -= n;
	}
	return 0;
}

int sink_range(struct sink *s, const struct source *from, uint64_t offset, uint64_t len,
	       struct err *e)
{
	if (!s->ops->range)
		return range_by_pieces(s, from, offset, len, e);
	if (s->ops->range(s, from, offset, len, e) < 0)
		return -1;
	s->pos += len;
	return 0;
}

int sink_boundary(struct sink *s, struct err *e)
{
	return s->ops->boundary ? s->ops->boundary(s, e) : 0;
}

static int buf_sink_put(struct sink *s, const void *data, size_t len, struct err *e)
{
	return buf_put(((struct buf_sink *)s)->buf, data, len, e);
}

/* Straight to where it belongs. */
static int buf_sink_range(struct sink *s, const struct source *from, uint64_t offset, uint64_t len,
			  struct err *e)
{
	struct buf *to = ((struct buf_sink *)s)->buf;

	if (len > SIZE_MAX / 2)
		return err_memory(e);
	if (buf_reserve(to, (size_t)len, e) < 0 ||
	    source_read(from, offset, to->data + to->len, (size_t)len, e) < 0)
		return -1;
	to->len += (size_t)len;
	to->data[to->len] = '\0';
	return 0;
}

static const struct sink_ops buf_sink_ops = {.put = buf_sink_put, .range = buf_sink_range};

void buf_sink_init(struct buf_sink *b, struct buf *buf)
{
	*b = (struct buf_sink){.sink = {.ops = &buf_sink_ops}, .buf = buf};
}
