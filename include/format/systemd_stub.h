#ifndef MKOS_FORMAT_SYSTEMD_STUB_H
#define MKOS_FORMAT_SYSTEMD_STUB_H

/*
 * What is known of systemd-stub, the EFI program in front of a UKI, by its
 * version. It tells that in its section .sdmagic:
 * "#### LoaderInfo: systemd-stub 252.39-1~deb12u2 ####"; an addon's says systemd-addon.
 */

#include "base/err.h"
#include "format/pe.h"

#include <stdbool.h>

struct stub_version {
	unsigned int major; /* 0: not a systemd stub, or one that does not tell */
	unsigned int minor;
	char text[64]; /* as it stands there, "" when unknown */
	bool is_addon; /* the stub of an addon, which starts nothing: what it does not read does not count */
};

/* A section that systemd-stub takes from a UKI. */
struct stub_section {
	const char *name;
	unsigned int since; /* the version that knows it; 0: all there are */
	bool only_measured; /* an older stub boots the same without it */
	bool may_repeat;
	bool is_text;
};

/* All of them, in the order in which they are measured (systemd, src/fundamental/uki.h). */
enum { STUB_SECTIONS = 15 };
extern const struct stub_section stub_sections[STUB_SECTIONS];

/* NULL: none of them. */
const struct stub_section *stub_section_find(const char *name);

/* So many sections .profile are the most that a stub looks at. */
enum { STUB_PROFILES_MAX = 256 };

MUST_CHECK int stub_version_read(const struct source *s, const struct pe *pe,
				 struct stub_version *ret, struct err *e);

/* From a text as "257.9-1~deb13u1"; -1 when it does not begin with a number. */
int stub_version_parse(const char *text, struct stub_version *ret);

/* Is the version known to be before this one? */
bool stub_is_before(const struct stub_version *v, unsigned int major, unsigned int minor);

/* Does it fail to start kernels whose PE header has an ImageBase? */
bool stub_fails_at_image_base(const struct stub_version *v);

/* More sections are refused by this stub; SIZE_MAX when there is no limit. */
size_t stub_max_sections(const struct stub_version *v);

/* May a UKI have several of the section? */
bool stub_section_may_repeat(const char *name);

/* Is this one of the sections that any version takes from a UKI? */
bool stub_section_is_payload(const char *name);

/* Does it measure the section into PCR 11? One that does not tell its version is taken for new. */
bool stub_measures(const struct stub_version *v, const char *name);

/* Does it take only sections whose names are exactly those it knows, and the first of several? */
bool stub_compares_whole_names(const struct stub_version *v);

/*
 * The section that this stub takes `name` for: until 257 it compares only as
 * many letters as the names it knows have. NULL when there is no mistaking.
 */
const char *stub_mistakes(const struct stub_version *v, const char *name);

/* The version that first uses the section, when this stub is known to be older; else 0. */
unsigned int stub_ignores(const struct stub_version *v, const char *name);

#endif
