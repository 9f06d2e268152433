#ifndef MKOS_STAGE_KEY_LISTS_H
#define MKOS_STAGE_KEY_LISTS_H

/*
 * Whom a firmware is to trust, in the words of the command line: what PK, KEK, db and dbx then hold. A
 * word is a file: certificates (PEM or DER), signature lists (.esl), or a signed update (.auth).
 */

#include "base/buf.h"
#include "base/strv.h"
#include "format/efi_keys.h"

struct key_words {
	const char *pk; /* NULL: the first of db */
	const char *kek;
	const struct strv *db;
	const struct strv *dbx; /* also SHA-256 of images in hexadecimal digits; NULL: none */
};

/* Adds the variable's lists to *to, and their number of entries to *entries. */
MUST_CHECK int key_list_fill(const struct key_words *words, enum efi_key_variable which,
			     struct buf *to, size_t *entries, struct err *e);

#endif
