#ifndef MKOS_INIT_NETWORK_JITTER_H
#define MKOS_INIT_NETWORK_JITTER_H

#include <stdint.h>

/*
 * Numbers that keep many machines, started at once, from asking at once, and that make up the
 * numbers of transactions. No secret hangs on them; the same seed gives the same row.
 */
static inline uint32_t jitter_next(uint32_t *state)
{
	uint32_t x = *state != 0 ? *state : 0x9e3779b9U;

	x ^= x << 13;
	x ^= x >> 17;
	x ^= x << 5;
	*state = x;
	return x;
}

/* From -span to span. */
static inline int32_t jitter_around(uint32_t *state, int32_t span)
{
	return (int32_t)(jitter_next(state) % (2 * (uint32_t)span + 1)) - span;
}

#endif
