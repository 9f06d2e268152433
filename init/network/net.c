#include "network/net.h"

#include "network/jitter.h"
#include "network/say.h"

#include <errno.h>
#include <linux/rtnetlink.h>
#include <poll.h>
#include <string.h>
#include <sys/random.h>
#include <sys/utsname.h>
#include <unistd.h>

#define ANY_LINK "any"

static const struct link_settings by_default = {.name = ANY_LINK, .accept_ra = 1};

static struct link *find(struct net *net, int index)
{
	for (size_t i = 0; i < NET_LINKS_MAX; i++)
		if (net->link[i].index == index)
			return &net->link[i];
	return NULL;
}

static const struct link_settings *find_plan(const struct net *net, const char *name)
{
	const struct link_settings *plan = net->settings->link;

	for (size_t i = 0; i < LINKS_MAX && plan[i].name != NULL; i++)
		if (strcmp(plan[i].name, name) == 0)
			return &plan[i];
	return NULL;
}

/*
 * An interface that software has made, as those of virtual machines, and one that is a port of a
 * bridge are left alone unless they have a section of their own. Static addresses for any interface
 * are for the first only.
 */
static const struct link_settings *choose_plan(const struct net *net, const struct rtnl_event *e)
{
	const struct link_settings *plan = find_plan(net, e->name);

	if (plan != NULL)
		return plan;
	if (!e->ethernet || e->virtual_kind || e->master != 0 || net->settings->system.network == 0)
		return NULL;
	plan = find_plan(net, ANY_LINK);
	if (plan == NULL)
		return &by_default;
	for (size_t i = 0; plan->address != NULL && i < NET_LINKS_MAX; i++)
		if (net->link[i].plan == plan)
			return NULL;
	return plan;
}

/* VLANs appear as links of their own, whose news bring them here again. */
static void make_vlans(struct net *net, const struct rtnl_event *lower)
{
	const struct link_settings *plan = net->settings->link;
	struct rtnl m;
	int error;

	for (size_t i = 0; i < LINKS_MAX && plan[i].name != NULL; i++) {
		if (plan[i].kind != LINK_VLAN || plan[i].device == NULL ||
		    strcmp(plan[i].device, lower->name) != 0)
			continue;
		rtnl_link_new(&m, plan[i].name, lower->index, (uint16_t)plan[i].vlan);
		error = netlink_do(&net->netlink, &m);
		if (error != 0 && error != EEXIST)
			say("%s: cannot make the VLAN: %s", plan[i].name, strerror(error));
	}
}

static void make_bridges(struct net *net)
{
	const struct link_settings *plan = net->settings->link;
	struct rtnl m;
	int error;

	for (size_t i = 0; i < LINKS_MAX && plan[i].name != NULL; i++) {
		if (plan[i].kind != LINK_BRIDGE)
			continue;
		rtnl_link_new(&m, plan[i].name, 0, 0);
		error = netlink_do(&net->netlink, &m);
		if (error != 0 && error != EEXIST)
			say("%s: cannot make the bridge: %s", plan[i].name, strerror(error));
	}
}

static void on_new(struct net *net, const struct rtnl_event *e)
{
	const struct link_settings *plan = choose_plan(net, e);
	struct link *k = plan != NULL ? find(net, 0) : NULL;

	if (plan != NULL && k == NULL)
		say("%s: left alone: %d interfaces are the most", e->name, NET_LINKS_MAX);
	if (k != NULL)
		link_take(k, net, plan, e);
	if (k != NULL)
		make_vlans(net, e);
}

/*
 * Under a new name it may have a section of its own; else it goes on as it was. News may overtake
 * what a dump says of the same link, which is old then.
 */
static void on_link(struct net *net, const struct rtnl_event *e)
{
	struct link *k = find(net, e->index);

	if (k != NULL && k->present && e->dumped)
		return;
	if (k == NULL) {
		on_new(net, e);
		return;
	}
	if (strcmp(k->name, e->name) != 0) {
		const struct link_settings *plan = find_plan(net, e->name);

		say("%s: is now called %s", k->name, e->name);
		net_report_gone(k->name);
		memcpy(k->name, e->name, sizeof(k->name));
		if (plan != NULL && plan != k->plan) {
			link_release(k);
			link_take(k, net, plan, e);
			return;
		}
		net_report_link(k);
	}
	link_update(k, e);
}

static void on_gone(struct net *net, int index)
{
	struct link *k = find(net, index);

	if (k == NULL)
		return;
	say("%s: is gone", k->name);
	link_release(k);
}

/* A dump that was made before may show it again: only the next one is to be believed. */
static void on_gone_now(struct net *net, int index)
{
	if (net->dumping == RTM_GETLINK)
		net->lost = true;
	on_gone(net, index);
}

static void on_address(struct link *k, const struct rtnl_event *e, bool gone)
{
	const struct dhcp6_lease *l = &k->dhcp6.lease;
	const char *list = k->plan->address;
	char text[IP_TEXT_BYTES];
	struct ip ip;

	if (gone && ip_equal(&k->slaac, &e->ip))
		k->slaac = (struct ip){.family = 0};
	/* Those that we set ourselves are known, and told, already. */
	while (link_next_ip(&list, &ip))
		if (ip_equal(&ip, &e->ip))
			return;
	if (l->address.valid_s != 0 && memcmp(l->address.byte, e->ip.byte, sizeof(e->ip.byte)) == 0)
		return;
	if (!gone && k->slaac.family == 0) {
		k->slaac = e->ip;
		say("%s: %s by a router's advertisement", k->name, ip_text(text, &e->ip, true));
	}
	net_changed(k->net, k);
}

/* Of the links that are known, those that a whole dump did not show are gone. */
static void forget_absent(struct net *net)
{
	for (size_t i = 0; i < NET_LINKS_MAX; i++)
		if (net->link[i].index != 0 && !net->link[i].present)
			on_gone(net, net->link[i].index);
}

static void dump(struct net *net, uint16_t type)
{
	net->dumping = netlink_dump(&net->netlink, type) ? type : 0;
	net->lost = net->dumping == 0;
}

/* A place that was never taken is not written to: it has no memory behind it yet. */
static void dump_links(struct net *net)
{
	for (size_t i = 0; i < NET_LINKS_MAX; i++)
		if (net->link[i].index != 0)
			net->link[i].present = false;
	dump(net, RTM_GETLINK);
}

/* Links first, then the addresses on them; all of it again if news got lost on the way. */
static void end_dump(struct net *net)
{
	uint16_t ended = net->dumping;

	net->dumping = 0;
	if (net->lost)
		return;
	if (ended == RTM_GETLINK) {
		forget_absent(net);
		net_report_sweep(net);
		net_report_resolv(net);
		dump(net, RTM_GETADDR);
	}
}

static void on_event(void *data, enum rtnl_news kind, const struct rtnl_event *e)
{
	struct net *net = data;
	struct link *k = e->index != 0 ? find(net, e->index) : NULL;

	if (kind == RTNL_LINK)
		on_link(net, e);
	else if (kind == RTNL_LINK_GONE)
		on_gone_now(net, e->index);
	else if (kind == RTNL_DUMP_END)
		end_dump(net);
	else if (k == NULL)
		return;
	else if (kind == RTNL_RA_FLAGS)
		link_ra_flags(k, e->ra_flags);
	else if (kind == RTNL_ADDRESS || kind == RTNL_ADDRESS_GONE)
		on_address(k, e, kind == RTNL_ADDRESS_GONE);
	else if (kind == RTNL_ND_OPTIONS)
		link_nd_options(k, e->options, e->options_len);
}

static void on_news(void *data)
{
	struct net *net = data;

	if (!netlink_news(&net->netlink, on_event, net))
		net->lost = true;
	if (net->lost && net->dumping == 0)
		dump_links(net);
}

void net_changed(struct net *net, const struct link *k)
{
	net_report_link(k);
	/* Of links that are found all at once, as after a crash, it is written for all at once. */
	if (net->dumping != RTM_GETLINK)
		net_report_resolv(net);
	link_memory_save(k);
	if (net->is_online || !link_online(k))
		return;
	net->is_online = true;
	net->online();
}

static void choose_names(struct net *net)
{
	struct utsname names;

	if (getrandom(&net->random, sizeof(net->random), GRND_NONBLOCK) < 0)
		net->random = (uint32_t)loop_now_ms();
	if (uname(&names) == 0 && names.nodename[0] != '(')
		memcpy(net->host_name, names.nodename, sizeof(net->host_name) - 1);
	net->names_wanted = !net->settings->system.has_a_name && access("/etc/hostname", F_OK) < 0;
}

bool net_start(struct net *net, struct loop *l, const struct network_settings *s,
	       void (*online)(void))
{
	net->loop = l;
	net->settings = s;
	net->online = online;
	choose_names(net);
	if (netlink_open(&net->netlink) < 0)
		return false;
	net_report_start();
	net->news = (struct loop_source){
		.fd = net->netlink.news,
		.events = POLLIN,
		.ready = on_news,
		.data = net,
	};
	loop_watch(l, &net->news);
	make_bridges(net);
	dump_links(net);
	return true;
}
