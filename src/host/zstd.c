#include "host/zstd.h"

#include "host/dynlib.h"

#include <stdbool.h>
#include <zstd.h>

enum { PIECE = 128 * 1024 };

/* Debian's static library has no threads, so what compresses is the shared one. */
#define SYMBOLS(X)                \
	X(ZSTD_createCCtx)        \
	X(ZSTD_freeCCtx)          \
	X(ZSTD_CCtx_setParameter) \
	X(ZSTD_compressStream2)   \
	X(ZSTD_isError)           \
	X(ZSTD_getErrorName)      \
	X(ZSTD_versionString)

static struct {
	DYNLIB_FIELDS(SYMBOLS)
} zstd;

#define ROW(f) {#f, (void **)&zstd.f},
static const struct dynlib_symbol symbols[] = {SYMBOLS(ROW)};
static bool loaded;
static const struct dynlib libzstd = {
	"libzstd.so.1", "libzstd1", symbols, ARRAY_LEN(symbols), &loaded,
};

int zstd_version(const char **ret, struct err *e)
{
	if (dynlib_load(&libzstd, e) < 0)
		return -1;
	*ret = zstd.ZSTD_versionString();
	return 0;
}

static int run(struct zstd_sink *z, ZSTD_inBuffer *in, ZSTD_EndDirective end, struct err *e)
{
	size_t left;

	do {
		ZSTD_outBuffer out = {z->piece, PIECE, 0};

		left = zstd.ZSTD_compressStream2(z->context, &out, in, end);
		if (zstd.ZSTD_isError(left))
			return err_set(e, ERR_SYSTEM, "zstd failed to compress: %s",
				       zstd.ZSTD_getErrorName(left));
		if (sink_put(z->out, z->piece, out.pos, e) < 0)
			return -1;
	} while (end == ZSTD_e_end ? left : in->pos < in->size);
	return 0;
}

static int zstd_put(struct sink *s, const void *data, size_t len, struct err *e)
{
	ZSTD_inBuffer in = {data, len, 0};

	return run((struct zstd_sink *)s, &in, ZSTD_e_continue, e);
}

static const struct sink_ops zstd_ops = {.put = zstd_put};

int zstd_sink_init(struct zstd_sink *z, struct sink *out, int level, unsigned int threads,
		   struct err *e)
{
	ZSTD_CCtx *context;

	if (dynlib_load(&libzstd, e) < 0)
		return -1;
	context = zstd.ZSTD_createCCtx();
	*z = (struct zstd_sink){
		.sink = {.ops = &zstd_ops}, .out = out, .context = context, .piece = malloc(PIECE)};
	/* Without workers the bytes would be others than with any number of them. */
	if (!context || !z->piece ||
	    zstd.ZSTD_isError(
		    zstd.ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, level)) ||
	    zstd.ZSTD_isError(zstd.ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1)) ||
	    zstd.ZSTD_isError(
		    zstd.ZSTD_CCtx_setParameter(context, ZSTD_c_nbWorkers, (int)threads))) {
		zstd_sink_done(z);
		return err_memory(e);
	}
	return 0;
}

int zstd_sink_finish(struct zstd_sink *z, struct err *e)
{
	ZSTD_inBuffer in = {"", 0, 0};

	return run(z, &in, ZSTD_e_end, e);
}

void zstd_sink_done(struct zstd_sink *z)
{
	if (z->context)
		zstd.ZSTD_freeCCtx(z->context);
	free(z->piece);
	z->context = NULL;
	z->piece = NULL;
}
