#ifndef MKOS_INIT_ETHERNET_H
#define MKOS_INIT_ETHERNET_H

#include <stdbool.h>

/* The address of the first network interface that has one, by number: false if there is none. */
bool ethernet_first(unsigned char ret_mac[6]);

#endif
