#ifndef MKOS_FORMAT_UKI_SPLIT_H
#define MKOS_FORMAT_UKI_SPLIT_H

/*
 * A UKI taken apart: the stub it was made of, as far as that is still in it,
 * the sections that were added, and the lines of its .sbat by who brought them.
 */

#include "base/buf.h"
#include "base/source.h"
#include "format/pe.h"

#include <stdbool.h>
#include <stddef.h>

struct uki_split {
	struct source stub; /* first: reads as the stub's file would */
	const struct source *file;
	struct pe pe; /* of the file */
	size_t n_own; /* so many of its sections, apart from .sbat, are the stub's */
	struct buf headers;
	struct buf stub_sbat; /* what stands in the stub's .sbat; "" when it has none */
	uint64_t sbat_at;     /* where it is put, behind all else */
	/* The lines that neither stub nor kernel brought, a whole SBAT text; "": there are none at
	 * all, or they cannot be told from the stub's, which then has them. */
	struct buf own_sbat;
};

/*
 * The file outlives it. Refused: a signed image, one that is cut short, and one to which nothing
 * was added.
 */
MUST_CHECK int uki_split_init(struct uki_split *s, const struct source *file, struct err *e);
void uki_split_done(struct uki_split *s);
#define AUTO_UKI_SPLIT AUTO(uki_split_done) struct uki_split

/* Was the section, by its place in pe.sections, added to the stub? Not so .sbat, which is made. */
bool uki_split_is_added(const struct uki_split *s, size_t section);

#endif
