#ifndef MKOS_INIT_NETWORK_CONFIG_IP_H
#define MKOS_INIT_NETWORK_CONFIG_IP_H

#include "shared/config.h"

#include <stdbool.h>

/*
 * The kernel's word ip=, once for each interface or family, in the terms of [link NAME]: what it
 * says is set over what the files say, and [link any] where it names no interface. False if the
 * word is another one.
 */
bool config_ip(struct config *c, const char *word);

#endif
