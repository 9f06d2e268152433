#ifndef MKOS_STAGE_UKI_STUB_H
#define MKOS_STAGE_UKI_STUB_H

/* Which stub a UKI starts with: the one that is named, or systemd's for the kernel's machine. */

#include "stage/uki_gathered.h"

/* Opens it, unless g->stub is there already; the kernel must have been read. */
MUST_CHECK int uki_stub_open(const struct uki_options *options, struct uki_gathered *g,
			     struct err *e);

#endif
