#ifndef MKOS_HOST_PASSPHRASE_H
#define MKOS_HOST_PASSPHRASE_H

/*
 * The passphrase of a private key or the PIN of a token: from a descriptor, from the environment,
 * or asked at the terminal. Never from an argument, which every user of the machine can read.
 */

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>

#define PASSPHRASE_ENVIRONMENT "MVIRT_MKOS_PASSPHRASE"

/* Room for every passphrase */
enum { PASSPHRASE_MAX = 1024 };

/* What was answered, for who needs it again: nobody is asked the same twice. */
struct passphrase_memory {
	struct passphrase_answer *answers;
	size_t n;
	bool is_silent; /* nobody is asked at the terminal now */
	bool was_mute;	/* and that was an answer that is lacking */
};

void passphrase_memory_done(struct passphrase_memory *m);

struct passphrase_source {
	bool has_fd;
	int fd;				  /* its first line is the passphrase */
	struct passphrase_memory *memory; /* NULL: none */
};

/* A descriptor's number, as --passphrase-fd has it. */
MUST_CHECK int passphrase_fd_parse(const char *text, struct passphrase_source *to, struct err *e);

/*
 * Puts at most size - 1 bytes and a NUL. `what` is named when it asks. The caller wipes the buffer
 * with explicit_bzero(). Fails when there is no descriptor, no variable and no terminal.
 */
MUST_CHECK int passphrase_get(const struct passphrase_source *from, const char *what, char *to,
			      size_t size, struct err *e);

/* Is there a descriptor or a variable, so that nobody need be asked? */
bool passphrase_is_given(const struct passphrase_source *from);

/* The passphrase of what is made now: asked for twice, and never empty. */
MUST_CHECK int passphrase_get_new(const struct passphrase_source *from, const char *what, char *to,
				  size_t size, struct err *e);

#endif
