#ifndef MKOS_INIT_IP_HOST_NAME_H
#define MKOS_INIT_IP_HOST_NAME_H

#include "shared/host_name_valid.h"

#include <stdbool.h>

/*
 * The host name in the value of the kernel's word ip= (network/ip_word.h has all of it), the one
 * field that is PID 1's: services which do not wait for the network find it as well. False if there
 * is none; what is wrong in the rest the network's program tells.
 */
bool ip_host_name(const char *value, char ret_name[HOST_NAME_BYTES + 1]);

#endif
