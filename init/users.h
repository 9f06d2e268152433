#ifndef MKOS_INIT_USERS_H
#define MKOS_INIT_USERS_H

#include <stdbool.h>
#include <sys/types.h>

/*
 * Looks a user or a group up in the image's own files: a name or a number, which need not be there.
 * The form is that of passwd(5) and group(5): NAME:x:NUMBER:... The C library's way would need the
 * heap. user_find also gives the user's first group, 0 for a number that is not in the file.
 */
bool user_find(const char *name, uid_t *ret_user, gid_t *ret_group);
bool group_find(const char *name, gid_t *ret_group);

/* The same in a text. Wanted are the first *count numbers behind NAME:x:; false if not found. */
bool users_line(const char *text, const char *name, unsigned int *ret_numbers, int count);

#endif
