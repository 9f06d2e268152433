#ifndef MKOS_HOST_CRC_H
#define MKOS_HOST_CRC_H

/* CRC-32 as gzip has it, to find out whether bytes are the ones that were meant. */

#include "base/source.h"

/* The sum of what was summed before and these bytes; begins with 0. */
uint32_t crc_add(uint32_t crc, const void *data, size_t len);

/* A source that hands another one on and sums up what is read, from the first byte to the last. */
struct crc_source {
	struct source source; /* first */
	const struct source *from;
	uint32_t *crc; /* where the sum is kept */
};

/* Sets *crc to 0. */
void crc_source_init(struct crc_source *c, const struct source *from, uint32_t *crc);

#endif
