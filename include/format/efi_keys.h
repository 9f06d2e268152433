#ifndef MKOS_FORMAT_EFI_KEYS_H
#define MKOS_FORMAT_EFI_KEYS_H

/*
 * The variables that say whom firmware trusts (UEFI 2.10, 32.3 to 32.6): PK, KEK, db and dbx, each a
 * run of EFI_SIGNATURE_LISTs:
 *
 *	0	SignatureType, GUID
 *	16	SignatureListSize, u32: of the list with this header
 *	20	SignatureHeaderSize, u32: 0 for both types here
 *	24	SignatureSize, u32: of each entry
 *	28	entries: SignatureOwner, GUID, and the certificate (DER) or SHA-256
 */

#include "format/der.h"

#include <stdbool.h>
#include <stdint.h>

enum { EFI_GUID = 16, EFI_SHA256 = 32 };

/* Attributes of all four: non-volatile, boot service, runtime, time-based authenticated write. */
enum { EFI_KEY_ATTRIBUTES = 0x27 };

enum efi_key_variable { EFI_PK, EFI_KEK, EFI_DB, EFI_DBX, EFI_KEY_VARIABLES };

const char *efi_key_name(enum efi_key_variable v); /* "PK" */

/* The vendor GUID of the variable, as its bytes stand in memory. */
const uint8_t *efi_key_vendor(enum efi_key_variable v);

/* The SignatureOwner of the entries that this program makes. */
extern const uint8_t efi_key_owner[EFI_GUID];

/* A list with one certificate. */
MUST_CHECK int efi_list_certificate(struct buf *to, const uint8_t owner[EFI_GUID],
				    struct der certificate, struct err *e);

/* A list of digests of images. */
MUST_CHECK int efi_list_sha256(struct buf *to, const uint8_t owner[EFI_GUID],
			       const uint8_t (*digests)[EFI_SHA256], size_t n, struct err *e);

struct efi_list_entry {
	bool is_x509, is_sha256;
	struct der signature; /* the entry with its owner */
	struct der content;   /* without */
};

/* A walk over the entries of all lists. */
struct efi_lists {
	struct der rest;    /* lists that were not begun */
	struct der entries; /* of the list that was */
	size_t size;	    /* of each of them */
	bool is_x509, is_sha256;
};

void efi_lists_init(struct efi_lists *l, struct der lists);

/*
 * The lists in a file: as they are (".esl"), or in a signed update of a variable (".auth"). False when
 * it is neither.
 */
bool efi_lists_find(struct der file, struct der *ret);

/* 1: *ret is the next entry; 0: there is none left. */
MUST_CHECK int efi_lists_next(struct efi_lists *l, struct efi_list_entry *ret, struct err *e);

/*
 * UEFI_VARIABLE_DATA, by which firmware measures a variable (TCG, "PC Client Platform Firmware
 * Profile" 1.06, 10.2.6): vendor, length of the name and of the data (u64), name in UTF-16 without
 * its NUL, data.
 */
MUST_CHECK int efi_variable_measured(const char *name, const uint8_t vendor[EFI_GUID],
				     struct der data, struct buf *to, struct err *e);

enum { EFI_TIME = 16 };

/* EFI_TIME of seconds since 1970, in UTC. */
MUST_CHECK int efi_time(int64_t seconds, uint8_t to[EFI_TIME], struct err *e);

/* What is signed when the variable gets that content at that time (8.2.2). */
MUST_CHECK int efi_auth_signed_bytes(enum efi_key_variable v, const uint8_t time[EFI_TIME],
				     struct der content, struct buf *to, struct err *e);

/* EFI_VARIABLE_AUTHENTICATION_2 with the content: what SetVariable() takes, a ".auth" file. */
MUST_CHECK int efi_auth_write(const uint8_t time[EFI_TIME], struct der signed_data,
			      struct der content, struct buf *to, struct err *e);

#endif
