#ifndef MKOS_STAGE_PCR_SIGNING_H
#define MKOS_STAGE_PCR_SIGNING_H

/*
 * Keys that sign what PCR 11 will be (format/pcr_policy.h). Several may sign, each for boot phases
 * of its own: the n-th entry of each list belongs to the n-th key.
 */

#include "base/strv.h"
#include "format/pcr_policy.h"
#include "host/private_key.h"
#include "host/public_key.h"
#include "stage/measure.h"

#include <stdbool.h>
#include <stddef.h>

struct pcr_signing_options {
	const struct strv *private_keys; /* files or pkcs11: URIs; none: the keys are elsewhere */
	/* Files. As many as there are private keys, or none; "" is none for that key. */
	const struct strv *public_keys;
	const struct strv *certificates; /* instead of public keys */
	/* Paths with commas or blanks between. None: systemd's four; a single key has all. */
	const struct strv *phases;
	const struct strv *references; /* policy references; "" is none for that key */
	const struct strv *profiles;   /* IDs of those to sign; none: all */
	bool banks[DIGEST_KINDS];      /* none: all */
	bool initrd; /* each key also signs enter-initrd with the reference "initrd" */
	struct passphrase_source passphrase;
	struct key_holders holders;
	bool digests_only; /* the policies without their signatures, to be made elsewhere */
};

/* Is there a key? */
bool pcr_signing_wanted(const struct pcr_signing_options *o);

struct pcr_signer {
	struct private_key key;
	struct public_key public;
	char pkfp[PCR_POLICY_HEX];
	struct strv phases;
	const char *reference; /* NULL: none; the options' */
};

struct pcr_signers {
	const struct pcr_signing_options *options;
	struct pcr_signer *v;
	size_t n;
	struct strv phases; /* of all of them */
};

#define PCR_SIGNERS_INIT         \
	{                        \
		.options = NULL, \
	}

/*
 * Refused: a key that is not RSA or has less than 2048 bits, one that does not fit its public key or
 * certificate, and lists that do not go with the keys. The options outlive it.
 */
MUST_CHECK int pcr_signers_load(const struct pcr_signing_options *options, struct pcr_signers *ret,
				struct err *e);
void pcr_signers_done(struct pcr_signers *s);
#define AUTO_PCR_SIGNERS AUTO(pcr_signers_done) struct pcr_signers

/* The public key for .pcrpkey: that of the only signer, or NULL. */
const struct buf *pcr_signers_public_key(const struct pcr_signers *s);

/* What has to be measured for them. The signers outlive it. */
struct measure_options pcr_signers_measure(const struct pcr_signers *s);

/* Is the profile of that variant one to sign? */
bool pcr_signers_want(const struct pcr_signers *s, const struct measure_variant *v);

/* Adds the policies for every way in which the profile boots, or, with NULL, each wanted one does. */
MUST_CHECK int pcr_signers_sign(const struct pcr_signers *s, const struct measure_result *measured,
				const size_t *profile, struct pcr_policies *to, struct err *e);

#endif
