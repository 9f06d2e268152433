#include "network/config_ip.h"

#include "network/ip_word.h"
#include "network/network_settings.h"
#include "shared/message.h"

#include <string.h>

#define WORD "ip="

static void feed(struct config *c, const char *key, const char *value)
{
	config_feed(c, key, strlen(key));
	config_feed(c, " = ", 3);
	config_feed(c, value, strlen(value));
	config_feed(c, "\n", 1);
}

static void append(char *list, size_t size, const char *word)
{
	size_t len = strlen(list);

	message_put(list + len, size - len, " %s", word);
}

/* In place of those of its family; those of the other one may be of an earlier ip=. */
static void feed_replaced(struct config *c, const char *key, const char *list, const struct ip *ip,
			  bool with_prefix)
{
	char value[256] = "";
	char text[IP_TEXT_BYTES];
	struct ip old;

	if (ip->family == 0)
		return;
	for (; list != NULL && *list != '\0'; list += strlen(list) + 1)
		if (ip_parse(list, &old) && old.family != ip->family)
			append(value, sizeof(value), list);
	append(value, sizeof(value), ip_text(text, ip, with_prefix));
	feed(c, key, value);
}

static void feed_servers(struct config *c, const char *key, const struct ip *server, size_t count)
{
	char value[2 * IP_TEXT_BYTES + 2] = "";
	char text[IP_TEXT_BYTES];

	for (size_t i = 0; i < count; i++)
		if (server[i].family != 0)
			append(value, sizeof(value), ip_text(text, &server[i], false));
	if (value[0] != '\0')
		feed(c, key, value);
}

static const struct link_settings *find_link(const struct network_settings *s, const char *name)
{
	static const struct link_settings none;

	for (size_t i = 0; i < LINKS_MAX && s->link[i].name != NULL; i++)
		if (strcmp(s->link[i].name, name) == 0)
			return &s->link[i];
	return &none;
}

static void feed_word(struct config *c, const struct ip_word *w)
{
	const char *name = w->device[0] != '\0' ? w->device : "any";
	const struct link_settings *link = find_link((const void *)c->settings, name);
	char head[32];

	config_begin(c, "command line");
	if (w->off && w->device[0] == '\0')
		feed(c, "[system]\nnetwork", "no");
	if (w->host_name[0] != '\0')
		feed(c, "[system]\nhostname", w->host_name);
	message_put(head, sizeof(head), "[link %s]", name);
	config_feed(c, head, strlen(head));
	config_feed(c, "\n", 1);
	if (w->dhcp || w->off || ip_size(&w->address) == 4)
		feed(c, "dhcp4", w->dhcp ? "yes" : "no");
	feed_replaced(c, "address", link->address, &w->address, true);
	feed_replaced(c, "gateway", link->gateway, &w->gateway, false);
	feed_servers(c, "dns", w->dns, IP_WORD_DNS_MAX);
	feed_servers(c, "ntp", &w->ntp, 1);
	config_finish(c);
}

bool config_ip(struct config *c, const char *word)
{
	char sentence[256];
	struct ip_word w;

	if (strncmp(word, WORD, strlen(WORD)) != 0)
		return false;
	if (ip_word_read(word + strlen(WORD), &w)) {
		feed_word(c, &w);
	} else if (c->verdict != NULL) {
		message_put(sentence, sizeof(sentence),
			    "command line: '%s' is not an " WORD " of the kernel's form", word);
		c->verdict(c->data, sentence);
	}
	return true;
}
