#ifndef MKOS_HOST_CRC_H
#define MKOS_HOST_CRC_H

/* CRC-32 as gzip has it, to find out whether bytes are the ones that were meant. */

#include <stddef.h>
#include <stdint.h>

/* The sum of what was summed before and these bytes; begins with 0. */
uint32_t crc_add(uint32_t crc, const void *data, size_t len);

/* The sum of bytes with the first sum, and `len` further ones with the second. */
uint32_t crc_join(uint32_t first, uint32_t second, uint64_t len);

#endif
