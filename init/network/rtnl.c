#include "network/rtnl.h"

#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <string.h>
#include <sys/socket.h>

#define ALIGN(len) (((len) + 3) & ~(size_t)3)
#define LOWER_UP   0x10000 /* IFF_LOWER_UP, which net/if.h does not have */
#define ICMP_RA	   134
#define RA_MANAGED 0x40 /* IF_RA_MANAGED of the kernel's include/net/if_inet6.h */
#define RA_OTHER   0x80
#define IS_ACTION  (NLM_F_REQUEST | NLM_F_ACK)
#define IS_NEW	   (IS_ACTION | NLM_F_CREATE | NLM_F_REPLACE)

static void begin(struct rtnl *m, int type, int flags, const void *body, size_t len)
{
	const struct nlmsghdr head = {.nlmsg_type = (uint16_t)type, .nlmsg_flags = (uint16_t)flags};

	memset(m, 0, sizeof(*m));
	memcpy(m->data, &head, sizeof(head));
	memcpy(m->data + NLMSG_HDRLEN, body, len);
	m->len = NLMSG_HDRLEN + ALIGN(len);
}

/* Returns where the attribute stands. No message here comes near the size of the buffer. */
static size_t put(struct rtnl *m, int type, const void *data, size_t len)
{
	const struct rtattr head = {
		.rta_len = (uint16_t)(RTA_LENGTH(0) + len),
		.rta_type = (uint16_t)type,
	};
	size_t at = m->len;

	memcpy(m->data + at, &head, sizeof(head));
	if (len > 0)
		memcpy(m->data + at + RTA_LENGTH(0), data, len);
	m->len += ALIGN(RTA_LENGTH(0) + len);
	return at;
}

static void put_number(struct rtnl *m, int type, uint32_t number)
{
	put(m, type, &number, sizeof(number));
}

static void put_text(struct rtnl *m, int type, const char *text)
{
	put(m, type, text, strlen(text) + 1);
}

static void put_ip(struct rtnl *m, int type, const struct ip *ip)
{
	if (ip->family != 0)
		put(m, type, ip->byte, ip_size(ip));
}

/* An attribute that holds those put since then. */
static void nest_end(struct rtnl *m, size_t at)
{
	uint16_t len = (uint16_t)(m->len - at);

	memcpy(m->data + at, &len, sizeof(len));
}

static void finish(struct rtnl *m)
{
	uint32_t len = (uint32_t)m->len;

	memcpy(m->data, &len, sizeof(len));
}

void rtnl_dump(struct rtnl *m, uint16_t type)
{
	const struct ifinfomsg body = {.ifi_family = AF_UNSPEC};

	begin(m, type, NLM_F_REQUEST | NLM_F_DUMP, &body, sizeof(body));
	finish(m);
}

void rtnl_link(struct rtnl *m, const struct rtnl_link_change *change)
{
	const struct ifinfomsg body = {
		.ifi_index = change->index,
		.ifi_flags = change->up ? IFF_UP : 0,
		.ifi_change = change->up ? IFF_UP : 0,
	};

	begin(m, RTM_NEWLINK, IS_ACTION, &body, sizeof(body));
	if (change->mtu != 0)
		put_number(m, IFLA_MTU, change->mtu);
	if (change->mac != NULL)
		put(m, IFLA_ADDRESS, change->mac, RTNL_MAC_BYTES);
	if (change->master != 0)
		put_number(m, IFLA_MASTER, (uint32_t)change->master);
	finish(m);
}

/* A bridge without a spanning tree would still be silent for its 15 seconds of delay. */
void rtnl_link_new(struct rtnl *m, const char *name, int lower, uint16_t vlan)
{
	const struct ifinfomsg body = {.ifi_family = AF_UNSPEC};
	size_t info;
	size_t data;

	begin(m, RTM_NEWLINK, IS_ACTION | NLM_F_CREATE | NLM_F_EXCL, &body, sizeof(body));
	put_text(m, IFLA_IFNAME, name);
	if (lower != 0)
		put_number(m, IFLA_LINK, (uint32_t)lower);
	info = put(m, IFLA_LINKINFO, NULL, 0);
	put_text(m, IFLA_INFO_KIND, lower != 0 ? "vlan" : "bridge");
	data = put(m, IFLA_INFO_DATA, NULL, 0);
	if (lower != 0)
		put(m, IFLA_VLAN_ID, &vlan, sizeof(vlan));
	else
		put_number(m, IFLA_BR_FORWARD_DELAY, 0);
	nest_end(m, data);
	nest_end(m, info);
	finish(m);
}

void rtnl_address(struct rtnl *m, const struct rtnl_address *a, bool add)
{
	const struct ifaddrmsg body = {
		.ifa_family = a->ip.family,
		.ifa_prefixlen = a->ip.prefix,
		.ifa_index = (unsigned int)a->index,
	};
	const struct ifa_cacheinfo times = {
		.ifa_prefered = a->preferred_s,
		.ifa_valid = a->valid_s,
	};
	struct ip all = a->ip;

	begin(m, add ? RTM_NEWADDR : RTM_DELADDR, add ? IS_NEW : IS_ACTION, &body, sizeof(body));
	put_ip(m, IFA_LOCAL, &a->ip);
	if (add) {
		put_ip(m, IFA_ADDRESS, &a->ip);
		if (all.family == AF_INET && all.prefix < 31) {
			all = ip_from4(ip_to4(&all) | ~0U >> all.prefix, 32);
			put_ip(m, IFA_BROADCAST, &all);
		}
		if (a->no_route)
			put_number(m, IFA_FLAGS, IFA_F_NOPREFIXROUTE);
		put(m, IFA_CACHEINFO, &times, sizeof(times));
	}
	finish(m);
}

/*
 * A gateway need not be in a network of the link: with a /32 lease it never is. ONLINK says that
 * the link reaches it all the same.
 */
void rtnl_route(struct rtnl *m, const struct rtnl_route *r)
{
	const struct rtmsg body = {
		.rtm_family = r->to.family,
		.rtm_dst_len = r->to.prefix,
		.rtm_table = RT_TABLE_MAIN,
		.rtm_protocol = r->protocol,
		.rtm_scope = r->via.family != 0 ? RT_SCOPE_UNIVERSE : RT_SCOPE_LINK,
		.rtm_type = RTN_UNICAST,
		.rtm_flags = r->via.family != 0 ? RTNH_F_ONLINK : 0,
	};

	begin(m, RTM_NEWROUTE, IS_NEW, &body, sizeof(body));
	if (r->to.prefix > 0)
		put_ip(m, RTA_DST, &r->to);
	put_ip(m, RTA_GATEWAY, &r->via);
	put_ip(m, RTA_PREFSRC, &r->source);
	put_number(m, RTA_OIF, (uint32_t)r->index);
	put_number(m, RTA_PRIORITY, r->metric);
	finish(m);
}

struct attribute {
	uint16_t type;
	size_t len;
	const uint8_t *data;
};

static bool next_attribute(const uint8_t **at, size_t *left, struct attribute *ret)
{
	struct rtattr head;
	size_t whole;

	if (*left < sizeof(head))
		return false;
	memcpy(&head, *at, sizeof(head));
	if (head.rta_len < RTA_LENGTH(0) || head.rta_len > *left)
		return false;
	ret->type = head.rta_type & 0x3fff; /* without the flags of NLA_TYPE_MASK */
	ret->len = head.rta_len - RTA_LENGTH(0);
	ret->data = *at + RTA_LENGTH(0);
	whole = ALIGN(head.rta_len);
	if (whole > *left)
		whole = *left;
	*at += whole;
	*left -= whole;
	return true;
}

/* The attribute of that type among those in data, or NULL. */
static const struct attribute *find(const uint8_t *data, size_t len, int type,
				    struct attribute *ret)
{
	while (next_attribute(&data, &len, ret))
		if (ret->type == type)
			return ret;
	return NULL;
}

static uint32_t number_of(const struct attribute *a)
{
	uint32_t number = 0;

	if (a->len >= sizeof(number))
		memcpy(&number, a->data, sizeof(number));
	return number;
}

static enum rtnl_news read_ra_flags(const uint8_t *data, size_t len, struct rtnl_event *e)
{
	struct attribute a;
	struct attribute in;
	uint32_t flags;

	if (find(data, len, IFLA_PROTINFO, &a) == NULL ||
	    find(a.data, a.len, IFLA_INET6_FLAGS, &in) == NULL)
		return RTNL_OTHER;
	flags = number_of(&in);
	e->ra_flags = (uint8_t)(((flags & RA_MANAGED) != 0 ? RTNL_RA_MANAGED : 0) |
				((flags & RA_OTHER) != 0 ? RTNL_RA_OTHER : 0));
	return RTNL_RA_FLAGS;
}

static void read_link_attribute(const struct attribute *a, struct rtnl_event *e)
{
	struct attribute in;

	switch (a->type) {
	case IFLA_IFNAME:
		if (a->len > 0 && a->len <= sizeof(e->name) && a->data[a->len - 1] == '\0')
			memcpy(e->name, a->data, a->len);
		break;
	case IFLA_ADDRESS:
		if (a->len == sizeof(e->mac))
			memcpy(e->mac, a->data, a->len);
		break;
	case IFLA_MASTER:
		e->master = (int)number_of(a);
		break;
	case IFLA_LINKINFO:
		e->virtual_kind = find(a->data, a->len, IFLA_INFO_KIND, &in) != NULL;
		break;
	default:
		break;
	}
}

/* Bridges tell the ports they gain and lose by the same messages, of a family of their own. */
static enum rtnl_news read_link(const uint8_t *data, size_t len, bool gone, struct rtnl_event *e)
{
	struct ifinfomsg body;
	struct attribute a;

	if (len < sizeof(body))
		return RTNL_OTHER;
	memcpy(&body, data, sizeof(body));
	data += sizeof(body);
	len -= sizeof(body);
	e->index = body.ifi_index;
	if (body.ifi_family == AF_INET6)
		return gone ? RTNL_OTHER : read_ra_flags(data, len, e);
	if (body.ifi_family != AF_UNSPEC)
		return RTNL_OTHER;
	if (gone)
		return RTNL_LINK_GONE;
	e->ethernet = body.ifi_type == ARPHRD_ETHER;
	e->up = (body.ifi_flags & IFF_UP) != 0;
	e->carrier = e->up && (body.ifi_flags & LOWER_UP) != 0;
	while (next_attribute(&data, &len, &a))
		read_link_attribute(&a, e);
	return e->name[0] != '\0' ? RTNL_LINK : RTNL_OTHER;
}

static enum rtnl_news read_address(const uint8_t *data, size_t len, bool gone, struct rtnl_event *e)
{
	struct ifaddrmsg body;
	struct attribute a;
	uint32_t flags;

	if (len < sizeof(body))
		return RTNL_OTHER;
	memcpy(&body, data, sizeof(body));
	if (body.ifa_family != AF_INET6 || body.ifa_scope != RT_SCOPE_UNIVERSE)
		return RTNL_OTHER;
	flags = body.ifa_flags;
	data += sizeof(body);
	len -= sizeof(body);
	if (find(data, len, IFA_FLAGS, &a) != NULL)
		flags = number_of(&a);
	if (find(data, len, IFA_ADDRESS, &a) == NULL || a.len != 16 ||
	    (!gone && (flags & (IFA_F_TENTATIVE | IFA_F_DADFAILED)) != 0))
		return RTNL_OTHER;
	e->index = (int)body.ifa_index;
	e->ip = ip_from6(a.data, body.ifa_prefixlen);
	return gone ? RTNL_ADDRESS_GONE : RTNL_ADDRESS;
}

static enum rtnl_news read_nd_options(const uint8_t *data, size_t len, struct rtnl_event *e)
{
	struct nduseroptmsg body;

	if (len < sizeof(body))
		return RTNL_OTHER;
	memcpy(&body, data, sizeof(body));
	if (body.nduseropt_family != AF_INET6 || body.nduseropt_icmp_type != ICMP_RA ||
	    body.nduseropt_opts_len > len - sizeof(body))
		return RTNL_OTHER;
	e->index = body.nduseropt_ifindex;
	e->options = data + sizeof(body);
	e->options_len = body.nduseropt_opts_len;
	return RTNL_ND_OPTIONS;
}

enum rtnl_news rtnl_read(const void *message, size_t len, struct rtnl_event *ret)
{
	struct nlmsghdr head;
	const uint8_t *body;

	memset(ret, 0, sizeof(*ret));
	if (len < sizeof(head))
		return RTNL_OTHER;
	memcpy(&head, message, sizeof(head));
	body = (const uint8_t *)message + sizeof(head);
	len -= sizeof(head);
	ret->dumped = (head.nlmsg_flags & NLM_F_MULTI) != 0;
	switch (head.nlmsg_type) {
	case RTM_NEWLINK:
	case RTM_DELLINK:
		return read_link(body, len, head.nlmsg_type == RTM_DELLINK, ret);
	case RTM_NEWADDR:
	case RTM_DELADDR:
		return read_address(body, len, head.nlmsg_type == RTM_DELADDR, ret);
	case RTM_NEWNDUSEROPT:
		return read_nd_options(body, len, ret);
	case NLMSG_DONE:
		return RTNL_DUMP_END;
	default:
		return RTNL_OTHER;
	}
}
