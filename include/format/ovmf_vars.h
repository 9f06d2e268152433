#ifndef MKOS_FORMAT_OVMF_VARS_H
#define MKOS_FORMAT_OVMF_VARS_H

/*
 * The variable store of OVMF, a flash image (EDK II, MdeModulePkg/Include/Guid/VariableFormat.h):
 *
 *	0	firmware volume header: "_FVH" at 40, HeaderLength u16 at 48
 *	HeaderLength
 *		store header, 28 bytes: GUID of authenticated variables, Size u32,
 *		Format 0x5a, State 0xfe
 *	then	variables, each at a multiple of 4:
 *		StartId u16 0x55aa, State u8 (0x3f: valid), Reserved u8,
 *		Attributes u32, MonotonicCount u64, TimeStamp EFI_TIME,
 *		PubKeyIndex u32, NameSize u32, DataSize u32, VendorGuid GUID,
 *		name (UTF-16 with NUL), data
 *	then	0xff, as erased flash has it
 */

#include "format/efi_keys.h"

struct ovmf_variable {
	char name[64]; /* what is not ASCII became '?' */
	uint8_t vendor[EFI_GUID];
	uint32_t attributes;
	struct der data; /* points into the image */
};

/* A flash image in memory; the caller owns the bytes. */
struct ovmf_vars {
	uint8_t *image;
	size_t len;
	size_t first; /* of the variables */
	size_t end;   /* of the store */
	const char *name;
};

/* Refuses what is no variable store. `name` is for messages. */
MUST_CHECK int ovmf_vars_open(struct ovmf_vars *v, uint8_t *image, size_t len, const char *name,
			      struct err *e);

/*
 * 1: *ret is the variable at *at, and *at has moved on; 0: there is none left. Begins at 0. Those
 * that were deleted are passed over.
 */
MUST_CHECK int ovmf_vars_next(const struct ovmf_vars *v, size_t *at, struct ovmf_variable *ret,
			      struct err *e);

struct ovmf_new_variable {
	const char *name; /* ASCII */
	const uint8_t *vendor;
	uint32_t attributes;
	const uint8_t *time; /* EFI_TIME, or NULL for one that is not authenticated */
	struct der data;
};

/* Appends it to the image; one of that name and vendor must not be there. */
MUST_CHECK int ovmf_vars_add(struct ovmf_vars *v, const struct ovmf_new_variable *variable,
			     struct err *e);

/* Appends what EDK II wants beside the keys: Secure Boot is on, and not in custom mode. */
MUST_CHECK int ovmf_vars_turn_secure_boot_on(struct ovmf_vars *v, struct err *e);

#endif
