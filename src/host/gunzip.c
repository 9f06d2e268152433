#include "host/gunzip.h"

#include <libdeflate.h>
#include <string.h>
#include <zlib.h>

enum {
	WINDOW = 4 << 20, /* of packed bytes */
	WHOLE = 16 << 20, /* a member up to this size is unpacked at once, by libdeflate */
	PIECE = 256 * 1024,
};

struct unpacker {
	const struct decompress_job *job;
	const struct source *from;
	struct sink *out;
	uint64_t left, max; /* bytes that may come out */
	unsigned char *in;  /* what the source has from offset on */
	uint64_t offset;
	size_t at, len; /* read position in the window, and its end */
	unsigned char *whole;
	size_t whole_size; /* at least PIECE */
	struct libdeflate_decompressor *libdeflate;
	z_stream zlib;
	bool zlib_ready;
};

bool gunzip_is_gzip(const void *data, size_t len)
{
	return len >= 2 && !memcmp(data, "\x1f\x8b", 2);
}

static uint64_t position(const struct unpacker *u)
{
	return u->offset + u->at;
}

/* Moves the window so that it begins at the read position. */
static int refill(struct unpacker *u, struct err *e)
{
	uint64_t left;

	u->offset += u->at;
	u->at = 0;
	left = u->from->size - u->offset;
	u->len = left < WINDOW ? (size_t)left : WINDOW;
	return source_read(u->from, u->offset, u->in, u->len, e);
}

static int put(struct unpacker *u, const unsigned char *data, size_t n, struct err *e)
{
	if (n > u->left)
		return err_set(e, ERR_LIMIT, "'%s' unpacks to more than %llu bytes", u->from->name,
			       (unsigned long long)u->max);
	u->left -= n;
	return sink_put(u->out, data, n, e);
}

/* What came out was made of the bytes before this position. */
static int mark(const struct unpacker *u, uint64_t packed, struct err *e)
{
	const struct decompress_job *job = u->job;

	if (!job->mark)
		return 0;
	return job->mark(job->context, packed - job->offset, u->max - u->left, e);
}

/* Unpacks a member that is whole in the window and not large; ret tells whether it was one. */
static int unpack_whole(struct unpacker *u, bool *ret, struct err *e)
{
	size_t used, made;

	*ret = libdeflate_gzip_decompress_ex(u->libdeflate, u->in + u->at, u->len - u->at, u->whole,
					     u->whole_size, &used, &made) == LIBDEFLATE_SUCCESS;
	if (!*ret)
		return 0;
	u->at += used;
	return put(u, u->whole, made, e);
}

static int damaged(const struct unpacker *u, struct err *e)
{
	return err_set(e, ERR_INPUT, "'%s' is damaged: gzip data near byte %llu: %s", u->from->name,
		       (unsigned long long)position(u), u->zlib.msg ? u->zlib.msg : "not usable");
}

/* Unpacks what the window has of the member; ret is zlib's state. */
static int unpack_window(struct unpacker *u, int *ret, struct err *e)
{
	u->zlib.next_in = u->in + u->at;
	u->zlib.avail_in = (uInt)(u->len - u->at);
	do {
		u->zlib.next_out = u->whole;
		u->zlib.avail_out = PIECE;
		*ret = inflate(&u->zlib, Z_NO_FLUSH);
		if (*ret != Z_OK && *ret != Z_STREAM_END && *ret != Z_BUF_ERROR)
			return damaged(u, e);
		if (put(u, u->whole, PIECE - u->zlib.avail_out, e) < 0 ||
		    mark(u, u->offset + u->len - u->zlib.avail_in, e) < 0)
			return -1;
	} while (*ret == Z_OK);
	u->at = u->len - u->zlib.avail_in;
	return 0;
}

/* The same for a member of any size, and what says why one is damaged. */
static int unpack_stream(struct unpacker *u, struct err *e)
{
	int r = Z_OK;

	if (!u->zlib_ready && inflateInit2(&u->zlib, MAX_WBITS + 16) != Z_OK)
		return err_memory(e);
	u->zlib_ready = true;
	inflateReset(&u->zlib);
	while (r != Z_STREAM_END) {
		if (refill(u, e) < 0)
			return -1;
		if (!u->len)
			return err_set(e, ERR_INPUT,
				       "'%s' ends inside a gzip member: it is cut short",
				       u->from->name);
		if (unpack_window(u, &r, e) < 0)
			return -1;
	}
	return 0;
}

static int unpack_member(struct unpacker *u, struct err *e)
{
	bool done;

	/* Whoever wants to know what became of what wants it in small pieces. */
	if (u->job->mark)
		return unpack_stream(u, e);
	if (unpack_whole(u, &done, e) < 0)
		return -1;
	if (!done && u->at) {
		/* The window may just end too early. */
		if (refill(u, e) < 0 || unpack_whole(u, &done, e) < 0)
			return -1;
	}
	return done ? 0 : unpack_stream(u, e);
}

/* Goes over zeros; ret tells whether a member follows. */
static int next_member(struct unpacker *u, bool *ret, struct err *e)
{
	do {
		while (u->at < u->len && !u->in[u->at])
			u->at++;
		if (u->len - u->at < 2 && refill(u, e) < 0)
			return -1;
	} while (u->at < u->len && !u->in[u->at]);
	*ret = gunzip_is_gzip(u->in + u->at, u->len - u->at);
	return 0;
}

static int unpack(struct unpacker *u, struct err *e)
{
	bool more = true;

	u->whole_size = u->max < PIECE ? PIECE : u->max < WHOLE ? (size_t)u->max : WHOLE;
	u->in = malloc(u->from->size < WINDOW ? (size_t)u->from->size + 1 : WINDOW);
	u->whole = malloc(u->whole_size);
	u->libdeflate = libdeflate_alloc_decompressor();
	if (!u->in || !u->whole || !u->libdeflate)
		return err_memory(e);
	if (refill(u, e) < 0)
		return -1;
	do {
		if (unpack_member(u, e) < 0 || next_member(u, &more, e) < 0)
			return -1;
	} while (more);
	return 0;
}

int gunzip_job_run(const struct decompress_job *job, uint64_t *ret_end, struct err *e)
{
	struct unpacker u = {.job = job,
			     .from = job->from,
			     .out = job->out,
			     .left = job->max,
			     .max = job->max,
			     .offset = job->offset};
	int r = unpack(&u, e);

	if (u.zlib_ready)
		inflateEnd(&u.zlib);
	libdeflate_free_decompressor(u.libdeflate);
	free(u.whole);
	free(u.in);
	if (r == 0)
		*ret_end = position(&u);
	return r;
}

int gunzip(const struct source *from, uint64_t offset, uint64_t max, struct sink *out,
	   uint64_t *ret_end, struct err *e)
{
	const struct decompress_job job = {
		.form = "gzip", .from = from, .offset = offset, .max = max, .out = out};

	return gunzip_job_run(&job, ret_end, e);
}
