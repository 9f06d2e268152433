#ifndef MKOS_FORMAT_ISO9660_READ_H
#define MKOS_FORMAT_ISO9660_READ_H

/*
 * Reads ISO 9660 volumes (format/iso9660.h) without trust in what they say:
 * the names of Rock Ridge, else of Joliet, else the short ones, and what an
 * El Torito boot catalogue offers.
 */

#include "format/volume.h"

enum { ISO9660_BOOTS_MAX = 16 };

struct iso9660_boot {
	uint8_t platform; /* 0 is a PC's BIOS, 0xef EFI */
	bool bootable;
	uint8_t medium; /* 0: no emulation */
	uint64_t offset;
	uint32_t sectors; /* of 512 bytes; 0 or 1 often stand for all that follows */
};

struct iso9660_image {
	const struct source *s;
	char label[33];
	uint64_t size; /* of the volume; the source may be longer */
	bool has_joliet, has_rock_ridge;
	struct iso9660_boot boots[ISO9660_BOOTS_MAX];
	size_t n_boots;

	uint64_t root, root_size; /* of the tree whose names are read */
	bool names_are_joliet;
	uint8_t skip; /* bytes in front of a record's system use entries */
};

/* Refuses what is no ISO 9660 volume, and what leads out of the source. */
MUST_CHECK int iso9660_read(const struct source *s, struct iso9660_image *ret, struct err *e);

/* Everything in it, in the order of the volume. */
MUST_CHECK int iso9660_walk(const struct iso9660_image *i, const struct volume_visitor *visitor,
			    struct err *e);

#endif
