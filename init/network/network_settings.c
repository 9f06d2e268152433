#include "network/network_settings.h"

#include "network/config_ip.h"
#include "network/domain_name.h"
#include "network/ip.h"
#include "network/say.h"
#include "shared/config_files.h"
#include "shared/host_name_valid.h"
#include "shared/message.h"

#include <stddef.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* The kinds of values that only this program has; see struct config_grammar. */
enum kind {
	KIND_ANY_NAME = CONFIG_OWN_NUMBERS, /* whether there is a host name */
	KIND_NETWORKS = CONFIG_OWN_LISTS,   /* 192.0.2.5/24, 2001:db8::5/64 */
	KIND_ADDRESSES,			    /* 192.0.2.1, 2001:db8::1 */
	KIND_DOMAINS,			    /* lab.example */
};

enum section {
	SECTION_SYSTEM,
	SECTION_LINK,
};

/* Of other sections nothing is known here; PID 1 tells what is wrong in them. */
static const struct config_section sections[] = {
	[SECTION_SYSTEM] = {.name = "system",
			    .offset = offsetof(struct network_settings, system),
			    .size = sizeof(struct network_system_settings)},
	[SECTION_LINK] = {.name = "link",
			  .offset = offsetof(struct network_settings, link),
			  .size = sizeof(struct link_settings),
			  .most = LINKS_MAX,
			  .told = true},
};

#define SYSTEM(field) \
	.section = SECTION_SYSTEM, .offset = offsetof(struct network_system_settings, field)
#define LINK(field) .section = SECTION_LINK, .offset = offsetof(struct link_settings, field)

/* In the order of the choices in network_settings.h. */
static const struct {
	char kind[19];
	char dhcp4[12];
	char dhcp6[27];
} choices = {
	.kind = "device|bridge|vlan",
	.dhcp4 = "auto|yes|no",
	.dhcp6 = "auto|stateful|stateless|no",
};

#define CHOICE(list) .kind = CONFIG_CHOICE, .min = offsetof(__typeof__(choices), list)

/* clang-format off */
static const struct config_key keys[] = {
	{"network", SYSTEM(network), .kind = CONFIG_BOOL, .initial = 1},
	{"hostname", SYSTEM(has_a_name), .kind = KIND_ANY_NAME},

	{"kind", LINK(kind), CHOICE(kind)},
	{"device", LINK(device), .kind = CONFIG_NAME},
	{"vlan", LINK(vlan), .kind = CONFIG_NUMBER, .min = 1, .max = 4094},
	{"bridge", LINK(bridge), .kind = CONFIG_NAME},
	{"address", LINK(address), .kind = KIND_NETWORKS},
	{"gateway", LINK(gateway), .kind = KIND_ADDRESSES},
	{"dns", LINK(dns), .kind = KIND_ADDRESSES},
	{"ntp", LINK(ntp), .kind = KIND_ADDRESSES},
	{"search", LINK(search), .kind = KIND_DOMAINS},
	{"dhcp4", LINK(dhcp4), CHOICE(dhcp4)},
	{"dhcp6", LINK(dhcp6), CHOICE(dhcp6)},
	{"accept-ra", LINK(accept_ra), .kind = CONFIG_BOOL, .initial = 1},
	{"request-prefix", LINK(request_prefix), .kind = CONFIG_BOOL},
	{"mtu", LINK(mtu), .kind = CONFIG_NUMBER, .min = 68, .max = 65535},
	{"metric", LINK(metric), .kind = CONFIG_NUMBER, .min = 1, .max = INT32_MAX},
};
/* clang-format on */

static bool read_number(const struct config_key *key, const char *value, int64_t *ret)
{
	(void)key;
	*ret = host_name_valid(value);
	return true;
}

static bool suits(uint8_t kind, const char *word, size_t index)
{
	struct ip ip;

	(void)index;
	if (kind == KIND_DOMAINS)
		return domain_name_valid(word);
	return (kind == KIND_NETWORKS) == (strchr(word, '/') != NULL) && ip_parse(word, &ip);
}

static void put_wanted(const struct config_key *key, char *buf, size_t size)
{
	if (key->kind == KIND_DOMAINS)
		message_put(buf, size, "a domain");
	else
		message_put(buf, size, "an address such as 192.0.2.%s",
			    key->kind == KIND_NETWORKS ? "5/24" : "1");
}

const struct config_grammar network_grammar = {
	.sections = sections,
	.keys = keys,
	.choices = (const char *)&choices,
	.sections_count = COUNT(sections),
	.keys_count = COUNT(keys),
	.number = read_number,
	.suits = suits,
	.wanted = put_wanted,
};

void network_settings_check(struct network_settings *s,
			    void (*verdict)(void *data, const char *sentence), void *data)
{
	struct link_settings *link = s->link;
	char sentence[100];

	for (int i = 0; i < LINKS_MAX && link[i].name != NULL; i++) {
		if (link[i].kind != LINK_VLAN || (link[i].device != NULL && link[i].vlan != 0))
			continue;
		message_put(sentence, sizeof(sentence),
			    "link %s: a vlan needs a device and a number", link[i].name);
		verdict(data, sentence);
		link[i].kind = LINK_DEVICE;
	}
}

static void say_verdict(void *data, const char *sentence)
{
	const bool *said_already = data;

	if (!*said_already)
		say("%s", sentence);
}

static void take_word(struct config *c, const char *word)
{
	if (!config_ip(c, word))
		config_word(c, word);
}

void network_settings_read(struct network_settings *s, bool said_already)
{
	struct config c;

	config_init(&c, &network_grammar, s, &s->text);
	c.verdict = say_verdict;
	c.data = &said_already;
	config_files_read(&c, take_word);
	network_settings_check(s, say_verdict, &said_already);
}
