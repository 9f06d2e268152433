#ifndef MKOS_INIT_SHARED_WORDS_H
#define MKOS_INIT_SHARED_WORDS_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Copies the next word of *text, without its double quotes, and moves *text behind it; false at the
 * end. A space in double quotes does not end a word, as on the kernel's command line. A word that
 * does not fit is cut.
 */
bool words_next(const char **text, char *ret_word, size_t size);

/* Whether text holds that word. */
bool words_has(const char *text, const char *wanted);

#endif
