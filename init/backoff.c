#include "backoff.h"

int64_t backoff_next(struct backoff *b, const struct service_settings *s, bool failed,
		     int64_t started_ms, int64_t now_ms)
{
	bool good = now_ms - started_ms >= s->good_run_ms;

	if (s->restart == RESTART_NEVER || (s->restart == RESTART_ON_FAILURE && !failed))
		return BACKOFF_NOT_WANTED;
	if (s->restart_window_ms > 0 ? now_ms - b->window_ms >= s->restart_window_ms : good)
		b->restarts = 0;
	if (b->restarts == 0)
		b->window_ms = now_ms;
	if (s->restart_limit > 0 && b->restarts >= s->restart_limit)
		return BACKOFF_GIVE_UP;
	b->restarts++;

	if (good || b->last_ms == 0)
		b->last_ms = s->backoff_min_ms;
	else
		b->last_ms *= 2;
	if (b->last_ms > s->backoff_max_ms)
		b->last_ms = s->backoff_max_ms;
	return b->last_ms;
}
