#include "network/net.h"

#include "network/resolv.h"
#include "network/say.h"
#include "shared/folder.h"
#include "shared/message.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FOLDER	     "/run/pideisn/net"
#define RESOLV	     FOLDER "/resolv.conf"
#define REPORT_BYTES 2048

struct report {
	size_t len;
	char text[REPORT_BYTES];
};

static void line(struct report *r, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void line(struct report *r, const char *format, ...)
{
	va_list args;

	if (r->len + 2 > sizeof(r->text))
		return;
	va_start(args, format);
	r->len += message_format(r->text + r->len, sizeof(r->text) - r->len - 1, format, args);
	va_end(args);
	r->text[r->len++] = '\n';
}

static void ip_line(struct report *r, const char *key, const struct ip *ip, bool with_prefix)
{
	char text[IP_TEXT_BYTES];

	if (ip->family != 0)
		line(r, "%s=%s", key, ip_text(text, ip, with_prefix));
}

static void list_lines(struct report *r, const char *key, const char *list, bool with_prefix)
{
	struct ip ip;

	while (link_next_ip(&list, &ip))
		ip_line(r, key, &ip, with_prefix);
}

static void number_line(struct report *r, const char *key, uint32_t address)
{
	const struct ip ip = ip_from4(address, 32);

	if (address != 0)
		ip_line(r, key, &ip, false);
}

/* A reader sees the whole old file or the whole new one. */
static void replace(const char *path, const char *text, size_t len)
{
	static const char fresh[] = FOLDER "/.new";
	int fd = open(fresh, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	bool done = fd >= 0 && write(fd, text, len) == (ssize_t)len;

	if (fd >= 0)
		close(fd);
	if (!done || rename(fresh, path) < 0)
		say("cannot write %s: %s", path, strerror(errno));
}

static void report_dhcp4(struct report *r, const struct dhcp4 *d)
{
	const struct dhcp4_lease *l = &d->lease;
	const struct ip address = ip_from4(l->address, l->prefix);

	if (!d->leased)
		return;
	ip_line(r, "address", &address, true);
	for (size_t i = 0; i < l->routes; i++)
		if (l->route[i].prefix == 0)
			number_line(r, "gateway", l->route[i].via);
	for (size_t i = 0; i < DHCP4_SERVERS_MAX; i++)
		number_line(r, "dns", l->dns[i]);
	for (size_t i = 0; i < DHCP4_SERVERS_MAX; i++)
		number_line(r, "ntp", l->ntp[i]);
	if (l->domain[0] != '\0')
		line(r, "search=%s", l->domain);
	if (l->host_name[0] != '\0')
		line(r, "hostname=%s", l->host_name);
}

static void item_line(struct report *r, const char *key, const struct dhcp6_item *item)
{
	const struct ip ip = ip_from6(item->byte, item->prefix);

	if (item->valid_s != 0)
		ip_line(r, key, &ip, true);
}

static void server_lines(struct report *r, const char *key, const uint8_t server[][16],
			 size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct ip ip = ip_from6(server[i], 128);

		ip_line(r, key, &ip, false);
	}
}

static void report_dhcp6(struct report *r, const struct dhcp6 *d)
{
	const struct dhcp6_lease *l = &d->lease;

	if (!d->leased && d->state != DHCP6_INFORMED)
		return;
	item_line(r, "address", &l->address);
	item_line(r, "prefix", &l->network);
	server_lines(r, "dns", l->dns, l->dns_count);
	server_lines(r, "ntp", l->ntp, l->ntp_count);
	if (l->search[0] != '\0')
		line(r, "search=%s", l->search);
}

void net_report_link(const struct link *k)
{
	struct report r = {.len = 0};
	char path[sizeof(FOLDER) + 1 + RTNL_NAME];

	line(&r, "state=%s", link_online(k) ? "online" : k->carrier ? "carrier" : "down");
	list_lines(&r, "address", k->plan->address, true);
	list_lines(&r, "gateway", k->plan->gateway, false);
	list_lines(&r, "dns", k->plan->dns, false);
	list_lines(&r, "ntp", k->plan->ntp, false);
	report_dhcp4(&r, &k->dhcp4);
	ip_line(&r, "address", &k->slaac, true);
	report_dhcp6(&r, &k->dhcp6);
	server_lines(&r, "dns", k->nd.server, k->nd.servers);
	if (k->nd.search[0] != '\0')
		line(&r, "search=%s", k->nd.search);
	message_put(path, sizeof(path), FOLDER "/%s", k->name);
	replace(path, r.text, r.len);
}

void net_report_gone(const char *name)
{
	char path[sizeof(FOLDER) + 1 + RTNL_NAME];

	message_put(path, sizeof(path), FOLDER "/%s", name);
	unlink(path);
}

static bool is_known(const struct net *net, const char *name)
{
	for (size_t i = 0; i < NET_LINKS_MAX; i++)
		if (net->link[i].index != 0 && strcmp(net->link[i].name, name) == 0)
			return true;
	return false;
}

/* Of links that went while nobody looked. */
void net_report_sweep(const struct net *net)
{
	struct folder folder;
	const char *name;

	if (folder_open(&folder, FOLDER) < 0)
		return;
	while ((name = folder_next(&folder)) != NULL)
		if (strlen(name) < RTNL_NAME && strcmp(name, "resolv.conf") != 0 &&
		    !is_known(net, name))
			net_report_gone(name);
	folder_close(&folder);
}

static void add_list(struct resolv *r, const char *list, const char *link)
{
	struct ip ip;

	while (link_next_ip(&list, &ip))
		resolv_server(r, &ip, link);
}

static void add_link(struct resolv *r, const struct link *k)
{
	const struct dhcp4_lease *l4 = &k->dhcp4.lease;
	const struct dhcp6_lease *l6 = &k->dhcp6.lease;
	struct ip ip;

	for (const char *name = k->plan->search; name != NULL && *name != '\0';
	     name += strlen(name) + 1)
		resolv_search(r, name);
	add_list(r, k->plan->dns, k->name);
	for (size_t i = 0; k->dhcp4.leased && i < DHCP4_SERVERS_MAX && l4->dns[i] != 0; i++) {
		ip = ip_from4(l4->dns[i], 32);
		resolv_server(r, &ip, k->name);
	}
	if (k->dhcp4.leased)
		resolv_search(r, l4->domain);
	for (size_t i = 0; i < k->nd.servers; i++) {
		ip = ip_from6(k->nd.server[i], 128);
		resolv_server(r, &ip, k->name);
	}
	resolv_search(r, k->nd.search);
	if (!k->dhcp6.leased && k->dhcp6.state != DHCP6_INFORMED)
		return;
	for (size_t i = 0; i < l6->dns_count; i++) {
		ip = ip_from6(l6->dns[i], 128);
		resolv_server(r, &ip, k->name);
	}
	resolv_search(r, l6->search);
}

void net_report_resolv(const struct net *net)
{
	struct resolv r = {.servers = 0};
	char text[RESOLV_TEXT_BYTES];

	for (size_t i = 0; i < NET_LINKS_MAX; i++)
		if (net->link[i].index != 0)
			add_link(&r, &net->link[i]);
	replace(RESOLV, text, resolv_text(&r, text));
}

/* A file that the image brings is the image's decision, and stays. */
void net_report_start(void)
{
	if ((mkdir("/run/pideisn", 0755) < 0 && errno != EEXIST) ||
	    (mkdir(FOLDER, 0755) < 0 && errno != EEXIST))
		say("cannot make " FOLDER ": %s", strerror(errno));
	if (symlink(RESOLV, "/etc/resolv.conf") < 0 && errno != EEXIST)
		say("cannot make /etc/resolv.conf: %s", strerror(errno));
}
