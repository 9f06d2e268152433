#ifndef MKOS_STAGE_GENKEY_H
#define MKOS_STAGE_GENKEY_H

/*
 * Makes keys: in a folder the three of a platform (PK, KEK and db), ready for firmware, and one for
 * PCR policies; or those that are named one by one. Nothing is overwritten: all files come to be, or
 * none.
 */

#include "base/strv.h"
#include "host/passphrase.h"

#include <stdbool.h>
#include <stdint.h>

struct genkey_options {
	const char *folder;	     /* for all of them, or NULL */
	const char *key;	     /* of a Secure Boot key, with */
	const char *certificate;     /* its certificate, or NULL */
	const struct strv *pcr_keys; /* in this order with */
	const struct strv *pcr_publics;
	const char *name; /* in the folder " PK" and so on follow it in the certificates */
	unsigned int bits;
	unsigned int days;
	bool encrypt; /* also without it, when a passphrase is given */
	struct passphrase_source passphrase;
	bool sync;
};

struct genkey_summary {
	struct strv files;
	char until[16]; /* "2036-11-19": the last day of the certificates */
	bool encrypted;
};

void genkey_summary_done(struct genkey_summary *s);

MUST_CHECK int stage_genkey(const struct genkey_options *options, struct genkey_summary *ret,
			    struct err *e);

#endif
