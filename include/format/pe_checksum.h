#ifndef MKOS_FORMAT_PE_CHECKSUM_H
#define MKOS_FORMAT_PE_CHECKSUM_H

/*
 * The CheckSum field of a PE image (Microsoft, "PE Format", optional header): the file's 16-bit words
 * added with end-around carry, its own four bytes taken as 0, plus the file's length.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* All zeros to begin with. The file's bytes are put in order, in pieces of any length. */
struct pe_checksum {
	uint64_t sum;
	bool is_odd; /* the bytes so far are odd in number */
};

void pe_checksum_put(struct pe_checksum *c, const void *data, size_t len);

/* The field's value, when everything else was put. */
uint32_t pe_checksum_value(const struct pe_checksum *c, uint64_t file_size);

#endif
