#ifndef MKOS_FORMAT_EFIFW_H
#define MKOS_FORMAT_EFIFW_H

/*
 * The section .efifw (systemd 258, src/boot/efifirmware.h): a firmware for the machine that is
 * started, chosen by its id. Little-endian.
 *
 *	0	magic		u32, 0xfeeddead
 *	4	header_len	u32, 16
 *	8	fwid_len	u32, bytes of the id with its NUL
 *	12	payload_len	u32
 *	header_len	the id, then the firmware
 */

#include "base/buf.h"
#include "base/err.h"
#include "base/source.h"

#include <stdint.h>

/* Appends what stands in front of the firmware. */
MUST_CHECK int efifw_begin(struct buf *to, const char *fwid, uint64_t payload_len, struct err *e);

/* Refuses (ERR_INPUT) what a stub would take for no firmware. */
MUST_CHECK int efifw_check(const struct source *s, struct err *e);

#endif
