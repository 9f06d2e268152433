#ifndef MKOS_INIT_SETTINGS_H
#define MKOS_INIT_SETTINGS_H

#include <stdint.h>

#define SERVICES_MAX 16
#define LINKS_MAX    16

/*
 * All that the configuration can say. Its keys, with what each is at first, are the rows of
 * config_keys.c; a new one is a field here and a row there. Numbers, choices, switches, sizes and
 * times (milliseconds) are int64_t; texts are const char *, NULL if unset; a list is a text that
 * holds one word after another, each ended by a NUL, and an empty one at the end.
 */
enum service_ready { READY_START, READY_NOTIFY };
enum service_restart { RESTART_ALWAYS, RESTART_ON_FAILURE, RESTART_NEVER };
enum service_give_up { GIVE_UP_STAY, GIVE_UP_REBOOT, GIVE_UP_POWER_OFF };
enum huge_pages { HUGE_PAGES_NONE, HUGE_PAGES_DEFAULT, HUGE_PAGES_2M, HUGE_PAGES_1G };
enum state_create { STATE_CREATE_NO, STATE_CREATE_EXT4, STATE_CREATE_VFAT };
enum service_output { OUTPUT_BOTH, OUTPUT_LOG, OUTPUT_CONSOLE, OUTPUT_NONE };

enum link_kind { LINK_DEVICE, LINK_BRIDGE, LINK_VLAN };
enum link_dhcp4 { LINK_DHCP4_AUTO, LINK_DHCP4_YES, LINK_DHCP4_NO };
enum link_dhcp6 { LINK_DHCP6_AUTO, LINK_DHCP6_STATEFUL, LINK_DHCP6_STATELESS, LINK_DHCP6_NO };

#define SETTING_UNSET INT64_C(-1)

/* [system]; on the command line pideisn.KEY=VALUE. */
struct system_settings {
	const char *host_name;
	int64_t shell;
	int64_t grace_ms; /* of every service, or SETTING_UNSET */
	int64_t ready_port;
	int64_t network;     /* whether links without a section are configured */
	int64_t watchdog_ms; /* 0: none; SETTING_UNSET: 60 s, if there is hardware for it */
	int64_t huge_pages;
};

/* [state]; on the command line pideisn.state=DEVICE and pideisn.state.KEY=VALUE. */
struct state_settings {
	const char *device; /* LABEL=NAME, PARTLABEL=NAME or /dev/NAME; NULL: there is none */
	int64_t create;
	int64_t wait_ms;
};

/* [service NAME]; on the command line pideisn.service.NAME.KEY=VALUE. */
struct service_settings {
	const char *name; /* first in every section that may come more than once */
	const char *exec; /* a list: the program and its arguments */
	const char *environment;
	const char *directory;
	const char *user;
	const char *group;
	const char *after;
	const char *limits;
	int64_t optional;
	int64_t terminal;
	int64_t ready;
	int64_t ready_timeout_ms;
	int64_t restart;
	int64_t backoff_min_ms;
	int64_t backoff_max_ms;
	int64_t good_run_ms;
	int64_t restart_limit;
	int64_t restart_window_ms;
	int64_t on_give_up;
	int64_t stop_signal;
	int64_t grace_ms;
	int64_t watchdog_ms;
	int64_t keep_children;
	int64_t output;
	int64_t oom_score_adjust;
	int64_t memory_max; /* bytes, or SETTING_UNSET */
	int64_t cpu_max;    /* hundredths of a processor, or SETTING_UNSET */
	int64_t pids_max;   /* or SETTING_UNSET */
};

/* [link NAME]; on the command line pideisn.link.NAME.KEY=VALUE. */
struct link_settings {
	const char *name;
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

struct settings {
	struct system_settings system;
	struct state_settings state;
	struct service_settings service[SERVICES_MAX]; /* until the first without a name */
	struct link_settings link[LINKS_MAX];	       /* likewise */

	/* Where all texts are: written once at the start, never given back. */
	char text[16 * 1024];
	uint32_t text_used;
};

#endif
