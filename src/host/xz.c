#include "host/xz.h"

#include <lzma.h>

enum { PIECE = 128 * 1024 };

static int run(struct xz_sink *x, lzma_action action, struct err *e)
{
	lzma_stream *stream = x->stream;
	lzma_ret r;

	do {
		stream->next_out = x->piece;
		stream->avail_out = PIECE;
		r = lzma_code(stream, action);
		if (r == LZMA_MEM_ERROR)
			return err_memory(e);
		if (r != LZMA_OK && r != LZMA_STREAM_END)
			return err_set(e, ERR_SYSTEM, "liblzma failed to compress (%d)", (int)r);
		if (sink_put(x->out, x->piece, PIECE - stream->avail_out, e) < 0)
			return -1;
	} while (action == LZMA_FINISH ? r != LZMA_STREAM_END : stream->avail_in);
	return 0;
}

static int xz_put(struct sink *s, const void *data, size_t len, struct err *e)
{
	struct xz_sink *x = (struct xz_sink *)s;
	lzma_stream *stream = x->stream;

	stream->next_in = data;
	stream->avail_in = len;
	return run(x, LZMA_RUN, e);
}

static const struct sink_ops xz_ops = {.put = xz_put};

int xz_sink_init(struct xz_sink *x, struct sink *out, int level, unsigned int threads,
		 struct err *e)
{
	const lzma_mt how = {
		.threads = threads, .preset = (uint32_t)level, .check = LZMA_CHECK_CRC32};
	lzma_stream *stream = malloc(sizeof(*stream));

	*x = (struct xz_sink){
		.sink = {.ops = &xz_ops}, .out = out, .stream = stream, .piece = malloc(PIECE)};
	if (stream)
		*stream = (lzma_stream)LZMA_STREAM_INIT;
	/* The encoder for threads also where there is one: its blocks depend on the level alone. */
	if (!stream || !x->piece || lzma_stream_encoder_mt(stream, &how) != LZMA_OK) {
		xz_sink_done(x);
		return err_memory(e);
	}
	return 0;
}

int xz_sink_finish(struct xz_sink *x, struct err *e)
{
	return run(x, LZMA_FINISH, e);
}

void xz_sink_done(struct xz_sink *x)
{
	if (x->stream)
		lzma_end(x->stream);
	free(x->stream);
	free(x->piece);
	x->stream = NULL;
	x->piece = NULL;
}

const char *xz_library(void)
{
	return "liblzma " LZMA_VERSION_STRING;
}
