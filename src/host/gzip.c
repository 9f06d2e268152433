#include "host/gzip.h"

#include "base/bytes.h"
#include "host/deflate_tail.h"

#include <libdeflate.h>
#include <string.h>

/* RFC 1952; the fields are as libdeflate fills them. */
enum { DEFLATE = 8, SLOWEST = 2, FASTEST = 4, OS_UNKNOWN = 255 };

int gzip_packer_init(struct gzip_packer *p, int level, struct err *e)
{
	p->level = level;
	p->compressor = libdeflate_alloc_compressor(level);
	return p->compressor ? 0 : err_memory(e);
}

void gzip_packer_done(struct gzip_packer *p)
{
	libdeflate_free_compressor(p->compressor);
	p->compressor = NULL;
}

static int packed(struct buf *to, size_t n, size_t len, struct err *e)
{
	if (!n)
		return err_set(e, ERR_SYSTEM, "libdeflate failed to compress %zu bytes", len);
	to->len += n;
	return 0;
}

int gzip_pack(struct gzip_packer *p, const void *data, size_t len, struct buf *to, struct err *e)
{
	size_t bound = libdeflate_gzip_compress_bound(p->compressor, len);

	if (buf_reserve(to, bound, e) < 0)
		return -1;
	return packed(to,
		      libdeflate_gzip_compress(p->compressor, data, len, to->data + to->len, bound),
		      len, e);
}

int gzip_head(int level, struct buf *to, struct err *e)
{
	const unsigned char head[GZIP_HEAD_SIZE] = {
		0x1f,	    0x8b, DEFLATE, [8] = level < 2 ? FASTEST : level < 8 ? 0 : SLOWEST,
		OS_UNKNOWN,
	};

	return buf_put(to, head, sizeof(head), e);
}

int gzip_pack_slice(struct gzip_packer *p, const void *data, size_t len, struct buf *to,
		    struct err *e)
{
	size_t bound = libdeflate_deflate_compress_bound(p->compressor, len), from = to->len;

	if (buf_reserve(to, bound, e) < 0 ||
	    packed(to,
		   libdeflate_deflate_compress(p->compressor, data, len, to->data + from, bound),
		   len, e) < 0)
		return -1;
	return deflate_open_tail(to, from, e);
}

int gzip_tail(uint32_t crc, uint64_t size, struct buf *to, struct err *e)
{
	/* A block of fixed codes, the last one, without any but the end. */
	unsigned char tail[GZIP_TAIL_SIZE] = {3, 0};

	le32_put(tail + 2, crc);
	le32_put(tail + 6, (uint32_t)size);
	return buf_put(to, tail, sizeof(tail), e);
}

int gzip_unpacker_init(struct gzip_unpacker *u, struct err *e)
{
	u->decompressor = libdeflate_alloc_decompressor();
	return u->decompressor ? 0 : err_memory(e);
}

void gzip_unpacker_done(struct gzip_unpacker *u)
{
	libdeflate_free_decompressor(u->decompressor);
	u->decompressor = NULL;
}

static int unpacked(enum libdeflate_result r, bool all_used, size_t size, struct buf *to,
		    struct err *e)
{
	if (r != LIBDEFLATE_SUCCESS || !all_used)
		return err_set(e, ERR_INPUT, "gzip data that should unpack to %zu bytes does not",
			       size);
	to->len += size;
	return 0;
}

int gzip_unpack(struct gzip_unpacker *u, const void *data, size_t len, size_t size, struct buf *to,
		struct err *e)
{
	enum libdeflate_result r;
	size_t used = 0;

	if (buf_reserve(to, size, e) < 0)
		return -1;
	/* Without a place for the size it has to be exactly this one. */
	r = libdeflate_gzip_decompress_ex(u->decompressor, data, len, to->data + to->len, size,
					  &used, NULL);
	return unpacked(r, used == len, size, to, e);
}

int gzip_unpack_slice(struct gzip_unpacker *u, unsigned char *data, size_t len, size_t size,
		      struct buf *to, struct err *e)
{
	/* The end that a slice lacks: an empty stored block which is the last. */
	static const unsigned char end[] = {1, 0, 0, 0xff, 0xff};
	enum libdeflate_result r;
	size_t used = 0;

	if (buf_reserve(to, size, e) < 0)
		return -1;
	memcpy(data + len, end, sizeof(end));
	r = libdeflate_deflate_decompress_ex(u->decompressor, data, len + sizeof(end),
					     to->data + to->len, size, &used, NULL);
	return unpacked(r, used == len + sizeof(end), size, to, e);
}

const char *gzip_library(void)
{
	return "libdeflate " LIBDEFLATE_VERSION_STRING;
}
