#ifndef MKOS_STAGE_INITRAMFS_EARLY_H
#define MKOS_STAGE_INITRAMFS_EARLY_H

/*
 * What the kernel looks for before it unpacks anything: an uncompressed archive
 * in front, with microcode (Documentation/arch/x86/microcode.rst) and ACPI tables
 * (Documentation/admin-guide/acpi/initrd_table_override.rst).
 */

#include "base/sink.h"
#include "stage/initramfs.h"

/* Writes the archive when the options ask for one. */
MUST_CHECK int initramfs_write_early(const struct initramfs_options *options, struct sink *out,
				     struct err *e);

/* Reads it back: `size` bytes at the start of the output. */
MUST_CHECK int initramfs_verify_early(const struct initramfs_options *options,
				      const struct source *output, uint64_t size, struct err *e);

/* Appends the files that go into it, with a hash of each. */
MUST_CHECK int initramfs_describe_early(const struct initramfs_options *options,
					initramfs_hash hash, void *context, struct buf *text,
					struct err *e);

#endif
