#ifndef MKOS_BASE_BYTES_H
#define MKOS_BASE_BYTES_H

/* Little-endian numbers in byte arrays, at any alignment, and rounding of sizes and offsets. */

#include <stdbool.h>
#include <stdint.h>

static inline uint16_t le16_get(const void *p)
{
	const uint8_t *b = p;

	return (uint16_t)(b[0] | b[1] << 8);
}

static inline uint32_t le32_get(const void *p)
{
	const uint8_t *b = p;

	return (uint32_t)b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16 | (uint32_t)b[3] << 24;
}

static inline uint64_t le64_get(const void *p)
{
	const uint8_t *b = p;

	return le32_get(b) | (uint64_t)le32_get(b + 4) << 32;
}

static inline void le16_put(void *p, uint16_t value)
{
	uint8_t *b = p;

	b[0] = (uint8_t)value;
	b[1] = (uint8_t)(value >> 8);
}

static inline void le32_put(void *p, uint32_t value)
{
	uint8_t *b = p;

	le16_put(b, (uint16_t)value);
	le16_put(b + 2, (uint16_t)(value >> 16));
}

static inline void le64_put(void *p, uint64_t value)
{
	uint8_t *b = p;

	le32_put(b, (uint32_t)value);
	le32_put(b + 4, (uint32_t)(value >> 32));
}

static inline bool is_power_of_2(uint64_t value)
{
	return value && !(value & (value - 1));
}

/* The next multiple of align, a power of 2. The caller keeps value + align below 2^64. */
static inline uint64_t align_up(uint64_t value, uint64_t align)
{
	return (value + align - 1) & ~(align - 1);
}

#endif
