#ifndef MKOS_FORMAT_CRC32_H
#define MKOS_FORMAT_CRC32_H

/* CRC-32 (ISO 3309, as zlib and UEFI have it) of small tables: a bit at a time. */

#include <stddef.h>
#include <stdint.h>

/* The sum of what was summed before and these bytes; begins with 0. */
uint32_t crc32_add(uint32_t crc, const void *data, size_t len);

#endif
