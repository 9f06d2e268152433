#include "test.h"

#include "network/rtnl.h"

#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <sys/socket.h>

/* Messages as the kernel sends them, put together with the macros of its own headers. */
struct message {
	_Alignas(NLMSG_ALIGNTO) uint8_t data[1024];
};

static struct nlmsghdr *head(struct message *m)
{
	return (struct nlmsghdr *)(void *)m->data;
}

static void begin(struct message *m, uint16_t type, const void *body, size_t len)
{
	memset(m, 0, sizeof(*m));
	head(m)->nlmsg_type = type;
	head(m)->nlmsg_len = (uint32_t)NLMSG_LENGTH(len);
	memcpy(NLMSG_DATA(head(m)), body, len);
}

static size_t add(struct message *m, uint16_t type, const void *data, size_t len)
{
	size_t at = NLMSG_ALIGN(head(m)->nlmsg_len);
	struct rtattr *a = (struct rtattr *)(void *)(m->data + at);

	a->rta_type = type;
	a->rta_len = (uint16_t)RTA_LENGTH(len);
	if (len > 0)
		memcpy(RTA_DATA(a), data, len);
	head(m)->nlmsg_len = (uint32_t)(at + RTA_LENGTH(len));
	return at;
}

static void close_nest(struct message *m, size_t at)
{
	struct rtattr *a = (struct rtattr *)(void *)(m->data + at);

	a->rta_len = (uint16_t)(head(m)->nlmsg_len - at);
}

static enum rtnl_news read_message(struct message *m, struct rtnl_event *e)
{
	return rtnl_read(m->data, head(m)->nlmsg_len, e);
}

static void link_message(struct message *m, unsigned int flags)
{
	const struct ifinfomsg body = {
		.ifi_type = ARPHRD_ETHER, .ifi_index = 7, .ifi_flags = flags};

	begin(m, RTM_NEWLINK, &body, sizeof(body));
	add(m, IFLA_IFNAME, "eth0", 5);
	add(m, IFLA_ADDRESS, "\x52\x54\0\x12\x34\x56", 6);
}

static void link_is_read_whole(void **state)
{
	const uint32_t master = 9;
	struct rtnl_event e;
	struct message m;
	size_t nest;

	(void)state;
	link_message(&m, IFF_UP | 0x10000);
	assert_int_equal(read_message(&m, &e), RTNL_LINK);
	assert_int_equal(e.index, 7);
	assert_string_equal(e.name, "eth0");
	assert_memory_equal(e.mac, "\x52\x54\0\x12\x34\x56", 6);
	assert_true(e.ethernet && e.up && e.carrier);
	assert_false(e.virtual_kind || e.dumped);
	assert_int_equal(e.master, 0);

	head(&m)->nlmsg_flags = NLM_F_MULTI;
	assert_int_equal(read_message(&m, &e), RTNL_LINK);
	assert_true(e.dumped);

	add(&m, IFLA_MASTER, &master, sizeof(master));
	nest = add(&m, IFLA_LINKINFO | NLA_F_NESTED, NULL, 0);
	add(&m, IFLA_INFO_KIND, "tun", 4);
	close_nest(&m, nest);
	assert_int_equal(read_message(&m, &e), RTNL_LINK);
	assert_true(e.virtual_kind);
	assert_int_equal(e.master, 9);
}

static void link_that_is_down_has_no_carrier(void **state)
{
	struct rtnl_event e;
	struct message m;

	(void)state;
	link_message(&m, 0x10000);
	assert_int_equal(read_message(&m, &e), RTNL_LINK);
	assert_false(e.up || e.carrier);
	link_message(&m, IFF_UP);
	assert_int_equal(read_message(&m, &e), RTNL_LINK);
	assert_true(e.up);
	assert_false(e.carrier);
}

/* A bridge tells of its ports by messages of the same type; its loss of a port is not the link's. */
static void news_of_a_bridge_about_its_port_are_no_news(void **state)
{
	const struct ifinfomsg body = {.ifi_family = AF_BRIDGE, .ifi_index = 7};
	struct rtnl_event e;
	struct message m;

	(void)state;
	begin(&m, RTM_DELLINK, &body, sizeof(body));
	add(&m, IFLA_IFNAME, "eth0", 5);
	assert_int_equal(read_message(&m, &e), RTNL_OTHER);
}

static void flags_of_router_advertisements_are_read(void **state)
{
	const struct ifinfomsg body = {.ifi_family = AF_INET6, .ifi_index = 3};
	const uint32_t flags = 0x80 | 0x20;
	struct rtnl_event e;
	struct message m;
	size_t nest;

	(void)state;
	begin(&m, RTM_NEWLINK, &body, sizeof(body));
	add(&m, IFLA_IFNAME, "eth0", 5);
	nest = add(&m, IFLA_PROTINFO, NULL, 0);
	add(&m, IFLA_INET6_FLAGS, &flags, sizeof(flags));
	close_nest(&m, nest);
	assert_int_equal(read_message(&m, &e), RTNL_RA_FLAGS);
	assert_int_equal(e.index, 3);
	assert_int_equal(e.ra_flags, RTNL_RA_OTHER);
}

static void address_message(struct message *m, uint16_t type, uint32_t flags)
{
	const struct ifaddrmsg body = {.ifa_family = AF_INET6, .ifa_prefixlen = 64, .ifa_index = 3};

	begin(m, type, &body, sizeof(body));
	add(m, IFA_ADDRESS, "\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x05", 16);
	add(m, IFA_FLAGS, &flags, sizeof(flags));
}

static void address_counts_when_it_can_be_used(void **state)
{
	char text[IP_TEXT_BYTES];
	struct rtnl_event e;
	struct message m;

	(void)state;
	address_message(&m, RTM_NEWADDR, IFA_F_MANAGETEMPADDR);
	assert_int_equal(read_message(&m, &e), RTNL_ADDRESS);
	assert_string_equal(ip_text(text, &e.ip, true), "2001:db8::5/64");
	address_message(&m, RTM_NEWADDR, IFA_F_TENTATIVE);
	assert_int_equal(read_message(&m, &e), RTNL_OTHER);
	address_message(&m, RTM_NEWADDR, IFA_F_DADFAILED);
	assert_int_equal(read_message(&m, &e), RTNL_OTHER);
	address_message(&m, RTM_DELADDR, IFA_F_TENTATIVE);
	assert_int_equal(read_message(&m, &e), RTNL_ADDRESS_GONE);
}

static void nd_options_lie_within_the_message(void **state)
{
	struct nduseroptmsg body = {.nduseropt_family = AF_INET6,
				    .nduseropt_opts_len = 8,
				    .nduseropt_ifindex = 3,
				    .nduseropt_icmp_type = 134};
	uint8_t data[sizeof(body) + 8] = {0};
	struct rtnl_event e;
	struct message m;

	(void)state;
	memcpy(data, &body, sizeof(body));
	begin(&m, RTM_NEWNDUSEROPT, data, sizeof(data));
	assert_int_equal(read_message(&m, &e), RTNL_ND_OPTIONS);
	assert_int_equal(e.options_len, 8);
	assert_ptr_equal(e.options, m.data + NLMSG_HDRLEN + sizeof(body));
	body.nduseropt_opts_len = 9;
	memcpy(data, &body, sizeof(body));
	begin(&m, RTM_NEWNDUSEROPT, data, sizeof(data));
	assert_int_equal(read_message(&m, &e), RTNL_OTHER);
}

static void cut_messages_are_safe(void **state)
{
	struct rtnl_event e;
	struct message m;

	(void)state;
	link_message(&m, IFF_UP);
	for (size_t len = 0; len < head(&m)->nlmsg_len; len++) {
		uint8_t exact[sizeof(m.data)];

		memcpy(exact + sizeof(exact) - len, m.data, len);
		rtnl_read(exact + sizeof(exact) - len, len, &e);
	}
}

static const struct rtattr *attribute(const struct rtnl *m, size_t body, int type)
{
	size_t at = NLMSG_SPACE(body);

	while (at < m->len) {
		const struct rtattr *a = (const struct rtattr *)(const void *)(m->data + at);

		assert_true(a->rta_len >= RTA_LENGTH(0) && a->rta_len <= m->len - at);
		if (a->rta_type == type)
			return a;
		at += RTA_ALIGN(a->rta_len);
	}
	return NULL;
}

static void composed_messages_read_back_by_the_kernels_macros(void **state)
{
	struct rtnl_route r = {.index = 4, .metric = 1004, .protocol = RTPROT_DHCP};
	struct rtnl_address a = {.index = 4, .preferred_s = 10, .valid_s = 20};
	const struct nlmsghdr *h;
	const struct rtattr *at;
	struct rtnl m;

	(void)state;
	assert_true(ip_parse("192.0.2.50/24", &a.ip));
	rtnl_address(&m, &a, true);
	h = (const struct nlmsghdr *)(const void *)m.data;
	assert_int_equal(h->nlmsg_len, m.len);
	assert_int_equal(h->nlmsg_type, RTM_NEWADDR);
	at = attribute(&m, sizeof(struct ifaddrmsg), IFA_BROADCAST);
	assert_non_null(at);
	assert_memory_equal(RTA_DATA(at), "\xc0\0\x02\xff", 4);
	at = attribute(&m, sizeof(struct ifaddrmsg), IFA_CACHEINFO);
	assert_non_null(at);
	assert_int_equal(((const struct ifa_cacheinfo *)RTA_DATA(at))->ifa_valid, 20);

	assert_true(ip_parse("0.0.0.0/0", &r.to));
	assert_true(ip_parse("192.0.2.1", &r.via));
	rtnl_route(&m, &r);
	assert_null(attribute(&m, sizeof(struct rtmsg), RTA_DST));
	at = attribute(&m, sizeof(struct rtmsg), RTA_GATEWAY);
	assert_non_null(at);
	assert_memory_equal(RTA_DATA(at), "\xc0\0\x02\x01", 4);

	rtnl_link_new(&m, "uplink.4094-long", 4, 4094);
	assert_true(m.len <= sizeof(m.data));
	at = attribute(&m, sizeof(struct ifinfomsg), IFLA_LINKINFO);
	assert_non_null(at);
	assert_int_equal((const uint8_t *)at + at->rta_len - m.data, m.len);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(link_is_read_whole),
		cmocka_unit_test(link_that_is_down_has_no_carrier),
		cmocka_unit_test(news_of_a_bridge_about_its_port_are_no_news),
		cmocka_unit_test(flags_of_router_advertisements_are_read),
		cmocka_unit_test(address_counts_when_it_can_be_used),
		cmocka_unit_test(nd_options_lie_within_the_message),
		cmocka_unit_test(cut_messages_are_safe),
		cmocka_unit_test(composed_messages_read_back_by_the_kernels_macros),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
