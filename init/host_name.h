#ifndef MKOS_INIT_HOST_NAME_H
#define MKOS_INIT_HOST_NAME_H

#include <stdbool.h>

/* 1 to 64 letters, digits, '-' and '.', with a letter or digit at both ends. */
bool host_name_valid(const char *name);

/*
 * Sets the host name: wanted, if not empty, else the first word of /etc/hostname, else the name
 * stays as it is. Says what is wrong.
 */
void host_name_apply(const char *wanted);

#endif
