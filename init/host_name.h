#ifndef MKOS_INIT_HOST_NAME_H
#define MKOS_INIT_HOST_NAME_H

/* "mvirt-525400123456", and how many bytes that takes. */
#define HOST_NAME_FROM_MAC 19

const char *host_name_from_mac(const unsigned char mac[6], char buf[HOST_NAME_FROM_MAC]);

/*
 * Sets the host name: wanted, if not NULL, else the first word of /etc/hostname, else one made
 * from the first network interface's address, else the name stays as it is. Says what is wrong.
 */
void host_name_apply(const char *wanted);

#endif
