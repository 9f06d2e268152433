#ifndef MKOS_FORMAT_LD_SO_CONF_H
#define MKOS_FORMAT_LD_SO_CONF_H

/*
 * /etc/ld.so.conf, as ldconfig(8) of glibc 2.36 reads it: a folder a line, "include PATTERN...",
 * "hwcap ..." (which counts no more), # begins a comment. And the file of musl's loader (1.2),
 * /etc/ld-musl-ARCH.path: folders with ':' or line ends between.
 */

#include "base/err.h"
#include "base/strv.h"

#include <stddef.h>

struct ld_so_conf_reader {
	void *context;
	int (*folder)(void *context, const char *path, struct err *e);
	/* A shell pattern of further files; relative ones begin at the folder of this file. */
	int (*include)(void *context, const char *pattern, struct err *e);
};

/* What makes no sense is passed over, as ldconfig does it. */
MUST_CHECK int ld_so_conf_parse(const char *text, size_t len,
				const struct ld_so_conf_reader *reader, struct err *e);

/* Adds the absolute folders of musl's file. */
MUST_CHECK int ld_musl_path_parse(const char *text, size_t len, struct strv *to, struct err *e);

#endif
