#ifndef MKOS_FORMAT_PIDEISN_KEYS_H
#define MKOS_FORMAT_PIDEISN_KEYS_H

/*
 * What the configuration of PID 1 may say: its sections and keys, and what a
 * value of each may be. init/config_keys.c has the same tables for pideisn
 * itself; tests/init/corpus tries both with the same files.
 */

#include <stdbool.h>
#include <stddef.h>

enum pideisn_kind {
	PIDEISN_BOOL,
	PIDEISN_CHOICE,
	PIDEISN_NUMBER,
	PIDEISN_TIME,
	PIDEISN_SIZE,
	PIDEISN_PERCENT,
	PIDEISN_SIGNAL,
	PIDEISN_TEXTS, /* from here on pideisn keeps the text */
	PIDEISN_HOST_NAME = PIDEISN_TEXTS,
	PIDEISN_NAME,
	PIDEISN_PATH,
	PIDEISN_DEVICE,
	PIDEISN_LISTS, /* from here on it keeps a list of words */
	PIDEISN_NAMES = PIDEISN_LISTS,
	PIDEISN_COMMAND,
	PIDEISN_ASSIGNMENTS,
	PIDEISN_LIMITS,
	PIDEISN_NETWORKS,
	PIDEISN_ADDRESSES,
	PIDEISN_DOMAINS,
};

struct pideisn_section {
	const char *name;
	size_t most;	      /* that may be there, each with a name; 0: one without */
	const char *main_key; /* that pideisn.SECTION=VALUE on the command line means, or NULL */
};

struct pideisn_key {
	const char *section;
	const char *name;
	enum pideisn_kind kind;
	long min, max;	     /* of a number, or of a time in milliseconds */
	const char *choices; /* "first|second" */
};

/* NULL when there is none of that name. */
const struct pideisn_section *pideisn_section_find(const char *name);
const struct pideisn_key *pideisn_key_find(const struct pideisn_section *section, const char *name);

/* Whether a number, a choice or the like, a text, or the word of a list with this index fits. */
bool pideisn_value_fits(const struct pideisn_key *key, const char *value, size_t index);

/* Whether it can be the name in a section's head. */
bool pideisn_name_fits(const char *name);

/*
 * Puts "did you mean 'NAME'?" into text, or which names there are, for one that is unknown: a key's
 * of the section, or, without one, a section's.
 */
void pideisn_name_hint(const struct pideisn_section *section, const char *name, char *text,
		       size_t size);

/* Puts what the key wants into text, to follow "is not". */
void pideisn_value_wanted(const struct pideisn_key *key, char *text, size_t size);

/* The services that PID 1 has without any file; it reads this text first. */
extern const char pideisn_built_in[];

#endif
