#include "network/dhcp6_packet.h"

#include "network/domain_name.h"
#include "network/wire.h"

#include <string.h>

#define HEADER_BYTES 4
#define OPTION_BYTES 4
#define DUID_LL	     3
#define ETHERNET     1
#define MAC_BYTES    6
#define IA_BYTES     12 /* identity, T1, T2 */
#define ADDRESS_FIX  24 /* address, preferred, valid */
#define NETWORK_FIX  25 /* preferred, valid, length, prefix */

enum option {
	OPTION_CLIENT = 1,
	OPTION_SERVER = 2,
	OPTION_IA_NA = 3,
	OPTION_ADDRESS = 5,
	OPTION_LIST = 6,
	OPTION_ELAPSED = 8,
	OPTION_STATUS = 13,
	OPTION_RAPID = 14,
	OPTION_DNS = 23,
	OPTION_SEARCH = 24,
	OPTION_IA_PD = 25,
	OPTION_NETWORK = 26,
	OPTION_SNTP = 31,
	OPTION_REFRESH = 32,
	OPTION_NTP = 56,
};

static const uint8_t asked_for[] = {
	0, OPTION_DNS, 0, OPTION_SEARCH, 0, OPTION_NTP, 0, OPTION_SNTP, 0, OPTION_REFRESH,
};

/* An option's header, whose length counts what is written until option_end. */
static uint8_t *option_begin(uint8_t *at, enum option code)
{
	wire_put16(at, (uint16_t)code);
	return at + OPTION_BYTES;
}

static uint8_t *option_end(uint8_t *begin, uint8_t *at)
{
	wire_put16(begin - 2, (uint16_t)(at - begin));
	return at;
}

static uint8_t *put_bytes(uint8_t *at, const void *data, size_t len)
{
	memcpy(at, data, len);
	return at + len;
}

static uint8_t *put_option(uint8_t *at, enum option code, const void *data, size_t len)
{
	uint8_t *begin = option_begin(at, code);

	return option_end(begin, put_bytes(begin, data, len));
}

/* DUID-LL, RFC 8415, 11.4: the same at every boot without anything being stored. */
static void make_duid(uint8_t duid[4 + MAC_BYTES], const uint8_t *mac)
{
	wire_put16(duid, DUID_LL);
	wire_put16(duid + 2, ETHERNET);
	memcpy(duid + 4, mac, MAC_BYTES);
}

static uint32_t identity(const uint8_t *mac)
{
	return wire_get32(mac + 2);
}

static uint8_t *put_address(uint8_t *at, const struct dhcp6_item *item)
{
	uint8_t *begin = option_begin(at, OPTION_ADDRESS);

	at = put_bytes(begin, item->byte, sizeof(item->byte));
	wire_put32(at, 0);
	wire_put32(at + 4, 0);
	return option_end(begin, at + 8);
}

static uint8_t *put_network(uint8_t *at, const struct dhcp6_item *item)
{
	uint8_t *begin = option_begin(at, OPTION_NETWORK);

	wire_put32(begin, 0);
	wire_put32(begin + 4, 0);
	begin[8] = item->prefix;
	at = put_bytes(begin + 9, item->byte, sizeof(item->byte));
	return option_end(begin, at);
}

static uint8_t *put_ia(uint8_t *at, enum option code, const struct dhcp6_query *q)
{
	uint8_t *begin = option_begin(at, code);
	const struct dhcp6_lease *l = q->lease;

	wire_put32(begin, identity(q->mac));
	wire_put32(begin + 4, 0);
	wire_put32(begin + 8, 0);
	at = begin + IA_BYTES;
	if (code == OPTION_IA_NA && l != NULL && l->address.valid_s != 0)
		at = put_address(at, &l->address);
	if (code == OPTION_IA_PD && l != NULL && l->network.valid_s != 0)
		at = put_network(at, &l->network);
	return option_end(begin, at);
}

size_t dhcp6_build(uint8_t buf[DHCP6_PACKET_BYTES], const struct dhcp6_query *q)
{
	uint8_t duid[4 + MAC_BYTES];
	uint8_t elapsed[2];
	uint8_t *at = buf + HEADER_BYTES;

	wire_put32(buf, (uint32_t)q->type << 24 | q->xid);
	make_duid(duid, q->mac);
	wire_put16(elapsed, q->elapsed_cs);
	at = put_option(at, OPTION_CLIENT, duid, sizeof(duid));
	if (q->type == DHCP6_REQUEST || q->type == DHCP6_RENEW)
		at = put_option(at, OPTION_SERVER, q->lease->server, q->lease->server_len);
	at = put_option(at, OPTION_ELAPSED, elapsed, sizeof(elapsed));
	at = put_option(at, OPTION_LIST, asked_for, sizeof(asked_for));
	if (q->type == DHCP6_SOLICIT)
		at = put_option(at, OPTION_RAPID, "", 0);
	if (q->want_address)
		at = put_ia(at, OPTION_IA_NA, q);
	if (q->want_network)
		at = put_ia(at, OPTION_IA_PD, q);
	return (size_t)(at - buf);
}

struct option_view {
	uint16_t code;
	uint16_t len;
	const uint8_t *data;
};

/* Takes the next option off the front; false at the end, or if it runs past it. */
static bool next_option(const uint8_t **at, size_t *left, struct option_view *ret)
{
	if (*left < OPTION_BYTES)
		return false;
	ret->code = wire_get16(*at);
	ret->len = wire_get16(*at + 2);
	ret->data = *at + OPTION_BYTES;
	if (ret->len > *left - OPTION_BYTES)
		return false;
	*at += OPTION_BYTES + ret->len;
	*left -= OPTION_BYTES + ret->len;
	return true;
}

static void read_address(const struct option_view *o, struct dhcp6_item *item)
{
	if (o->len < ADDRESS_FIX || item->valid_s != 0)
		return;
	memcpy(item->byte, o->data, sizeof(item->byte));
	item->prefix = 128;
	item->preferred_s = wire_get32(o->data + 16);
	item->valid_s = wire_get32(o->data + 20);
}

static void read_network(const struct option_view *o, struct dhcp6_item *item)
{
	if (o->len < NETWORK_FIX || item->valid_s != 0 || o->data[8] == 0 || o->data[8] > 128)
		return;
	item->preferred_s = wire_get32(o->data);
	item->valid_s = wire_get32(o->data + 4);
	item->prefix = o->data[8];
	memcpy(item->byte, o->data + 9, sizeof(item->byte));
}

/* The first address or prefix that holds; an identity that is not ours is none of our business. */
static void read_ia(const struct option_view *ia, const uint8_t *mac, struct dhcp6_item *item)
{
	const uint8_t *at;
	size_t left;
	struct option_view o;

	if (ia->len < IA_BYTES || wire_get32(ia->data) != identity(mac))
		return;
	at = ia->data + IA_BYTES;
	left = (size_t)ia->len - IA_BYTES;
	while (next_option(&at, &left, &o)) {
		if (o.code == OPTION_ADDRESS && ia->code == OPTION_IA_NA)
			read_address(&o, item);
		else if (o.code == OPTION_NETWORK && ia->code == OPTION_IA_PD)
			read_network(&o, item);
		else if (o.code == OPTION_STATUS && o.len >= 2 && wire_get16(o.data) != 0)
			return;
	}
	item->renew_s = wire_get32(ia->data + 4);
	item->rebind_s = wire_get32(ia->data + 8);
	/* RFC 8415, 21.4: such an IA is to be thrown away whole. */
	if (item->preferred_s > item->valid_s ||
	    (item->rebind_s != 0 && item->renew_s > item->rebind_s))
		item->valid_s = 0;
}

static void read_servers(const struct option_view *o, uint8_t server[][16], uint8_t *count)
{
	for (size_t at = 0; at + 16 <= o->len && *count < DHCP6_SERVERS_MAX; at += 16)
		memcpy(server[(*count)++], o->data + at, 16);
}

/* RFC 5908: time sources are options within the option, of which we take the addresses. */
static void read_ntp(const struct option_view *ntp, struct dhcp6_lease *l)
{
	const uint8_t *at = ntp->data;
	size_t left = ntp->len;
	struct option_view o;

	while (next_option(&at, &left, &o))
		if (o.code == 1 && o.len == 16)
			read_servers(&o, l->ntp, &l->ntp_count);
}

struct reader {
	const struct dhcp6_query *to;
	struct dhcp6_lease *lease;
	bool for_us;
	bool rapid;
	bool refused;
};

static void read_option(struct reader *r, const struct option_view *o)
{
	struct dhcp6_lease *l = r->lease;
	uint8_t duid[4 + MAC_BYTES];

	switch (o->code) {
	case OPTION_CLIENT:
		make_duid(duid, r->to->mac);
		r->for_us = o->len == sizeof(duid) && memcmp(o->data, duid, sizeof(duid)) == 0;
		break;
	case OPTION_SERVER:
		if (o->len > 0 && o->len <= sizeof(l->server)) {
			memcpy(l->server, o->data, o->len);
			l->server_len = (uint8_t)o->len;
		}
		break;
	case OPTION_IA_NA:
		if (r->to->want_address)
			read_ia(o, r->to->mac, &l->address);
		break;
	case OPTION_IA_PD:
		if (r->to->want_network)
			read_ia(o, r->to->mac, &l->network);
		break;
	case OPTION_STATUS:
		r->refused = o->len >= 2 && wire_get16(o->data) != 0;
		break;
	case OPTION_RAPID:
		r->rapid = true;
		break;
	case OPTION_DNS:
		read_servers(o, l->dns, &l->dns_count);
		break;
	case OPTION_SEARCH:
		domain_name_list(o->data, o->len, l->search, sizeof(l->search));
		break;
	case OPTION_SNTP:
		read_servers(o, l->ntp, &l->ntp_count);
		break;
	case OPTION_NTP:
		read_ntp(o, l);
		break;
	case OPTION_REFRESH:
		l->refresh_s = o->len == 4 ? wire_get32(o->data) : 0;
		break;
	default:
		break;
	}
}

enum dhcp6_verdict dhcp6_parse(const uint8_t *data, size_t len, const struct dhcp6_query *to,
			       enum dhcp6_type *ret_type, struct dhcp6_lease *ret_lease)
{
	struct reader r = {.to = to, .lease = ret_lease};
	struct option_view o;
	const uint8_t *at;
	size_t left;

	if (len < HEADER_BYTES || (wire_get32(data) & 0xffffff) != to->xid ||
	    (data[0] != DHCP6_ADVERTISE && data[0] != DHCP6_REPLY))
		return DHCP6_FOREIGN;
	memset(ret_lease, 0, sizeof(*ret_lease));
	*ret_type = (enum dhcp6_type)data[0];
	at = data + HEADER_BYTES;
	left = len - HEADER_BYTES;
	while (next_option(&at, &left, &o))
		read_option(&r, &o);

	if (left != 0 || !r.for_us || ret_lease->server_len == 0 ||
	    (to->type == DHCP6_SOLICIT && *ret_type == DHCP6_REPLY && !r.rapid) ||
	    (to->type != DHCP6_SOLICIT && *ret_type == DHCP6_ADVERTISE))
		return DHCP6_FOREIGN;
	if (r.refused)
		return DHCP6_REFUSED;
	if (to->want_address || to->want_network)
		return ret_lease->address.valid_s != 0 || ret_lease->network.valid_s != 0
			       ? DHCP6_GRANTED
			       : DHCP6_REFUSED;
	return DHCP6_GRANTED;
}
