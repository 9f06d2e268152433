#ifndef MKOS_INIT_USERS_H
#define MKOS_INIT_USERS_H

#include <stdbool.h>
#include <sys/types.h>

/*
 * Looks a user or a group up in the image's own files, by name or, if that is nobody's name, by
 * number; a number need not be there. The form is that of passwd(5) and group(5): NAME:x:NUMBER:...
 * The C library's way would need the heap. user_find also gives the user's first group; of a number
 * that is not in the file it is the same number, since 0 would be the group of root.
 */
bool user_find(const char *name, uid_t *ret_user, gid_t *ret_group);
bool group_find(const char *name, gid_t *ret_group);

/* The same in a text. Wanted are the first count numbers behind NAME:x:; false if not found. */
bool users_numbers(const char *text, const char *name, unsigned int *ret, int count);

#endif
