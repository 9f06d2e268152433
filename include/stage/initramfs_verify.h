#ifndef MKOS_STAGE_INITRAMFS_VERIFY_H
#define MKOS_STAGE_INITRAMFS_VERIFY_H

/* Is what was written what was meant? Part of initramfs_write(). */

#include "base/source.h"
#include "stage/initramfs.h"

/* The archive's entry that belongs to an entry of the plan. */
struct cpio_entry initramfs_entry(const struct initramfs_options *options,
				  const struct image_entry *entry);

/* Does this one carry the content of its file? Of hard links the last one does. */
bool initramfs_has_content(const struct image_tree *plan, size_t index);

struct initramfs_written {
	const struct initramfs_options *options;
	const struct image_tree *plan;
	const uint32_t *crcs; /* of the content, one for each entry of the plan */
	uint64_t raw_bytes;
};

/* Reads the archive back, unpacked, and compares every entry and the content of every file. */
MUST_CHECK int initramfs_verify(const struct initramfs_written *written,
				const struct source *archive, struct err *e);

#endif
