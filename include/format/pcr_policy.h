#ifndef MKOS_FORMAT_PCR_POLICY_H
#define MKOS_FORMAT_PCR_POLICY_H

/*
 * Signed policies for PCR 11, with which a TPM releases a secret to every image whose maker signed
 * the value that its boot leads to (TCG, "TPM 2.0 Library", part 3, 23.7 PolicyPCR and 23.16
 * PolicyAuthorize). The section .pcrsig has them as JSON (systemd-measure(1)):
 *
 *	{"sha256":[{"pcrs":[11],"pkfp":HEX,"ref":TEXT,"pol":HEX,"sig":BASE64},...],...}
 *
 * by the bank of the PCR. pol is the digest of a policy session after PolicyPCR, always SHA-256:
 *
 *	pcrs = SHA-256(PCR's value)
 *	pol  = SHA-256(32 zeros || TPM_CC_PolicyPCR || selection || pcrs)
 *
 * and sig an RSA signature (PKCS #1 v1.5, SHA-256) of pol, or, where there is a ref, of
 * pol || SHA-256(ref). pkfp is the SHA-256 of the public key (PKCS #1 RSAPublicKey, DER).
 */

#include "base/buf.h"
#include "base/digest.h"
#include "format/json.h"
#include "format/pcr.h"

#include <stdbool.h>
#include <stddef.h>

enum { PCR_POLICY_PCR = 11, PCR_POLICY_SHA256 = 32, PCR_POLICY_HEX = 65 };

struct pcr_policy {
	enum digest_kind bank;
	char pkfp[PCR_POLICY_HEX];
	char pol[PCR_POLICY_HEX];
	char *ref; /* NULL: none */
	char *sig; /* NULL: it is not signed yet */
};

struct pcr_policies {
	struct pcr_policy *v;
	size_t n;
};

#define PCR_POLICIES_INIT  \
	{                  \
		.v = NULL, \
	}

void pcr_policies_done(struct pcr_policies *p);
#define AUTO_PCR_POLICIES AUTO(pcr_policies_done) struct pcr_policies

/* The policy digest for a value of PCR 11; sha256 is a SHA-256 with nothing put. */
MUST_CHECK int pcr_policy_digest(const struct pcr *pcr, struct digest *sha256,
				 struct digest_value *ret, struct err *e);

/* The bytes to sign for it: pol, and the digest of the reference when there is one. */
MUST_CHECK int pcr_policy_message(const struct digest_value *pol, const char *ref,
				  struct digest *sha256, struct buf *to, struct err *e);

/* Copies it, unless the same policy, by all but sig, is there already. */
MUST_CHECK int pcr_policies_add(struct pcr_policies *to, const struct pcr_policy *policy,
				struct err *e);

/* The same policy by all but sig, or NULL. */
const struct pcr_policy *pcr_policies_find(const struct pcr_policies *p,
					   const struct pcr_policy *like);

/* Writes the lists, one for each bank there is, into the object that is open. */
void pcr_policies_json(const struct pcr_policies *p, struct json_writer *w);

/* The section's content: one line without a newline. */
MUST_CHECK int pcr_policies_write(const struct pcr_policies *p, struct buf *to, struct err *e);

/*
 * Reads them. Refused: another PCR or bank, fields that are missing or malformed, and members that
 * are unknown. `name` is told in messages.
 */
MUST_CHECK int pcr_policies_parse(const char *text, size_t len, const char *name,
				  struct pcr_policies *ret, struct err *e);

#endif
