#ifndef MKOS_INIT_RLIMITS_H
#define MKOS_INIT_RLIMITS_H

#include <stdbool.h>
#include <sys/resource.h>

/* One limit of a process, as the configuration writes it: NAME=SOFT[:HARD]. */
struct rlimit_wish {
	int resource;
	struct rlimit limit;
};

/* Names are those of getrlimit(2) in small letters, without RLIMIT_; values are numbers or max. */
bool rlimits_parse(const char *word, struct rlimit_wish *ret);

/* Sets every limit of a list for the calling process. Returns -1 with errno set. */
int rlimits_apply(const char *list) __attribute__((warn_unused_result));

#endif
