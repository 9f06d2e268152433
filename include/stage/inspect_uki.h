#ifndef MKOS_STAGE_INSPECT_UKI_H
#define MKOS_STAGE_INSPECT_UKI_H

/*
 * What is in a UKI, told as `ukify inspect` does: size and SHA-256 of each
 * section, and the text of those that are text.
 */

#include "base/buf.h"
#include "base/source.h"
#include "base/strv.h"
#include "format/json.h"

#include <stdbool.h>

struct inspect_uki {
	bool all; /* the stub's own sections too */
	/* NULL or none: all that are a UKI's. NAME:text or NAME:binary, and @PATH behind it where
	 * the section is to be written to. */
	const struct strv *sections;
	const char *profile; /* only what counts for the profile of that ID or number; NULL: all */
};

MUST_CHECK int inspect_uki_text(const struct source *from, const struct inspect_uki *how,
				struct buf *out, struct err *e);

/*
 * Writes the members into the object that is open: one for each section by
 * name; .dtbauto and .efifw are lists; "_profiles" lists objects of what
 * stands behind each .profile.
 */
MUST_CHECK int inspect_uki_json(const struct source *from, const struct inspect_uki *how,
				struct json_writer *out, struct err *e);

/* "_signatures", who signed it, when anybody did. */
MUST_CHECK int inspect_uki_signatures_json(const struct source *from, struct json_writer *out,
					   struct err *e);

/* What it is: kind, architecture, stub, kernel, profiles, who signed it. */
MUST_CHECK int inspect_uki_facts_text(const struct source *from, struct buf *out, struct err *e);
MUST_CHECK int inspect_uki_facts_json(const struct source *from, struct json_writer *out,
				      struct err *e);

/* The same in one line, to stand in front of the sections. */
MUST_CHECK int inspect_uki_headline(const struct source *from, struct buf *out, struct err *e);

#endif
