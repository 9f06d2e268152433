#ifndef MKOS_FORMAT_SBAT_H
#define MKOS_FORMAT_SBAT_H

/*
 * SBAT texts (shim, SBAT.md): comma-separated lines that name the components of
 * an EFI program and their generation. The first line is that of SBAT itself.
 */

#include "base/buf.h"
#include "base/err.h"

#include <stdbool.h>

/* What a UKI is in SBAT's words; texts begin with SBAT_HEADER. */
#define SBAT_HEADER "sbat,1,SBAT Version,sbat,1,https://github.com/rhboot/shim/blob/main/SBAT.md\n"
#define SBAT_UKI    \
	SBAT_HEADER \
	"uki,1,UKI,uki,1,https://uapi-group.org/specifications/specs/unified_kernel_image/\n"

#define SBAT_ADDON                                       \
	SBAT_HEADER                                      \
	"uki-addon,1,UKI Addon,addon,1,https://www.free" \
	"desktop.org/software/systemd/man/latest/systemd-stub.html\n"

/* Does the text begin with SBAT's own line? */
bool sbat_is_valid(const char *text, size_t len);

/*
 * Appends the lines of a valid text without its first, each with a newline;
 * NULs at the end and empty lines are left out. An empty `to` first gets
 * SBAT_HEADER.
 */
MUST_CHECK int sbat_merge(struct buf *to, const char *text, size_t len, struct err *e);

#endif
