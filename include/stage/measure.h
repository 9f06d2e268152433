#ifndef MKOS_STAGE_MEASURE_H
#define MKOS_STAGE_MEASURE_H

/*
 * The values that TPM registers will have when a UKI boots, without booting
 * it. PCR 11 is what systemd-stub measures of it and the boot phases that
 * systemd adds; PCR 4 the programs that firmware starts; PCR 7 whom
 * it trusts; PCR 9 what the kernel
 * is given.
 */

#include "base/digest.h"
#include "base/source.h"
#include "base/strv.h"
#include "format/systemd_stub.h"
#include "format/uki_measure.h"
#include "stage/secure_boot.h"

#include <stdbool.h>
#include <stddef.h>

/* What is measured when no phases are named: what systemd signs. */
#define MEASURE_DEFAULT_PHASES                                                      \
	"enter-initrd enter-initrd:leave-initrd enter-initrd:leave-initrd:sysinit " \
	"enter-initrd:leave-initrd:sysinit:ready"

struct measure_options {
	/* Paths "enter-initrd:leave-initrd"; "" is before all phases. None: systemd's four. */
	const struct strv *phases;
	bool before_phases;	  /* without any phase: the value before all in front of the four */
	bool banks[DIGEST_KINDS]; /* none: all */
	bool pcr_4;
	bool pcr_7;			   /* only when the firmware's state is known */
	struct secure_boot_state firmware; /* else PCR 4 is that without Secure Boot */
	bool pcr_9;
	bool pcr_11;
	bool trails; /* keep what each value came about by; of phases only "" goes with it */
	const char *profile;	  /* its ID or number; NULL: every one */
	const char *stub_version; /* NULL: as the stub says */
};

/* The values for one choice of profile and hardware. */
struct measure_variant {
	struct uki_choice choice;
	char id[64]; /* of the profile, "" when it has none */
};

struct measure_value {
	size_t variant;
	unsigned int pcr;
	const char *phase; /* "" when there is none; belongs to the result */
	enum digest_kind bank;
	struct digest_value value;
	const struct pcr_trail *trail; /* belongs to the result; NULL: not asked for */
};

struct measure_result {
	struct stub_version stub;
	bool has_profiles;
	bool has_dtbauto; /* sections .dtbauto or .efifw of which the machine decides */
	bool has_efifw;
	struct strv phases;
	struct measure_variant *variants;
	size_t n_variants;
	struct measure_value *values; /* by variant, PCR, phase, bank */
	size_t n_values;
	struct pcr_trail *trails;
	size_t n_trails;
};

void measure_result_done(struct measure_result *r);
#define AUTO_MEASURE_RESULT AUTO(measure_result_done) struct measure_result

/* Sets the bank of that name (sha1 sha256 sha384 sha512). */
MUST_CHECK int measure_add_bank(struct measure_options *o, const char *name, struct err *e);

/* Words with commas or white space between; an empty text is one empty word. */
MUST_CHECK int measure_words_split(const char *text, struct strv *to, struct err *e);

/* Adds paths of phases as they are measured: sorted and each once, without empty words in them. */
MUST_CHECK int measure_phases(const struct strv *given, struct strv *ret, struct err *e);

/* Of a UKI that is written, and of any: one that is only planned too. */
MUST_CHECK int stage_measure_file(const char *path, const struct measure_options *options,
				  struct measure_result *ret, struct err *e);
MUST_CHECK int stage_measure(const struct source *uki, const struct measure_options *options,
			     struct measure_result *ret, struct err *e);

#endif
