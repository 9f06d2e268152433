#ifndef MKOS_STAGE_MEDIA_LAYOUT_H
#define MKOS_STAGE_MEDIA_LAYOUT_H

/* Where everything on a medium goes, decided before a byte is written. */

#include "base/sink.h"
#include "format/fat32.h"
#include "format/gpt.h"
#include "stage/media.h"

struct media_partition {
	char *label;
	uint64_t start, bytes;
	struct guid type, id;
	bool has_content;
	struct file_source content;
};

struct media_layout {
	const struct media_options *options;
	struct esp esp;
	struct fat32_plan *fat;
	const char *label;
	uint64_t bytes; /* of the whole */
	struct guid id;
	uint32_t fat_id;
	/* The first is the ESP. */
	struct media_partition *partitions;
	size_t n_partitions;
};

/*
 * Opens all inputs and plans. `bytes`: the size of the disk that is written to,
 * 0 for a file. The layout stays where it is.
 */
MUST_CHECK int media_layout_make(const struct media_options *options, uint64_t bytes,
				 struct media_layout *l, struct err *e);
/* What the boot code says that is in an image without code of a boot loader. */
#define MEDIA_BIOS_MESSAGE "This image boots with UEFI firmware, not with a BIOS.\r\n"

void media_layout_done(struct media_layout *l);
#define AUTO_MEDIA_LAYOUT AUTO(media_layout_done) struct media_layout

/* The whole medium, from the first byte to the last. */
MUST_CHECK int media_layout_write(const struct media_layout *l, struct sink *out, struct err *e);

/* Fails when an input was written to since it was opened, or is the output. */
MUST_CHECK int media_layout_check_inputs(const struct media_layout *l, struct err *e);

#endif
