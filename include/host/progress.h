#ifndef MKOS_HOST_PROGRESS_H
#define MKOS_HOST_PROGRESS_H

/*
 * What is going on, for work that takes more than a second: on a terminal one
 * line that is written over, elsewhere a plain line every half minute. Nothing
 * is shown when quiet.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct progress {
	const char *what; /* outlives the progress */
	uint64_t started_ms;
	uint64_t shown_ms;
	bool terminal;
	bool shown;
};

void progress_begin(struct progress *p, const char *what);

/* Says how far it is ("1234 objects"); shows it when it is time to. */
void progress_update(struct progress *p, const char *detail);

/* Removes the line from the terminal. Returns the milliseconds since the beginning. */
uint64_t progress_end(struct progress *p);

/* "9 m 58 s" or "3.1 s" for people, into a buffer of at least 32 bytes. */
const char *duration_text(uint64_t ms, char *to, size_t size);

/* "3.9 MiB" or "412 bytes", likewise. */
const char *size_text(uint64_t bytes, char *to, size_t size);

#endif
