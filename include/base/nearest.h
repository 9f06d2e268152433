#ifndef MKOS_BASE_NEAREST_H
#define MKOS_BASE_NEAREST_H

/*
 * The candidate that is nearest to the word by single-character edits, or NULL
 * when none is near enough to be worth a suggestion. Candidates end with NULL.
 */
const char *nearest_name(const char *word, const char *const *candidates);

#endif
