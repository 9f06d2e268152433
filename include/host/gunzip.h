#ifndef MKOS_HOST_GUNZIP_H
#define MKOS_HOST_GUNZIP_H

/* Unpacks gzip (RFC 1952), all members that follow each other. */

#include "host/decompress.h"

#include <stdbool.h>

/* Do these bytes, of which two are enough, begin a gzip member? */
bool gunzip_is_gzip(const void *data, size_t len);

/*
 * Unpacks from offset on into a sink, in constant memory, until neither a
 * member nor zeros between members follow; ret_end is that offset. Every member is
 * checked against its CRC and size. More than max bytes are refused.
 */
MUST_CHECK int gunzip_job_run(const struct decompress_job *job, uint64_t *ret_end, struct err *e);
MUST_CHECK int gunzip(const struct source *from, uint64_t offset, uint64_t max, struct sink *out,
		      uint64_t *ret_end, struct err *e);

#endif
