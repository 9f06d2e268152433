#ifndef MKOS_STAGE_INITRAMFS_CODEC_H
#define MKOS_STAGE_INITRAMFS_CODEC_H

/* The compressions that an initramfs can have, and their levels. */

#include "base/err.h"

#include <stdint.h>

enum initramfs_compress {
	INITRAMFS_GZIP,
	INITRAMFS_PLAIN,
	INITRAMFS_ZSTD,
	INITRAMFS_XZ,
	INITRAMFS_LZ4,
};

/* "gzip", "none", "zstd", "xz" or "lz4". */
MUST_CHECK int initramfs_parse_compress(const char *text, enum initramfs_compress *ret,
					struct err *e);
const char *initramfs_compress_name(enum initramfs_compress c);

/* What the kernel needs to unpack it, without CONFIG_; NULL: nothing. */
const char *initramfs_kernel_option(enum initramfs_compress c);

/* "fast", "default", "best" or one of the compressor's numbers. */
MUST_CHECK int initramfs_parse_level(enum initramfs_compress c, const char *text, int *ret,
				     struct err *e);
int initramfs_default_level(enum initramfs_compress c);

/* Can large files begin at multiples of this? 0 always. */
MUST_CHECK int initramfs_check_align(enum initramfs_compress c, uint64_t align, struct err *e);

/* What compresses, and its version, which decides the bytes; NULL: nothing does. */
MUST_CHECK int initramfs_library(enum initramfs_compress c, const char **ret, struct err *e);

#endif
