#include "host/lz4.h"

#include "base/bytes.h"

#include <lz4.h>
#include <lz4hc.h>

int lz4_pack(const void *data, size_t len, int level, struct buf *to, struct err *e)
{
	int bound = LZ4_compressBound((int)len), n;

	if (buf_reserve(to, 4 + (size_t)bound, e) < 0)
		return -1;
	if (level <= LZ4_LEVEL_FAST)
		n = LZ4_compress_default(data, to->data + to->len + 4, (int)len, bound);
	else
		n = LZ4_compress_HC(data, to->data + to->len + 4, (int)len, bound, level);
	if (n <= 0)
		return err_set(e, ERR_SYSTEM, "lz4 failed to compress %zu bytes", len);
	le32_put(to->data + to->len, (uint32_t)n);
	to->len += 4 + (size_t)n;
	return 0;
}

const char *lz4_library(void)
{
	return "lz4 " LZ4_VERSION_STRING;
}
