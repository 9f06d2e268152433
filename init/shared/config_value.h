#ifndef MKOS_INIT_SHARED_CONFIG_VALUE_H
#define MKOS_INIT_SHARED_CONFIG_VALUE_H

#include "shared/config.h"

/* Reads the value of a numeric key. */
bool config_value_number(const struct config_grammar *g, const struct config_key *key,
			 const char *value, int64_t *ret);

/* Whether the word with this index suits a text or a list. */
bool config_value_suits(const struct config_grammar *g, uint8_t kind, const char *word,
			size_t index);

/* Puts what the key wants into buf. */
void config_value_wanted(const struct config_grammar *g, const struct config_key *key, char *buf,
			 size_t size);

/* For kinds of a program: the digits at the start of *text; a whole number; a name. */
bool config_value_digits(const char **text, int64_t *ret);
bool config_value_whole(const char *value, int64_t *ret);
bool config_value_name(const char *word);

/*
 * The next word of a list, without its double quotes; a backslash takes what follows it as it is.
 * 1 and *text behind it; 0 at the end; -1 if a quote is open or the word does not fit.
 */
int config_value_split(const char **text, char *ret_word, size_t size);

#endif
