#ifndef MKOS_STAGE_INSPECT_UKI_H
#define MKOS_STAGE_INSPECT_UKI_H

/*
 * What is in a UKI, told as `ukify inspect` does: size and SHA-256 of each
 * section, and the text of those that are text.
 */

#include "base/buf.h"
#include "base/source.h"
#include "format/json.h"

#include <stdbool.h>

/* `all` shows the stub's own sections too. */
MUST_CHECK int inspect_uki_text(const struct source *from, bool all, struct buf *out,
				struct err *e);

/*
 * Writes the members into the object that is open: one for each section by
 * name; .dtbauto and .efifw are lists; "_profiles" lists objects of what
 * stands behind each .profile.
 */
MUST_CHECK int inspect_uki_json(const struct source *from, bool all, struct json_writer *out,
				struct err *e);

#endif
