#ifndef MKOS_FORMAT_UKI_VIEW_H
#define MKOS_FORMAT_UKI_VIEW_H

/*
 * The sections of a finished UKI, addon or profile by the part they stand in: the base is all
 * before the first .profile, and each .profile begins a part that ends at the next.
 */

#include "base/err.h"
#include "base/source.h"
#include "format/pe.h"
#include "format/systemd_stub.h"

#include <stdbool.h>
#include <stddef.h>

enum uki_view_kind {
	UKI_VIEW_PROGRAM, /* has no section of a UKI */
	UKI_VIEW_IMAGE,
	UKI_VIEW_ADDON,
	UKI_VIEW_PROFILE,
};

struct uki_view_section {
	const struct pe_section *section;
	size_t part;   /* 0: the base; n: profile n - 1 */
	bool is_first; /* of its name in its part */
	size_t nth;    /* of its name in its part, from 1 */
	size_t next;   /* the index of the next of its name there; SIZE_MAX: there is none */
};

struct uki_view {
	enum uki_view_kind kind;
	struct pe pe;
	struct stub_version stub;
	struct uki_view_section *sections; /* in the file's order */
	size_t n;
	size_t n_profiles;
};

void uki_view_done(struct uki_view *v);
#define AUTO_UKI_VIEW AUTO(uki_view_done) struct uki_view

MUST_CHECK int uki_view_read(const struct source *s, struct uki_view *ret, struct err *e);

/*
 * Leaves what counts when the profile is booted, as one part: the sections of the base that the
 * profile does not have itself, and its own. It is named by its ID or its number.
 */
MUST_CHECK int uki_view_choose(struct uki_view *v, const struct source *s, const char *profile,
			       struct err *e);

/* The value of ID= in a .profile's text; "" when there is none that is printable ASCII and fits. */
void uki_profile_id(const char *text, char *ret, size_t size);

#endif
