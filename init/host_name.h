#ifndef MKOS_INIT_HOST_NAME_H
#define MKOS_INIT_HOST_NAME_H

#include <stdbool.h>

/* 1 to 64 letters, digits, '-' and '.', with a letter or digit at both ends. */
bool host_name_valid(const char *name);

/* "mvirt-525400123456", and how many bytes that takes. */
#define HOST_NAME_FROM_MAC 19

const char *host_name_from_mac(const unsigned char mac[6], char buf[HOST_NAME_FROM_MAC]);

/*
 * Sets the host name: wanted, if not NULL, else the first word of /etc/hostname, else one made
 * from the first network interface's address, else the name stays as it is. Says what is wrong.
 */
void host_name_apply(const char *wanted);

#endif
