#ifndef MKOS_INIT_NETWORK_RESOLV_H
#define MKOS_INIT_NETWORK_RESOLV_H

#include "network/ip.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * The content of resolv.conf(5), put together from all links: at most three name servers, since C
 * libraries read no more, and one line of search domains, each once.
 */
#define RESOLV_SERVERS_MAX 3
#define RESOLV_TEXT_BYTES  512 /* more than the longest of it */

struct resolv {
	struct ip server[RESOLV_SERVERS_MAX];
	char zone[RESOLV_SERVERS_MAX][16]; /* the link of a link-local server, or empty */
	size_t servers;
	char search[256];
};

void resolv_server(struct resolv *r, const struct ip *server, const char *link);

/* One or more names with spaces between. */
void resolv_search(struct resolv *r, const char *names);

/* Writes the file's text; returns its length. */
size_t resolv_text(const struct resolv *r, char buf[RESOLV_TEXT_BYTES]);

#endif
