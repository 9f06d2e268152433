#ifndef MKOS_INIT_BACKOFF_H
#define MKOS_INIT_BACKOFF_H

#include <stdint.h>

#define BACKOFF_MIN_MS	    250
#define BACKOFF_MAX_MS	    (30 * 1000)
#define BACKOFF_GOOD_RUN_MS (10 * 1000)

/* How long a service that ends again and again waits for its next start. Starts zeroed. */
struct backoff {
	int64_t last_ms;
};

/*
 * The wait after a run of run_ms: 250 ms, doubled by each further short run up to 30 s; a run of
 * 10 s or more forgets what was before.
 */
int64_t backoff_next(struct backoff *b, int64_t run_ms);

#endif
