#include "network/dhcp4_packet.h"

#include "network/domain_name.h"
#include "network/ip.h"
#include "network/wire.h"
#include "shared/host_name_valid.h"

#include <string.h>

#define AT_XID	    4
#define AT_SECS	    8
#define AT_CIADDR   12
#define AT_YIADDR   16
#define AT_CHADDR   28
#define AT_SNAME    44
#define AT_FILE	    108
#define AT_MAGIC    236
#define AT_OPTIONS  240
#define LEAST_BYTES 300
#define MAGIC	    0x63825363
#define OP_REQUEST  1
#define OP_REPLY    2
#define ETHERNET    1
#define MAC_BYTES   6
#define IN_FILE	    1
#define IN_SNAME    2
#define LARGEST	    255 /* of what is taken from an option in pieces */
#define OUR_MTU	    1500
#define LEAST_MTU   1280

enum option {
	OPTION_PAD = 0,
	OPTION_MASK = 1,
	OPTION_ROUTER = 3,
	OPTION_DNS = 6,
	OPTION_HOST_NAME = 12,
	OPTION_DOMAIN = 15,
	OPTION_MTU = 26,
	OPTION_NTP = 42,
	OPTION_WANTED = 50,
	OPTION_LEASE = 51,
	OPTION_OVERLOAD = 52,
	OPTION_TYPE = 53,
	OPTION_SERVER = 54,
	OPTION_LIST = 55,
	OPTION_MAX_SIZE = 57,
	OPTION_RENEW = 58,
	OPTION_REBIND = 59,
	OPTION_CLIENT = 61,
	OPTION_ROUTES = 121,
	OPTION_END = 255,
};

/* A server that cannot send all of them sends the first ones; 121 must stand before 3 (RFC 3442). */
static const uint8_t asked_for[] = {
	OPTION_MASK, OPTION_ROUTES, OPTION_ROUTER, OPTION_DNS,	  OPTION_DOMAIN,
	OPTION_MTU,  OPTION_NTP,    OPTION_RENEW,  OPTION_REBIND, OPTION_HOST_NAME,
};

static uint8_t *put_option(uint8_t *at, enum option code, const void *data, size_t len)
{
	at[0] = (uint8_t)code;
	at[1] = (uint8_t)len;
	memcpy(at + 2, data, len);
	return at + 2 + len;
}

static uint8_t *put_address(uint8_t *at, enum option code, uint32_t address)
{
	uint8_t byte[4];

	wire_put32(byte, address);
	return address != 0 ? put_option(at, code, byte, sizeof(byte)) : at;
}

size_t dhcp4_build(uint8_t buf[DHCP4_PACKET_BYTES], const struct dhcp4_query *q)
{
	const uint8_t type = (uint8_t)q->type;
	uint8_t *at = buf + AT_OPTIONS;
	uint8_t client[1 + MAC_BYTES] = {ETHERNET};
	uint8_t largest[2];

	memset(buf, 0, DHCP4_PACKET_BYTES);
	buf[0] = OP_REQUEST;
	buf[1] = ETHERNET;
	buf[2] = MAC_BYTES;
	wire_put32(buf + AT_XID, q->xid);
	wire_put16(buf + AT_SECS, q->secs);
	wire_put32(buf + AT_CIADDR, q->own);
	memcpy(buf + AT_CHADDR, q->mac, MAC_BYTES);
	wire_put32(buf + AT_MAGIC, MAGIC);

	memcpy(client + 1, q->mac, MAC_BYTES);
	wire_put16(largest, OUR_MTU);
	at = put_option(at, OPTION_TYPE, &type, 1);
	at = put_option(at, OPTION_CLIENT, client, sizeof(client));
	at = put_address(at, OPTION_WANTED, q->wanted);
	at = put_address(at, OPTION_SERVER, q->server);
	at = put_option(at, OPTION_MAX_SIZE, largest, sizeof(largest));
	at = put_option(at, OPTION_LIST, asked_for, sizeof(asked_for));
	if (host_name_valid(q->host_name))
		at = put_option(at, OPTION_HOST_NAME, q->host_name, strlen(q->host_name));
	*at++ = OPTION_END;
	return (size_t)(at - buf) < LEAST_BYTES ? LEAST_BYTES : (size_t)(at - buf);
}

/* Options collected from one area; what runs past its end is not there. */
struct collected {
	size_t len;
	uint8_t data[LARGEST];
};

static void collect(struct collected *c, enum option code, const uint8_t *at, size_t len)
{
	size_t size;

	while (len > 0 && *at != OPTION_END) {
		if (*at == OPTION_PAD) {
			at++;
			len--;
			continue;
		}
		if (len < 2 || (size = at[1]) > len - 2)
			return;
		if (*at == code && size <= sizeof(c->data) - c->len) {
			memcpy(c->data + c->len, at + 2, size);
			c->len += size;
		}
		at += 2 + size;
		len -= 2 + size;
	}
}

struct packet {
	const uint8_t *data;
	size_t len;
	uint8_t overload;
};

/* In the order in which RFC 3396 puts the pieces together: options, file, sname. */
static const struct collected *find(const struct packet *p, struct collected *c, enum option code)
{
	c->len = 0;
	collect(c, code, p->data + AT_OPTIONS, p->len - AT_OPTIONS);
	if ((p->overload & IN_FILE) != 0)
		collect(c, code, p->data + AT_FILE, AT_MAGIC - AT_FILE);
	if ((p->overload & IN_SNAME) != 0)
		collect(c, code, p->data + AT_SNAME, AT_FILE - AT_SNAME);
	return c;
}

static uint32_t find_number(const struct packet *p, enum option code, size_t size)
{
	struct collected c;

	if (find(p, &c, code)->len != size)
		return 0;
	if (size == 4)
		return wire_get32(c.data);
	return size == 2 ? wire_get16(c.data) : c.data[0];
}

static bool is_host(uint32_t address)
{
	return address >> 24 != 0 && address >> 24 != 127 && address >> 28 < 14;
}

/* Leaves out what is no address of a host, and what is past the third. */
static void find_servers(const struct packet *p, enum option code,
			 uint32_t ret_server[DHCP4_SERVERS_MAX])
{
	struct collected c;
	size_t count = 0;

	find(p, &c, code);
	for (size_t i = 0; i + 4 <= c.len && count < DHCP4_SERVERS_MAX; i += 4)
		if (is_host(wire_get32(c.data + i)))
			ret_server[count++] = wire_get32(c.data + i);
}

/* Some servers count the NUL behind the text. */
static void find_text(const struct packet *p, enum option code, char *ret_text, size_t size)
{
	struct collected c;

	find(p, &c, code);
	while (c.len > 0 && c.data[c.len - 1] == '\0')
		c.len--;
	if (c.len < size && memchr(c.data, '\0', c.len) == NULL)
		memcpy(ret_text, c.data, c.len);
}

/* RFC 3442: width of the prefix, as many bytes of it as it has, gateway. */
static void find_routes(const struct packet *p, struct dhcp4_lease *l)
{
	struct collected c;
	size_t at = 0;

	find(p, &c, OPTION_ROUTES);
	while (at < c.len && l->routes < DHCP4_ROUTES_MAX) {
		uint8_t prefix = c.data[at++];
		size_t bytes = (prefix + 7U) / 8;
		uint8_t to[4] = {0};

		if (prefix > 32 || c.len - at < bytes + 4)
			break;
		memcpy(to, c.data + at, bytes);
		l->route[l->routes++] = (struct dhcp4_route){
			.to = prefix == 0 ? 0 : wire_get32(to) & ~0U << (32 - prefix),
			.prefix = prefix,
			.via = wire_get32(c.data + at + bytes),
		};
		at += bytes + 4;
	}
	/* The router is void beside these, even if one of them is for another network only. */
	if (c.len > 0)
		return;
	find(p, &c, OPTION_ROUTER);
	if (c.len >= 4 && is_host(wire_get32(c.data)))
		l->route[l->routes++] = (struct dhcp4_route){.via = wire_get32(c.data)};
}

static uint8_t find_prefix(const struct packet *p, uint32_t address)
{
	uint8_t prefix = 0;

	if (ip_mask_prefix(find_number(p, OPTION_MASK, 4), &prefix) && prefix > 0)
		return prefix;
	return ip_class_prefix(address);
}

static bool read_lease(const struct packet *p, struct dhcp4_lease *l)
{
	l->address = wire_get32(p->data + AT_YIADDR);
	l->lease_s = find_number(p, OPTION_LEASE, 4);
	if (!is_host(l->address) || l->lease_s == 0 || l->server == 0)
		return false;
	l->prefix = find_prefix(p, l->address);
	l->renew_s = find_number(p, OPTION_RENEW, 4);
	l->rebind_s = find_number(p, OPTION_REBIND, 4);
	l->mtu = (uint16_t)find_number(p, OPTION_MTU, 2);
	if (l->mtu < LEAST_MTU) /* less would end IPv6 on this link */
		l->mtu = 0;
	find_routes(p, l);
	find_servers(p, OPTION_DNS, l->dns);
	find_servers(p, OPTION_NTP, l->ntp);
	find_text(p, OPTION_DOMAIN, l->domain, sizeof(l->domain));
	if (!domain_name_valid(l->domain))
		l->domain[0] = '\0';
	find_text(p, OPTION_HOST_NAME, l->host_name, sizeof(l->host_name));
	if (!host_name_valid(l->host_name))
		l->host_name[0] = '\0';
	return true;
}

bool dhcp4_parse(const uint8_t *data, size_t len, const struct dhcp4_query *to,
		 enum dhcp4_type *ret_type, struct dhcp4_lease *ret_lease)
{
	struct packet p = {.data = data, .len = len};

	if (len < AT_OPTIONS || data[0] != OP_REPLY || data[1] != ETHERNET ||
	    data[2] != MAC_BYTES || wire_get32(data + AT_XID) != to->xid ||
	    memcmp(data + AT_CHADDR, to->mac, MAC_BYTES) != 0 ||
	    wire_get32(data + AT_MAGIC) != MAGIC)
		return false;
	p.overload = (uint8_t)find_number(&p, OPTION_OVERLOAD, 1);

	memset(ret_lease, 0, sizeof(*ret_lease));
	*ret_type = (enum dhcp4_type)find_number(&p, OPTION_TYPE, 1);
	ret_lease->server = find_number(&p, OPTION_SERVER, 4);
	if (*ret_type == DHCP4_NAK)
		return true;
	return (*ret_type == DHCP4_OFFER || *ret_type == DHCP4_ACK) && read_lease(&p, ret_lease);
}
