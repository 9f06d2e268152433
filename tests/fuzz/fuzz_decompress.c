/* Compressed data of an initramfs: framing, sizes and ends of every form. */

#include "host/decompress.h"

#include <string.h>

enum { UNPACKED_MAX = 1 << 20 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct counting {
	struct sink sink; /* first */
	uint64_t bytes;
};

static int count(struct sink *s, const void *data, size_t len, struct err *e)
{
	(void)data;
	(void)e;
	((struct counting *)s)->bytes += len;
	return 0;
}

static const struct sink_ops counting_ops = {.put = count};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const forms[] = {"gzip", "zstd", "xz", "lzma", "lz4"};

	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		struct counting out = {.sink = {.ops = &counting_ops}};
		struct err e = ERR_INIT;
		struct memory_source from;
		uint64_t end = 0;

		memory_source_init(&from, data, size, "fuzz");
		if (decompress(forms[i], &from.source, 0, UNPACKED_MAX, &out.sink, &end, &e) < 0) {
			if (!e.text[0])
				__builtin_trap();
		} else if (end > size) {
			__builtin_trap();
		}
		if (out.bytes > UNPACKED_MAX)
			__builtin_trap();
	}
	return 0;
}
