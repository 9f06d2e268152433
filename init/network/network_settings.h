#ifndef MKOS_INIT_NETWORK_NETWORK_SETTINGS_H
#define MKOS_INIT_NETWORK_NETWORK_SETTINGS_H

#include "shared/config.h"

#include <stdbool.h>
#include <stdint.h>

#define LINKS_MAX 16

enum link_kind { LINK_DEVICE, LINK_BRIDGE, LINK_VLAN };
enum link_dhcp4 { LINK_DHCP4_AUTO, LINK_DHCP4_YES, LINK_DHCP4_NO };
enum link_dhcp6 { LINK_DHCP6_AUTO, LINK_DHCP6_STATEFUL, LINK_DHCP6_STATELESS, LINK_DHCP6_NO };

/* [link NAME]; on the command line pideisn.link.NAME.KEY=VALUE. */
struct link_settings {
	const char *name;    /* first in every section that may come more than once */
	const char *device;  /* below a VLAN */
	const char *bridge;  /* that it is a port of */
	const char *address; /* lists */
	const char *gateway;
	const char *dns;
	const char *ntp;
	const char *search;
	int64_t kind;
	int64_t vlan;
	int64_t dhcp4;
	int64_t dhcp6;
	int64_t accept_ra;
	int64_t request_prefix;
	int64_t mtu;	/* 0: as it is, or as DHCP says */
	int64_t metric; /* 0: by the number of the link */
};

/* Of [system], which is PID 1's, what concerns the network. */
struct network_system_settings {
	int64_t network;    /* whether links without a section are configured */
	int64_t has_a_name; /* the configuration names this machine */
};

/* What the configuration says to the network's program; see settings.h for PID 1's part. */
struct network_settings {
	struct network_system_settings system;
	struct link_settings link[LINKS_MAX]; /* until the first without a name */
	struct config_text text;
};

extern const struct config_grammar network_grammar;

/*
 * A VLAN without its device or number, which no single line shows, is told and becomes a device that
 * is not made.
 */
void network_settings_check(struct network_settings *s,
			    void (*verdict)(void *data, const char *sentence), void *data);

/*
 * Fills it with all that shared/config_files.h reads, checked as a whole. What is wrong is said, unless
 * it was said already.
 */
void network_settings_read(struct network_settings *s, bool said_already);

#endif
