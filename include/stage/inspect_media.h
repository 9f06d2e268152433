#ifndef MKOS_STAGE_INSPECT_MEDIA_H
#define MKOS_STAGE_INSPECT_MEDIA_H

/* What is on an ISO or a disk image, and in the UKIs that are on it. */

#include "base/buf.h"
#include "base/source.h"
#include "format/image_kind.h"
#include "format/json.h"
#include "stage/inspect_uki.h"

/* `how` is for the UKIs on it. */
MUST_CHECK int inspect_media_text(const struct source *from, enum image_kind kind,
				  const struct inspect_uki *how, struct buf *out, struct err *e);

/* Appends what is wrong with it, a sentence each. */
MUST_CHECK int inspect_media_problems(const struct source *from, enum image_kind kind,
				      struct strv *ret, struct err *e);

/*
 * Writes the members into the object that is open: "type", "size", "table",
 * "partitions", "boot" and "volumes", each with its "files"; a UKI among them
 * has what `ukify inspect` tells of it under "uki".
 */
MUST_CHECK int inspect_media_json(const struct source *from, enum image_kind kind,
				  const struct inspect_uki *how, struct json_writer *out,
				  struct err *e);

#endif
