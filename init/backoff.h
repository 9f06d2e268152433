#ifndef MKOS_INIT_BACKOFF_H
#define MKOS_INIT_BACKOFF_H

#include "settings.h"

#include <stdbool.h>
#include <stdint.h>

#define BACKOFF_GIVE_UP	   (-1)
#define BACKOFF_NOT_WANTED (-2)

/* How often a service ended of late, and how long it waited before its last start. Zeroed first. */
struct backoff {
	int64_t last_ms;
	int64_t restarts; /* since window_ms */
	int64_t window_ms;
};

/*
 * The wait after a run from started_ms to now_ms: backoff-min, doubled by each further short run up
 * to backoff-max; a run of good-run or more forgets what was before. BACKOFF_GIVE_UP when this
 * would be one more start than restart-limit allows in restart-window, or, without a window,
 * since the last good run. BACKOFF_NOT_WANTED when the settings leave a service that ended this
 * way alone.
 */
int64_t backoff_next(struct backoff *b, const struct service_settings *s, bool failed,
		     int64_t started_ms, int64_t now_ms);

#endif
