#ifndef MKOS_STAGE_SIGN_H
#define MKOS_STAGE_SIGN_H

/*
 * Secure Boot signatures of EFI programs: Authenticode (format/authenticode.h) with RSA and SHA-256.
 * The same key, certificate and program give the same bytes. A program that is signed already gets
 * one signature more.
 */

#include "base/digest.h"
#include "host/output.h"
#include "stage/signer.h"

struct sign_options {
	const char *input;
	const char *output; /* may be the input, unless `prepare`: it is the old or the new file */
	struct signer_options signer;
	/*
	 * A key that is elsewhere: `prepare` makes the output the bytes that the key has to sign;
	 * `signature` is the file with what it made of them (RSA PKCS #1 v1.5, SHA-256).
	 */
	bool prepare;
	const char *signature;
	bool sync;
};

struct sign_summary {
	char image_sha256[DIGEST_HEX];
	size_t signatures; /* in the output now */
	uint64_t size;
};

MUST_CHECK int stage_sign(const struct sign_options *options, struct sign_summary *ret,
			  struct err *e);

/* A signed copy by a signer that is loaded; the output may be the input. */
MUST_CHECK int sign_file(const char *input, const char *output, const struct signer *signer,
			 bool sync, struct sign_summary *ret, struct err *e);

/* Signs the program that was written to an output and is not in place yet. */
MUST_CHECK int sign_output(struct output *o, const struct signer *signer, struct sign_summary *ret,
			   struct err *e);

#endif
