#ifndef MKOS_INIT_BANNER_H
#define MKOS_INIT_BANNER_H

#include "service.h"

#include <stddef.h>

/* The services that the banner will tell of. */
void banner_services(const struct services *all);

/*
 * What someone at the console wants to know first: the version, the kernel and the host's name, the
 * addresses as /run/pideisn/net has them, and the services. What the terminal does not take at once
 * is left out. For the child that becomes the shell.
 */
void banner_show(int fd);

/*
 * The values of all lines KEY=VALUE of a text, with a blank before each; those that do not fit are
 * left out. Returns their length.
 */
size_t banner_values(const char *text, const char *key, char *buf, size_t size);

#endif
