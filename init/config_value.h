#ifndef MKOS_INIT_CONFIG_VALUE_H
#define MKOS_INIT_CONFIG_VALUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What a value may be; the first ones end in a number, the rest in a text or a list of words. */
enum config_kind {
	CONFIG_BOOL,	/* yes, no, 1, 0 */
	CONFIG_CHOICE,	/* one of the key's choices */
	CONFIG_NUMBER,	/* from the key's least to its most */
	CONFIG_TIME,	/* 250ms, 30s, 30, 5min, 1h */
	CONFIG_SIZE,	/* bytes: 65536, 64K, 512M, 2G, max */
	CONFIG_PERCENT, /* 150%, max */
	CONFIG_SIGNAL,	/* TERM, SIGTERM, 15 */
	CONFIG_TEXTS,	/* no kind: from here on texts */
	CONFIG_HOST_NAME = CONFIG_TEXTS,
	CONFIG_NAME,   /* letters, digits, '-', '_', '.'; the first a letter or digit */
	CONFIG_PATH,   /* absolute */
	CONFIG_DEVICE, /* LABEL=NAME, PARTLABEL=NAME or /dev/NAME */
	CONFIG_LISTS,  /* no kind: from here on lists of words */
	CONFIG_NAMES = CONFIG_LISTS,
	CONFIG_COMMAND,	    /* an absolute path, then anything */
	CONFIG_ASSIGNMENTS, /* NAME=VALUE */
	CONFIG_LIMITS,	    /* nofile=65536, core=0:max */
	CONFIG_NETWORKS,    /* 192.0.2.5/24, 2001:db8::5/64 */
	CONFIG_ADDRESSES,   /* 192.0.2.1, 2001:db8::1 */
	CONFIG_DOMAINS,	    /* lab.example */
};

struct config_key;

/* Reads the value of a numeric key. */
bool config_value_number(const struct config_key *key, const char *value, int64_t *ret);

/* Whether the word with this index suits a text or a list. */
bool config_value_word(enum config_kind kind, const char *word, size_t index);

/* Puts what the key wants into buf, as in "is not a time from 0 s to 3600 s". Returns buf. */
const char *config_value_wanted(const struct config_key *key, char *buf, size_t size);

/*
 * The next word of a list, without its double quotes; a backslash takes what follows it as it is.
 * 1 and *text behind it; 0 at the end; -1 if a quote is open or the word does not fit.
 */
int config_value_split(const char **text, char *ret_word, size_t size);

#endif
