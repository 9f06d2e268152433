#ifndef MKOS_FORMAT_PCR_H
#define MKOS_FORMAT_PCR_H

/*
 * Platform configuration registers of a TPM 2.0 (TCG, "TPM 2.0 Library", part 1,
 * 11.3): all begin as zeros, and only an extension changes one:
 *
 *	new = H(old || event), where event = H(what is measured)
 *
 * A bank has the registers of one H.
 */

#include "base/digest.h"

enum { PCR_TRAIL_MAX = 64 };

/* What a register was extended by, in order. */
struct pcr_trail {
	size_t n;
	struct {
		struct digest_value event;
		const char *what;
	} of[PCR_TRAIL_MAX];
};

struct pcr {
	enum digest_kind bank;
	struct digest_value value;
	struct pcr_trail *trail; /* the caller's, to be filled; NULL: none is kept */
	const char *what;	 /* whoever extends says what by, for the trail */
};

void pcr_init(struct pcr *pcr, enum digest_kind bank);

/* d is a digest of the bank's kind, with nothing put. */
MUST_CHECK int pcr_extend(struct pcr *pcr, struct digest *d, const struct digest_value *event,
			  struct err *e);

/* Extends by the digest of the data. */
MUST_CHECK int pcr_measure(struct pcr *pcr, struct digest *d, const void *data, size_t len,
			   struct err *e);

/*
 * Extends by each word of a path "enter-initrd:leave-initrd", as systemd-pcrphase
 * does while it boots. Empty words are none.
 */
MUST_CHECK int pcr_measure_phases(struct pcr *pcr, struct digest *d, const char *path,
				  struct err *e);

#endif
