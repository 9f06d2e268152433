#ifndef MKOS_STAGE_SECURE_BOOT_H
#define MKOS_STAGE_SECURE_BOOT_H

/*
 * What EDK II measures into PCR 7 when it starts a program with a variable store:
 * whom it trusts, and by whose word it started the program.
 */

#include "base/buf.h"
#include "base/source.h"
#include "format/boot_pcr.h"
#include "stage/key_lists.h"

#include <stdbool.h>

struct secure_boot_events {
	struct buf variables[SECURE_BOOT_VARIABLES];
	struct buf authority; /* empty without Secure Boot */
};

void secure_boot_events_done(struct secure_boot_events *s);
#define AUTO_SECURE_BOOT_EVENTS AUTO(secure_boot_events_done) struct secure_boot_events

/* What the firmware knows: a store of OVMF, or keys, with which Secure Boot is on. */
struct secure_boot_state {
	const char *vars; /* NULL: the keys */
	struct key_words keys;
};

/* Is there one at all? */
static inline bool secure_boot_is_known(const struct secure_boot_state *s)
{
	return s->vars || s->keys.db;
}

/*
 * A program that firmware with Secure Boot would not start is an error; dbx is not applied for
 * that.
 */
MUST_CHECK int secure_boot_events(const struct secure_boot_state *state,
				  const struct source *program, struct secure_boot_events *ret,
				  struct err *e);

/* Does firmware with this store start the program, as far as db says? */
MUST_CHECK int secure_boot_starts(const char *vars, const struct source *program, bool *ret,
				  struct err *e);

#endif
