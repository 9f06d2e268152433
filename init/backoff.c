#include "backoff.h"

int64_t backoff_next(struct backoff *b, int64_t run_ms)
{
	if (b->last_ms == 0 || run_ms >= BACKOFF_GOOD_RUN_MS)
		b->last_ms = BACKOFF_MIN_MS;
	else if (b->last_ms < BACKOFF_MAX_MS / 2)
		b->last_ms *= 2;
	else
		b->last_ms = BACKOFF_MAX_MS;
	return b->last_ms;
}
