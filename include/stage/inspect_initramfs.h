#ifndef MKOS_STAGE_INSPECT_INITRAMFS_H
#define MKOS_STAGE_INSPECT_INITRAMFS_H

/*
 * What is in an initramfs: archives that follow each other, plain or compressed.
 * A compression that cannot be unpacked here is named, and ends the listing.
 */

#include "base/sink.h"
#include "format/json.h"
#include "stage/initrd_read.h"

/* Puts a listing in the manner of ls -l, line by line, and a line for each segment. */
MUST_CHECK int inspect_initramfs_text(const struct source *from, const struct initrd_limits *limits,
				      struct sink *out, struct err *e);

/* Writes the arrays "entries" and "segments" into the object that is open. */
MUST_CHECK int inspect_initramfs_json(const struct source *from, const struct initrd_limits *limits,
				      struct json_writer *out, struct err *e);

#endif
