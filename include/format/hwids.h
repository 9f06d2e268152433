#ifndef MKOS_FORMAT_HWIDS_H
#define MKOS_FORMAT_HWIDS_H

/*
 * The section .hwids (systemd 257, src/boot/chid.h): which devicetree or firmware
 * of a UKI fits the hardware it is started on. Little-endian.
 *
 *	0	descriptor	u32: type << 28 | 28 (the entry's size)
 *	4	chid		GUID, a computer hardware id
 *	20	name		u32, offset of a text in the section
 *	24	compatible	u32, the same; of a firmware its id (fwid)
 *
 * One entry for each hardware id, an entry of zeros, then the texts, each with a NUL.
 * They come from descriptions in JSON, one device in a file:
 * {"type": "devicetree"|"uefi-fw", "name": S, "compatible"|"fwid": S, "hwids": [GUID...]}
 */

#include "base/buf.h"
#include "base/err.h"
#include "base/source.h"

#include <stdint.h>

/* What a hardware id stands for; the order of the ids and texts does not depend on the files'. */
struct hwids_device {
	uint32_t type;
	char *name;
	char *target; /* what "compatible" or "fwid" says */
	uint8_t (*ids)[16];
	size_t n_ids;
};

struct hwids {
	struct hwids_device *devices;
	size_t n;
};

#define HWIDS_INIT               \
	{                        \
		.devices = NULL, \
	}

void hwids_done(struct hwids *h);
#define AUTO_HWIDS AUTO(hwids_done) struct hwids

/* Adds the device of one description; `file` is told in messages. */
MUST_CHECK int hwids_add(struct hwids *h, const char *text, size_t len, const char *file,
			 struct err *e);

/* Appends the section's content. */
MUST_CHECK int hwids_write(const struct hwids *h, struct buf *out, struct err *e);

/* How many hardware ids a section has, by what they stand for. */
struct hwids_count {
	size_t devicetrees;
	size_t firmwares;
};

/* Refuses (ERR_INPUT) what a stub would not read: other entries, texts that are not in it, none. */
MUST_CHECK int hwids_count(const struct source *s, struct hwids_count *ret, struct err *e);

#endif
