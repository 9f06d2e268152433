#ifndef MKOS_STAGE_INSPECT_SECTIONS_H
#define MKOS_STAGE_INSPECT_SECTIONS_H

/* Which sections of a UKI are shown, and how. */

#include "base/cleanup.h"
#include "format/uki_view.h"
#include "stage/inspect_uki.h"

/* A section that was asked for by name. */
struct section_wish {
	char *name;
	bool is_text;
	const char *path; /* NULL: only shown */
};

struct section_wishes {
	struct section_wish *v;
	size_t n;
};

void section_wishes_done(struct section_wishes *w);
#define AUTO_SECTION_WISHES AUTO(section_wishes_done) struct section_wishes

/* NULL or an empty list: none. */
MUST_CHECK int section_wishes_parse(const struct strv *texts, struct section_wishes *ret,
				    struct err *e);
const struct section_wish *section_wish_find(const struct section_wishes *w, const char *name);

/* The view that is shown: of one profile, or of all. */
MUST_CHECK int inspect_view(const struct source *from, const struct inspect_uki *how,
			    struct uki_view *ret, struct err *e);

bool section_is_shown(const struct inspect_uki *how, const struct section_wishes *w,
		      const char *name);

/* Says that there is no such section, and which one may have been meant. */
int section_is_missing(const struct source *from, const struct uki_view *view, const char *name,
		       struct err *e);

#endif
