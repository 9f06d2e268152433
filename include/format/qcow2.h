#ifndef MKOS_FORMAT_QCOW2_H
#define MKOS_FORMAT_QCOW2_H

/*
 * Writes QEMU's disk images (docs/interop/qcow2.txt of QEMU, version 3), in
 * clusters of 64 KiB: header, L1 table, L2 tables, reference counts, and the
 * clusters that are not zero, in their order. What is zero takes no room.
 */

#include "base/sink.h"

/* Writes the disk's bytes, from the first to the last; it is called twice and does the same. */
typedef int qcow2_content_fn(const void *context, struct sink *out, struct err *e);

/* `size` is the disk's, a multiple of 512. */
MUST_CHECK int qcow2_write(uint64_t size, qcow2_content_fn *content, const void *context,
			   struct sink *out, struct err *e);

#endif
