#include "host/decompress.h"

#include "base/bytes.h"
#include "host/gunzip.h"
#include "host/lz4.h"

#include <lz4.h>
#include <lzma.h>
#include <string.h>
#include <zstd.h>

enum { PIECE = 256 * 1024, ZSTD_MAGIC_SIZE = 4, MEMORY_MAX = 160 << 20 };

/* What a window on the source has, and what may come out. */
struct unpacker {
	const struct decompress_job *job;
	const char *form;
	const struct source *from;
	struct sink *out;
	uint64_t at; /* of the window's end in the source */
	uint64_t left, max;
	unsigned char in[PIECE], made[PIECE];
	size_t have, used;
};

static uint64_t position(const struct unpacker *u)
{
	return u->at - (u->have - u->used);
}

static int damaged(const struct unpacker *u, const char *why, struct err *e)
{
	return err_set(e, ERR_INPUT, "'%s' is damaged: %s data near byte %llu: %s", u->from->name,
		       u->form, (unsigned long long)position(u), why);
}

static int cut_short(const struct unpacker *u, struct err *e)
{
	return err_set(e, ERR_INPUT, "'%s' ends inside %s data: it is cut short", u->from->name,
		       u->form);
}

/* Sees that there is something in the window, if there is anything left. */
static int refill(struct unpacker *u, struct err *e)
{
	uint64_t left = u->from->size - u->at;

	if (u->used < u->have)
		return 0;
	u->have = left < PIECE ? (size_t)left : PIECE;
	u->used = 0;
	if (source_read(u->from, u->at, u->in, u->have, e) < 0)
		return -1;
	u->at += u->have;
	return 0;
}

static int mark(const struct unpacker *u, struct err *e)
{
	const struct decompress_job *job = u->job;

	if (!job->mark)
		return 0;
	return job->mark(job->context, position(u) - job->offset, u->max - u->left, e);
}

static int put(struct unpacker *u, const void *data, size_t n, struct err *e)
{
	if (n > u->left)
		return err_set(e, ERR_LIMIT, "'%s' unpacks to more than %llu bytes", u->from->name,
			       (unsigned long long)u->max);
	u->left -= n;
	return sink_put(u->out, data, n, e) < 0 ? -1 : mark(u, e);
}

/* Bytes at the position, without going on; fewer at the end of the source. */
static int peek(const struct unpacker *u, void *to, size_t n, size_t *ret, struct err *e)
{
	uint64_t left = u->from->size - position(u);

	*ret = left < n ? (size_t)left : n;
	return source_read(u->from, position(u), to, *ret, e);
}

static int skip_zeros(struct unpacker *u, struct err *e)
{
	do {
		if (refill(u, e) < 0)
			return -1;
		while (u->used < u->have && !u->in[u->used])
			u->used++;
	} while (u->used == u->have && u->at < u->from->size);
	return 0;
}

static int zstd_frames(struct unpacker *u, ZSTD_DCtx *context, struct err *e)
{
	size_t hint = 0, n;
	char magic[ZSTD_MAGIC_SIZE];

	for (;;) {
		ZSTD_outBuffer out = {u->made, PIECE, 0};
		ZSTD_inBuffer in;

		if (refill(u, e) < 0)
			return -1;
		if (u->have == 0)
			return cut_short(u, e);
		in = (ZSTD_inBuffer){u->in, u->have, u->used};
		hint = ZSTD_decompressStream(context, &out, &in);
		if (ZSTD_isError(hint))
			return damaged(u, ZSTD_getErrorName(hint), e);
		u->used = in.pos;
		if (put(u, u->made, out.pos, e) < 0)
			return -1;
		if (hint)
			continue;
		if (skip_zeros(u, e) < 0 || peek(u, magic, sizeof(magic), &n, e) < 0)
			return -1;
		if (n < sizeof(magic) || memcmp(magic, "\x28\xb5\x2f\xfd", sizeof(magic)) != 0)
			return 0;
	}
}

static int unpack_zstd(struct unpacker *u, struct err *e)
{
	ZSTD_DCtx *context = ZSTD_createDCtx();
	int r = context ? zstd_frames(u, context, e) : err_memory(e);

	ZSTD_freeDCtx(context);
	return r;
}

static int run_lzma(struct unpacker *u, lzma_stream *stream, struct err *e)
{
	lzma_ret r = LZMA_OK;

	stream->avail_out = PIECE;
	while (r != LZMA_STREAM_END) {
		if (refill(u, e) < 0)
			return -1;
		/* All may be read while a full buffer still keeps some back. */
		if (u->have == 0 && stream->avail_out)
			return cut_short(u, e);
		stream->next_in = u->in + u->used;
		stream->avail_in = u->have - u->used;
		stream->next_out = u->made;
		stream->avail_out = PIECE;
		r = lzma_code(stream, LZMA_RUN);
		u->used = u->have - stream->avail_in;
		if (r == LZMA_MEM_ERROR)
			return err_memory(e);
		if (r == LZMA_MEMLIMIT_ERROR)
			return err_set(e, ERR_LIMIT, "'%s' takes more than %d MiB to unpack",
				       u->from->name, MEMORY_MAX >> 20);
		if (r != LZMA_OK && r != LZMA_STREAM_END)
			return damaged(u, "not usable", e);
		if (put(u, u->made, PIECE - stream->avail_out, e) < 0)
			return -1;
	}
	return 0;
}

static int unpack_lzma(struct unpacker *u, struct err *e)
{
	bool xz = !strcmp(u->form, "xz"), more = true;
	char magic[6];
	int r = 0;

	while (r == 0 && more) {
		lzma_stream stream = LZMA_STREAM_INIT;
		size_t n;

		if ((xz ? lzma_stream_decoder(&stream, MEMORY_MAX, 0)
			: lzma_alone_decoder(&stream, MEMORY_MAX)) != LZMA_OK)
			return err_memory(e);
		r = run_lzma(u, &stream, e);
		lzma_end(&stream);
		if (r < 0 || skip_zeros(u, e) < 0 || peek(u, magic, sizeof(magic), &n, e) < 0)
			return -1;
		more = xz && n == sizeof(magic) &&
		       !memcmp(magic,
			       "\xfd"
			       "7zXZ",
			       sizeof(magic));
	}
	return r;
}

/* One block; ret tells whether there was one. */
static int lz4_block(struct unpacker *u, unsigned char *packed, unsigned char *whole, bool *ret,
		     struct err *e)
{
	const int bound = LZ4_compressBound(LZ4_BLOCK);
	unsigned char head[4];
	uint64_t at = position(u);
	uint32_t size;
	size_t n;
	int made;

	if (peek(u, head, sizeof(head), &n, e) < 0)
		return -1;
	size = n == sizeof(head) ? le32_get(head) : 0;
	*ret = size != 0;
	if (!*ret)
		return 0;
	u->used = u->have = 0;
	u->at = at + sizeof(head);
	if (!memcmp(head, LZ4_MAGIC, sizeof(head)))
		return 0;
	if (size > (uint32_t)bound)
		return damaged(u, "a block is too large", e);
	if (size > u->from->size - u->at)
		return cut_short(u, e);
	if (source_read(u->from, u->at, packed, size, e) < 0)
		return -1;
	made = LZ4_decompress_safe((const char *)packed, (char *)whole, (int)size, LZ4_BLOCK);
	if (made < 0)
		return damaged(u, "not usable", e);
	u->at += size;
	return put(u, whole, (size_t)made, e);
}

static int unpack_lz4(struct unpacker *u, struct err *e)
{
	AUTO_FREE unsigned char *packed = malloc((size_t)LZ4_compressBound(LZ4_BLOCK));
	AUTO_FREE unsigned char *whole = malloc(LZ4_BLOCK);
	bool more = true;

	if (!packed || !whole)
		return err_memory(e);
	while (more)
		if (lz4_block(u, packed, whole, &more, e) < 0)
			return -1;
	/* Zeros belong to what follows: they are what ends the blocks. */
	return 0;
}

static const struct {
	const char *form;
	int (*unpack)(struct unpacker *u, struct err *e);
} unpackers[] = {
	{"zstd", unpack_zstd},
	{"xz", unpack_lzma},
	{"lzma", unpack_lzma},
	{"lz4", unpack_lz4},
};

bool decompress_knows(const char *form)
{
	if (!strcmp(form, "gzip"))
		return true;
	for (size_t i = 0; i < ARRAY_LEN(unpackers); i++)
		if (!strcmp(form, unpackers[i].form))
			return true;
	return false;
}

int decompress_job_run(const struct decompress_job *job, uint64_t *ret_end, struct err *e)
{
	AUTO_FREE struct unpacker *u = NULL;

	if (!strcmp(job->form, "gzip"))
		return gunzip_job_run(job, ret_end, e);
	u = malloc(sizeof(*u));
	if (!u)
		return err_memory(e);
	u->job = job;
	u->form = job->form;
	u->from = job->from;
	u->out = job->out;
	u->at = job->offset;
	u->left = u->max = job->max;
	u->have = u->used = 0;
	for (size_t i = 0; i < ARRAY_LEN(unpackers); i++) {
		if (strcmp(job->form, unpackers[i].form) != 0)
			continue;
		if (unpackers[i].unpack(u, e) < 0)
			return -1;
		*ret_end = position(u);
		return 0;
	}
	return err_set(e, ERR_INPUT, "'%s' is compressed with %s, which cannot be unpacked here",
		       job->from->name, job->form);
}

int decompress(const char *form, const struct source *from, uint64_t offset, uint64_t max,
	       struct sink *out, uint64_t *ret_end, struct err *e)
{
	const struct decompress_job job = {
		.form = form, .from = from, .offset = offset, .max = max, .out = out};

	return decompress_job_run(&job, ret_end, e);
}
