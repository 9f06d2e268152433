#include "network/resolv.h"

#include "shared/message.h"
#include "shared/words.h"

#include <string.h>

static bool is_link_local(const struct ip *ip)
{
	return ip_size(ip) == 16 && ip->byte[0] == 0xfe && (ip->byte[1] & 0xc0) == 0x80;
}

void resolv_server(struct resolv *r, const struct ip *server, const char *link)
{
	char zone[sizeof(r->zone[0])] = "";

	if (server->family == 0 || r->servers == RESOLV_SERVERS_MAX)
		return;
	if (is_link_local(server))
		message_put(zone, sizeof(zone), "%s", link);
	for (size_t i = 0; i < r->servers; i++)
		if (ip_equal(&r->server[i], server) && strcmp(r->zone[i], zone) == 0)
			return;
	memcpy(r->zone[r->servers], zone, sizeof(zone));
	r->server[r->servers++] = *server;
}

void resolv_search(struct resolv *r, const char *names)
{
	char word[sizeof(r->search)];
	size_t used;

	while (words_next(&names, word, sizeof(word))) {
		used = strlen(r->search);
		if (!words_has(r->search, word) && used + strlen(word) + 2 <= sizeof(r->search))
			message_put(r->search + used, sizeof(r->search) - used,
				    used > 0 ? " %s" : "%s", word);
	}
}

size_t resolv_text(const struct resolv *r, char buf[RESOLV_TEXT_BYTES])
{
	char text[IP_TEXT_BYTES];
	size_t len = 0;

	if (r->search[0] != '\0') {
		len = message_put(buf, RESOLV_TEXT_BYTES, "search %s", r->search);
		buf[len++] = '\n';
	}
	for (size_t i = 0; i < r->servers; i++) {
		ip_text(text, &r->server[i], false);
		len += message_put(buf + len, RESOLV_TEXT_BYTES - len, "nameserver %s%s%s", text,
				   r->zone[i][0] != '\0' ? "%" : "", r->zone[i]);
		buf[len++] = '\n';
	}
	return len;
}
