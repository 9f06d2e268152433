#ifndef MKOS_STAGE_EXTRACT_UKI_H
#define MKOS_STAGE_EXTRACT_UKI_H

/* Sections of a UKI into files, byte for byte. */

#include "stage/inspect_uki.h"

/* Writes the sections that were asked for with @PATH; the first of a name is taken. */
MUST_CHECK int extract_uki_sections(const struct source *from, const struct inspect_uki *how,
				    struct err *e);

/*
 * Writes all sections that would be shown into a folder, which is made or empty: .linux as `linux` and so
 * on, the second of a name as NAME.2, sections of no UKI as section-NAME; those of a profile into
 * the folder profile-N in it, unless one profile was asked for.
 * *ret_sections is their number.
 */
MUST_CHECK int extract_uki_all(const struct source *from, const struct inspect_uki *how,
			       const char *folder, size_t *ret_sections, struct err *e);

#endif
