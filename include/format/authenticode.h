#ifndef MKOS_FORMAT_AUTHENTICODE_H
#define MKOS_FORMAT_AUTHENTICODE_H

/*
 * The digest of a PE image that firmware measures and signatures are made of
 * (Microsoft, "Windows Authenticode Portable Executable Signature Format"): all
 * of the file but the checksum, the directory entry of the certificate table
 * and that table.
 */

#include "base/digest.h"
#include "format/pe.h"

/* Refuses what is no sound image: sections that overlap or lie outside of the file. */
MUST_CHECK int authenticode_digests(const struct source *s, const struct pe *pe,
				    const struct digests *d, struct digest_value ret[DIGEST_KINDS],
				    struct err *e);

#endif
