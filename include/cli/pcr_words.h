#ifndef MKOS_CLI_PCR_WORDS_H
#define MKOS_CLI_PCR_WORDS_H

/* Keys for PCR signatures on the command line, as ukify has them. */

#include "cli/json_output.h"
#include "cli/measure_words.h"
#include "cli/options.h"
#include "stage/pcr_signing.h"

#include <stdbool.h>
#include <stddef.h>

struct pcr_words {
	struct strv private_keys;
	struct strv public_keys;
	struct strv certificates;
	struct strv references;
	struct strv profiles;
	enum choice policy_digest;
	enum choice initrd;
	struct key_holders holders; /* of all keys of the command */
};

/* Rows for a struct type with a `member` of struct key_holders. */
/* clang-format off */
#define KEY_HOLDER_ROWS(type, member) \
	{0, "signing-engine", "NAME", "private keys are held by this engine of libcrypto", \
	 OPTION_TEXT, offsetof(type, member.engine), NULL}, \
	{0, "signing-provider", "NAME", "or by this provider, each named by its URI", \
	 OPTION_TEXT, offsetof(type, member.provider), NULL}, \
	{0, "certificate-provider", "NAME", "certificates are, each named by its URI", \
	 OPTION_TEXT, offsetof(type, member.certificate_provider), NULL}

/* Rows for a struct type with a member `pcr` of struct pcr_words. */
#define PCR_LIST(type, name, value, help, member) \
	{0, name, value, help, OPTION_LIST, offsetof(type, pcr.member), NULL}
#define PCR_ROWS(type) \
	PCR_LIST(type, "pcr-private-key", "KEY", \
		 "sign what PCR 11 will be: a PEM or DER file, or a pkcs11: URI; several sign each " \
		 "for the --phases that is given as often", private_keys), \
	PCR_LIST(type, "pcr-public-key", "FILE", "the public key that belongs to it", public_keys), \
	PCR_LIST(type, "pcr-certificate", "FILE", "the same, in a certificate", certificates), \
	PCR_LIST(type, "policyref", "TEXT", \
		 "a name that is signed with the policy; '' for none", references), \
	PCR_LIST(type, "sign-profile", "ID", \
		 "sign this profile only; may be given again (default: each)", profiles), \
	{0, "policy-digest", NULL, \
	 "print what has to be signed elsewhere, for --join-pcrsig later", OPTION_YES, \
	 offsetof(type, pcr.policy_digest), NULL}, \
	{0, "no-policy-digest", NULL, NULL, OPTION_NO, offsetof(type, pcr.policy_digest), NULL}, \
	{0, "sign-initrd-pcrs", NULL, \
	 "sign the phase enter-initrd for systemd's NvPCRs, too", OPTION_YES, \
	 offsetof(type, pcr.initrd), NULL}, \
	{0, "no-sign-initrd-pcrs", NULL, NULL, OPTION_NO, offsetof(type, pcr.initrd), NULL}, \
	KEY_HOLDER_ROWS(type, pcr.holders)
/* clang-format on */

void pcr_words_done(struct pcr_words *w);

/* An engine or a provider, not both. */
MUST_CHECK int key_holders_check(const struct key_holders *h, struct err *e);

/* Is there a word about keys? */
bool pcr_words_given(const struct pcr_words *w);

/* Is there one about what is to be signed here, beside public keys? */
bool pcr_words_sign(const struct pcr_words *w);

/* What they ask for, with the phases and banks of `measure`; the words outlive it. */
MUST_CHECK int pcr_words_options(const struct pcr_words *w, struct measure_words *measure,
				 const struct passphrase_source *passphrase,
				 struct pcr_signing_options *ret, struct err *e);

/* The JSON that .pcrsig has, on standard output. */
MUST_CHECK int pcr_policies_print(const struct pcr_policies *p, const struct json_request *json,
				  struct err *e);

#endif
