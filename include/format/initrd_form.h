#ifndef MKOS_FORMAT_INITRD_FORM_H
#define MKOS_FORMAT_INITRD_FORM_H

/* How an initramfs begins: what Linux (lib/decompress.c, init/initramfs.c) knows it by. */

#include <stddef.h>

enum { INITRD_HEAD = 6 }; /* bytes that are enough to tell */

/* "newc", "gzip", "zstd", "xz", "lz4", "bzip2", "lzma", "lzo"; NULL: none of them. */
const char *initrd_form(const char *head, size_t len);

#endif
