#ifndef MKOS_FORMAT_UKI_MEASURE_H
#define MKOS_FORMAT_UKI_MEASURE_H

/*
 * What systemd-stub measures of a UKI into PCR 11. For each section that it
 * knows, in an order of its own (systemd, src/fundamental/uki.h), two
 * extensions: by the digest of the section's name with its NUL, and by that of
 * the VirtualSize bytes it has in memory. Which sections a stub knows, and
 * which of several it takes, depends on its version.
 */

#include "base/digest.h"
#include "format/pcr.h"
#include "format/pe.h"
#include "format/systemd_stub.h"

#include <stddef.h>

enum { UKI_PCR = 11, UKI_MEASURED_MAX = STUB_SECTIONS };

/* What is chosen when it boots. */
struct uki_choice {
	size_t profile; /* 0: the first, or the whole of a UKI without profiles */
	/* The one that fits the machine, of those the profile offers, counted from 1; 0: none. */
	size_t dtbauto;
	size_t efifw;
};

struct uki_measured {
	const char *name; /* the word that is measured: the stub's */
	const struct pe_section *section;
};

struct uki_measurement {
	struct uki_measured of[UKI_MEASURED_MAX]; /* in the order they are measured */
	size_t n;
};

/* Profiles that a stub of that version sees; 1 for a UKI without. */
size_t uki_profiles(const struct pe *pe, const struct stub_version *v);

/* The section .profile of a profile, or NULL. */
const struct pe_section *uki_profile_section(const struct pe *pe, size_t profile);

/* Of how many sections of that name (.dtbauto, .efifw) the stub picks one. */
size_t uki_offered(const struct pe *pe, const struct stub_version *v, size_t profile,
		   const char *name);

void uki_measured_sections(const struct pe *pe, const struct stub_version *v,
			   const struct uki_choice *choice, struct uki_measurement *ret);

/* The section measured under that name, or NULL. */
const struct pe_section *uki_measurement_find(const struct uki_measurement *m, const char *name);

/*
 * Digests of a section as it lies in memory: what the file does not have of it
 * is zeros. Refused when it ends outside of SizeOfImage: no firmware starts that.
 */
MUST_CHECK int uki_section_digests(const struct source *s, const struct pe *pe,
				   const struct pe_section *section, const struct digests *d,
				   struct digest_value ret[DIGEST_KINDS], struct err *e);

/* The extensions for one section; `content` is its digest of the bank's kind. */
MUST_CHECK int uki_measure_section(struct pcr *pcr, struct digest *d, const char *name,
				   const struct digest_value *content, struct err *e);

#endif
