#ifndef MKOS_BASE_CLEANUP_H
#define MKOS_BASE_CLEANUP_H

/*
 * Attributes used everywhere, and variables that release what they hold when
 * their scope ends. A type with a destructor names it with AUTO(): the
 * destructor takes a pointer to the variable and copes with an empty one.
 */

#include <stdlib.h>

#define MUST_CHECK	  __attribute__((warn_unused_result))
#define PRINTF_LIKE(f, a) __attribute__((format(printf, f, a)))
#define AUTO(destructor)  __attribute__((cleanup(destructor)))
#define ARRAY_LEN(a)	  (sizeof(a) / sizeof((a)[0]))

static inline void auto_free_(void *p)
{
	free(*(void **)p);
}

#define AUTO_FREE AUTO(auto_free_)

/* Hands the pointer on: the variable no longer owns it. */
#define TAKE(p)                             \
	__extension__({                     \
		__typeof__(p) taken_ = (p); \
		(p) = NULL;                 \
		taken_;                     \
	})

#endif
