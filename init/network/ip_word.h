#ifndef MKOS_INIT_NETWORK_IP_WORD_H
#define MKOS_INIT_NETWORK_IP_WORD_H

#include "network/ip.h"

#include <stdbool.h>

#define IP_WORD_FIELD_BYTES 64
#define IP_WORD_DNS_MAX	    2

/*
 * The value of the kernel's word ip= (its Documentation/admin-guide/nfs/nfsroot.rst):
 *
 *   CLIENT:SERVER:GATEWAY:NETMASK:HOSTNAME:DEVICE:AUTOCONF:DNS0:DNS1:NTP0   or   AUTOCONF
 *
 * AUTOCONF is off or none; on, any, dhcp or both. An IPv6 address stands in brackets, and NETMASK
 * may then, as for IPv4, be the length of a prefix. SERVER, which serves NFS roots, is not used.
 */
struct ip_word {
	struct ip address; /* with its prefix; family 0: none */
	struct ip gateway;
	struct ip dns[IP_WORD_DNS_MAX];
	struct ip ntp;
	char host_name[IP_WORD_FIELD_BYTES + 1];
	char device[16]; /* empty: the first there is */
	bool off;	 /* nothing is to be configured */
	bool dhcp;
};

/* False if value is none. */
bool ip_word_read(const char *value, struct ip_word *ret);

#endif
