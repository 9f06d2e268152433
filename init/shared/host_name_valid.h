#ifndef MKOS_INIT_SHARED_HOST_NAME_VALID_H
#define MKOS_INIT_SHARED_HOST_NAME_VALID_H

#include <stdbool.h>

/* 1 to 64 letters, digits, '-' and '.', with a letter or digit at both ends. */
bool host_name_valid(const char *name);

#define HOST_NAME_BYTES 64

#endif
