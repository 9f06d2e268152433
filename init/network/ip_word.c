#include "network/ip_word.h"

#include "shared/host_name_valid.h"
#include "shared/words.h"

#include <string.h>

enum field {
	FIELD_CLIENT,
	FIELD_SERVER,
	FIELD_GATEWAY,
	FIELD_NETMASK,
	FIELD_HOST_NAME,
	FIELD_DEVICE,
	FIELD_AUTOCONF,
	FIELD_DNS,
	FIELD_DNS_SECOND,
	FIELD_NTP,
	FIELDS,
};

/* Takes the text up to the next colon that is not in brackets, without the brackets. */
static bool next_field(const char **text, char ret_field[IP_WORD_FIELD_BYTES + 1])
{
	const char *at = *text;
	size_t len;

	if (*at == '[') {
		len = strcspn(++at, "]");
		if (at[len] != ']' || (at[len + 1] != ':' && at[len + 1] != '\0'))
			return false;
		*text = at + len + 1;
	} else {
		len = strcspn(at, ":");
		*text = at + len;
	}
	if (len > IP_WORD_FIELD_BYTES)
		return false;
	memcpy(ret_field, at, len);
	ret_field[len] = '\0';
	if (**text == ':')
		(*text)++;
	return true;
}

static bool read_address(const char *field, struct ip *ret)
{
	return *field == '\0' || (strchr(field, '/') == NULL && ip_parse(field, ret));
}

/* Without a mask, the class of an IPv4 address tells it, as the kernel has it. */
static bool read_mask(const char *field, struct ip *address)
{
	struct ip mask;
	uint32_t prefix;

	if (address->family == 0)
		return *field == '\0';
	if (*field == '\0') {
		if (address->family != ip_from4(0, 0).family)
			address->prefix = 64;
		else
			address->prefix = ip_class_prefix(ip_to4(address));
		return true;
	}
	if (ip_number(field, ip_prefix_max(address), &prefix)) {
		address->prefix = (uint8_t)prefix;
		return true;
	}
	return ip_size(address) == 4 && ip_parse(field, &mask) && ip_size(&mask) == 4 &&
	       ip_mask_prefix(ip_to4(&mask), &address->prefix);
}

static bool read_autoconf(const char *field, struct ip_word *w)
{
	static const char off[] = "off none";
	static const char on[] = "on any dhcp both";

	if (*field == '\0') {
		w->dhcp = w->address.family == 0;
		return true;
	}
	if (words_has(off, field)) {
		w->off = w->address.family == 0;
		return true;
	}
	w->dhcp = w->address.family == 0;
	return words_has(on, field);
}

static bool read_field(enum field number, const char *field, struct ip_word *w)
{
	struct ip unused;
	size_t len = strlen(field);

	switch (number) {
	case FIELD_CLIENT:
		return read_address(field, &w->address);
	case FIELD_SERVER:
		return read_address(field, &unused);
	case FIELD_GATEWAY:
		return read_address(field, &w->gateway);
	case FIELD_NETMASK:
		return read_mask(field, &w->address);
	case FIELD_HOST_NAME:
		memcpy(w->host_name, field, len + 1);
		return len == 0 || host_name_valid(field);
	case FIELD_DEVICE:
		if (len >= sizeof(w->device))
			return false;
		memcpy(w->device, field, len + 1);
		return true;
	case FIELD_AUTOCONF:
		return read_autoconf(field, w);
	case FIELD_DNS:
	case FIELD_DNS_SECOND:
		return read_address(field, &w->dns[number - FIELD_DNS]);
	case FIELD_NTP:
		return read_address(field, &w->ntp);
	default:
		return false;
	}
}

bool ip_word_read(const char *value, struct ip_word *ret)
{
	char field[IP_WORD_FIELD_BYTES + 1];

	memset(ret, 0, sizeof(*ret));
	if (strchr(value, ':') == NULL && read_autoconf(value, ret))
		return *value != '\0';
	/* Fields that are left out at the end are read as empty ones. */
	for (int i = 0; i < FIELDS; i++)
		if (!next_field(&value, field) || !read_field((enum field)i, field, ret))
			return false;
	return *value == '\0' && (ret->gateway.family == 0 || ret->address.family == 0 ||
				  ret->gateway.family == ret->address.family);
}
