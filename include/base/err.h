#ifndef MKOS_BASE_ERR_H
#define MKOS_BASE_ERR_H

/*
 * A failure is a return value of -1 and one sentence in a struct err that the
 * caller keeps on its stack. Nothing here allocates, so an error can be told
 * when memory is gone. Text: lower case, no full stop, names in single quotes,
 * what is wrong, where, and what to do.
 */

#include "base/cleanup.h"

enum err_kind {
	ERR_NONE = 0,
	ERR_INPUT,   /* a file or value of the user's is wrong */
	ERR_LIMIT,   /* too big, too many, too long */
	ERR_MISSING, /* a file, program or library that is needed is not there */
	ERR_SYSTEM,  /* a system call failed; errnum says how */
	ERR_MEMORY,
	ERR_CHILD,   /* a program we ran failed */
	ERR_BUSY,    /* somebody else is at work here */
	ERR_NETWORK, /* another machine cannot be reached, or sends what is of no use */
	ERR_USAGE,   /* the command line is wrong: exit status 2 */
};

struct err {
	enum err_kind kind;
	int errnum; /* errno of the failure, 0 when there was none */
	char text[1024];
};

#define ERR_INIT                 \
	{                        \
		.kind = ERR_NONE \
	}

/* Fill *e and return -1. A text that is too long is cut and ends in "...". */
int err_set(struct err *e, enum err_kind kind, const char *format, ...) PRINTF_LIKE(3, 4);

/* As err_set with ERR_SYSTEM, and ": " and the words for errno behind the text. */
int err_os(struct err *e, const char *format, ...) PRINTF_LIKE(2, 3);

/* Out of memory, as an ordinary error. */
int err_memory(struct err *e);

/* What went wrong is a value on the command line: exit status 2. Returns -1. */
int err_usage(struct err *e);

/* Puts "TEXT: " in front of what *e says and returns -1. */
int err_ctx(struct err *e, const char *format, ...) PRINTF_LIKE(2, 3);

#endif
