#include "network/ip.h"

#include "network/wire.h"
#include "shared/message.h"

#include <arpa/inet.h>
#include <string.h>

#define GROUPS 8

size_t ip_size(const struct ip *ip)
{
	if (ip->family == AF_INET)
		return 4;
	return ip->family == AF_INET6 ? 16 : 0;
}

uint8_t ip_prefix_max(const struct ip *ip)
{
	return (uint8_t)(ip_size(ip) * 8);
}

bool ip_equal(const struct ip *a, const struct ip *b)
{
	return a->family == b->family && memcmp(a->byte, b->byte, ip_size(a)) == 0;
}

bool ip_same_network(const struct ip *net, const struct ip *other)
{
	size_t whole = net->prefix / 8;
	unsigned int rest = net->prefix % 8;

	if (net->family != other->family || memcmp(net->byte, other->byte, whole) != 0)
		return false;
	return rest == 0 || (net->byte[whole] ^ other->byte[whole]) >> (8 - rest) == 0;
}

struct ip ip_from4(uint32_t address, uint8_t prefix)
{
	struct ip ip = {.family = AF_INET, .prefix = prefix};

	wire_put32(ip.byte, address);
	return ip;
}

struct ip ip_from6(const uint8_t byte[16], uint8_t prefix)
{
	struct ip ip = {.family = AF_INET6, .prefix = prefix};

	memcpy(ip.byte, byte, sizeof(ip.byte));
	return ip;
}

uint32_t ip_to4(const struct ip *ip)
{
	return wire_get32(ip->byte);
}

bool ip_mask_prefix(uint32_t mask, uint8_t *ret_prefix)
{
	uint8_t prefix = 0;

	while (prefix < 32 && (mask & 0x80000000U >> prefix) != 0)
		prefix++;
	if (prefix < 32 && mask << prefix != 0)
		return false;
	*ret_prefix = prefix;
	return true;
}

uint8_t ip_class_prefix(uint32_t address)
{
	if (address >> 31 == 0)
		return 8;
	return address >> 30 == 2 ? 16 : 24;
}

bool ip_number(const char *text, uint32_t max, uint32_t *ret_number)
{
	uint64_t number = 0;

	if (*text == '\0')
		return false;
	for (; *text != '\0'; text++) {
		if (*text < '0' || *text > '9')
			return false;
		number = number * 10 + (uint64_t)(*text - '0');
		if (number > max)
			return false;
	}
	*ret_number = (uint32_t)number;
	return true;
}

bool ip_parse(const char *text, struct ip *ret_ip)
{
	char address[IP_TEXT_BYTES];
	struct ip ip = {.family = strchr(text, ':') != NULL ? AF_INET6 : AF_INET};
	size_t len = strcspn(text, "/");
	uint32_t prefix = ip_prefix_max(&ip);

	if (len >= sizeof(address))
		return false;
	memcpy(address, text, len);
	address[len] = '\0';
	if (inet_pton(ip.family, address, ip.byte) != 1)
		return false;
	if (text[len] == '/' && !ip_number(text + len + 1, prefix, &prefix))
		return false;
	ip.prefix = (uint8_t)prefix;
	*ret_ip = ip;
	return true;
}

static char *put_hex(char *at, uint16_t group)
{
	bool begun = false;

	for (int shift = 12; shift >= 0; shift -= 4) {
		unsigned int digit = group >> shift & 15;

		begun = begun || digit != 0 || shift == 0;
		if (begun)
			*at++ = "0123456789abcdef"[digit];
	}
	return at;
}

/* The first of the longest runs of zero groups, if it has more than one of them. */
static int zero_run(const struct ip *ip, int *ret_len)
{
	int best = -1;
	int best_len = 1;
	int len = 0;

	for (int i = 0; i < GROUPS; i++) {
		len = wire_get16(ip->byte + 2 * (size_t)i) == 0 ? len + 1 : 0;
		if (len > best_len) {
			best_len = len;
			best = i + 1 - len;
		}
	}
	*ret_len = best_len;
	return best;
}

static void put_ip6(char *at, const struct ip *ip)
{
	int len;
	int run = zero_run(ip, &len);

	for (int i = 0; i < GROUPS; i++) {
		if (i == run) {
			*at++ = ':';
			i += len - 1;
			if (i == GROUPS - 1)
				*at++ = ':';
			continue;
		}
		if (i > 0)
			*at++ = ':';
		at = put_hex(at, wire_get16(ip->byte + 2 * (size_t)i));
	}
	*at = '\0';
}

const char *ip_text(char buf[IP_TEXT_BYTES], const struct ip *ip, bool with_prefix)
{
	size_t len;

	if (ip->family == AF_INET6)
		put_ip6(buf, ip);
	else
		message_put(buf, IP_TEXT_BYTES, "%d.%d.%d.%d", ip->byte[0], ip->byte[1],
			    ip->byte[2], ip->byte[3]);
	len = strlen(buf);
	if (with_prefix)
		message_put(buf + len, IP_TEXT_BYTES - len, "/%d", ip->prefix);
	return buf;
}
