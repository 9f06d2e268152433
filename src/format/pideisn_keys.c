#include "format/pideisn_keys.h"

#include "base/nearest.h"

#include <arpa/inet.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum {
	SECOND = 1000,
	HOUR = 3600 * SECOND,
	DAY = 24 * HOUR,
	NAME_BYTES = 31,
	HOST_NAME_BYTES = 64,
	DOMAIN_BYTES = 253,
	DEVICE_BYTES = 79,
	PERCENT_MOST = 100000,
};

static const struct pideisn_section sections[] = {
	{"system", 0, NULL},
	{"state", 0, "device"},
	{"service", 16, NULL},
	{"link", 16, NULL},
};

/* clang-format off */
static const struct pideisn_key keys[] = {
	{"system", "hostname", PIDEISN_HOST_NAME, 0, 0, NULL},
	{"system", "shell", PIDEISN_BOOL, 0, 0, NULL},
	{"system", "grace", PIDEISN_TIME, 0, HOUR, NULL},
	{"system", "ready-port", PIDEISN_NUMBER, 0, INT32_MAX, NULL},
	{"system", "network", PIDEISN_BOOL, 0, 0, NULL},
	{"system", "watchdog", PIDEISN_TIME, 0, HOUR, NULL},
	{"system", "hugetlbfs", PIDEISN_CHOICE, 0, 0, "none|default|2M|1G"},

	{"state", "device", PIDEISN_DEVICE, 0, 0, NULL},
	{"state", "create", PIDEISN_CHOICE, 0, 0, "no|ext4|vfat"},
	{"state", "wait", PIDEISN_TIME, 0, HOUR, NULL},

	{"service", "exec", PIDEISN_COMMAND, 0, 0, NULL},
	{"service", "environment", PIDEISN_ASSIGNMENTS, 0, 0, NULL},
	{"service", "directory", PIDEISN_PATH, 0, 0, NULL},
	{"service", "user", PIDEISN_NAME, 0, 0, NULL},
	{"service", "group", PIDEISN_NAME, 0, 0, NULL},
	{"service", "after", PIDEISN_NAMES, 0, 0, NULL},
	{"service", "optional", PIDEISN_BOOL, 0, 0, NULL},
	{"service", "terminal", PIDEISN_BOOL, 0, 0, NULL},
	{"service", "ready", PIDEISN_CHOICE, 0, 0, "start|notify"},
	{"service", "ready-timeout", PIDEISN_TIME, 0, HOUR, NULL},
	{"service", "restart", PIDEISN_CHOICE, 0, 0, "always|on-failure|never"},
	{"service", "backoff-min", PIDEISN_TIME, 0, HOUR, NULL},
	{"service", "backoff-max", PIDEISN_TIME, 0, HOUR, NULL},
	{"service", "good-run", PIDEISN_TIME, 0, DAY, NULL},
	{"service", "restart-limit", PIDEISN_NUMBER, 0, 1000, NULL},
	{"service", "restart-window", PIDEISN_TIME, 0, DAY, NULL},
	{"service", "on-give-up", PIDEISN_CHOICE, 0, 0, "stay|reboot|poweroff"},
	{"service", "stop-signal", PIDEISN_SIGNAL, 0, 0, NULL},
	{"service", "grace", PIDEISN_TIME, 0, HOUR, NULL},
	{"service", "watchdog", PIDEISN_TIME, 0, DAY, NULL},
	{"service", "keep-children", PIDEISN_BOOL, 0, 0, NULL},
	{"service", "output", PIDEISN_CHOICE, 0, 0, "both|log|console|none"},
	{"service", "limits", PIDEISN_LIMITS, 0, 0, NULL},
	{"service", "oom-score-adjust", PIDEISN_NUMBER, -1000, 1000, NULL},
	{"service", "memory-max", PIDEISN_SIZE, 0, 0, NULL},
	{"service", "cpu-max", PIDEISN_PERCENT, 0, 0, NULL},
	{"service", "pids-max", PIDEISN_NUMBER, 1, 4194304, NULL},

	{"link", "kind", PIDEISN_CHOICE, 0, 0, "device|bridge|vlan"},
	{"link", "device", PIDEISN_NAME, 0, 0, NULL},
	{"link", "vlan", PIDEISN_NUMBER, 1, 4094, NULL},
	{"link", "bridge", PIDEISN_NAME, 0, 0, NULL},
	{"link", "address", PIDEISN_NETWORKS, 0, 0, NULL},
	{"link", "gateway", PIDEISN_ADDRESSES, 0, 0, NULL},
	{"link", "dns", PIDEISN_ADDRESSES, 0, 0, NULL},
	{"link", "ntp", PIDEISN_ADDRESSES, 0, 0, NULL},
	{"link", "search", PIDEISN_DOMAINS, 0, 0, NULL},
	{"link", "dhcp4", PIDEISN_CHOICE, 0, 0, "auto|yes|no"},
	{"link", "dhcp6", PIDEISN_CHOICE, 0, 0, "auto|stateful|stateless|no"},
	{"link", "accept-ra", PIDEISN_BOOL, 0, 0, NULL},
	{"link", "request-prefix", PIDEISN_BOOL, 0, 0, NULL},
	{"link", "mtu", PIDEISN_NUMBER, 68, 65535, NULL},
	{"link", "metric", PIDEISN_NUMBER, 1, INT32_MAX, NULL},
};
/* clang-format on */

const struct pideisn_section *pideisn_section_find(const char *name)
{
	for (size_t i = 0; i < COUNT(sections); i++)
		if (!strcmp(sections[i].name, name))
			return &sections[i];
	return NULL;
}

const struct pideisn_key *pideisn_key_find(const struct pideisn_section *section, const char *name)
{
	for (size_t i = 0; i < COUNT(keys); i++)
		if (!strcmp(keys[i].section, section->name) && !strcmp(keys[i].name, name))
			return &keys[i];
	return NULL;
}

/*
 * The digits at the start of a text, and what stands behind them. Up to 17 digits, since one factor
 * more must fit into 63 bits.
 */
static bool split_number(const char *text, uint64_t *ret, const char **ret_unit)
{
	size_t digits = strspn(text, "0123456789");
	size_t zeros = strspn(text, "0");

	if (!digits || (digits - zeros > 17 && zeros < digits))
		return false;
	*ret = strtoull(text, NULL, 10);
	*ret_unit = text + digits;
	return true;
}

static bool is_integer(const char *text, long min, long max)
{
	bool negative = *text == '-';
	const char *rest;
	uint64_t n;

	if (!split_number(text + negative, &n, &rest) || *rest || n > LONG_MAX)
		return false;
	return negative ? -(long)n >= min && -(long)n <= max : (long)n >= min && (long)n <= max;
}

struct unit {
	const char *name;
	uint64_t factor;
};

static bool is_scaled(const char *text, const struct unit *units, uint64_t min, uint64_t max)
{
	const char *unit;
	uint64_t n;

	if (!split_number(text, &n, &unit))
		return false;
	while (units->name && strcmp(units->name, unit))
		units++;
	return units->name && n <= max / units->factor && n * units->factor >= min;
}

static bool is_time(const char *text, long min, long max)
{
	static const struct unit units[] = {{"ms", 1},	  {"s", SECOND},
					    {"", SECOND}, {"min", 60 * SECOND},
					    {"h", HOUR},  {NULL, 0}};

	return is_scaled(text, units, (uint64_t)min, (uint64_t)max);
}

static bool is_size(const char *text)
{
	static const struct unit units[] = {
		{"", 1},	{"K", 1 << 10},		  {"M", 1 << 20},
		{"G", 1 << 30}, {"T", UINT64_C(1) << 40}, {NULL, 0}};

	return !strcmp(text, "max") || is_scaled(text, units, 1, INT64_MAX);
}

static bool is_percent(const char *text)
{
	static const struct unit units[] = {{"%", 1}, {NULL, 0}};

	return !strcmp(text, "max") || is_scaled(text, units, 1, PERCENT_MOST);
}

static bool is_among(const char *text, const char *choices)
{
	size_t len = strlen(text);

	for (;; choices += strcspn(choices, "|") + 1) {
		if (strcspn(choices, "|") == len && !strncmp(choices, text, len))
			return true;
		if (!choices[strcspn(choices, "|")])
			return false;
	}
}

static bool is_signal(const char *text)
{
	static const char names[] =
		"HUP|INT|QUIT|ILL|TRAP|ABRT|BUS|FPE|KILL|USR1|SEGV|USR2|PIPE|ALRM|TERM|STKFLT|"
		"CHLD|CONT|STOP|TSTP|TTIN|TTOU|URG|XCPU|XFSZ|VTALRM|PROF|WINCH|IO|PWR|SYS";

	return is_integer(text, 1, 64) ||
	       is_among(strncmp(text, "SIG", 3) ? text : text + 3, names);
}

#define LETTERS	     "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define ALPHANUMERIC LETTERS "0123456789"

static bool is_spelt(const char *text, size_t most, const char *inside)
{
	size_t len = strlen(text);

	return len > 0 && len <= most && strspn(text, ALPHANUMERIC) > 0 &&
	       strspn(text, inside) == len;
}

bool pideisn_name_fits(const char *name)
{
	return is_spelt(name, NAME_BYTES, ALPHANUMERIC "-_.");
}

static bool is_host_name(const char *text)
{
	return is_spelt(text, HOST_NAME_BYTES, ALPHANUMERIC "-.") &&
	       strspn(text + strlen(text) - 1, ALPHANUMERIC) > 0;
}

static bool is_assignment(const char *text)
{
	return strcspn(text, "0123456789=") > 0 && strchr(text, '=');
}

/* One side of a limit; what it is and how long. RLIM_INFINITY is above every number. */
static bool split_limit(const char **text, uint64_t *ret)
{
	if (!strncmp(*text, "max", 3)) {
		*ret = UINT64_MAX;
		*text += 3;
		return true;
	}
	return split_number(*text, ret, text);
}

static bool is_limit(const char *text)
{
	static const char names[] = "cpu|fsize|data|stack|core|rss|nproc|nofile|memlock|as|locks|"
				    "sigpending|msgqueue|nice|rtprio|rttime";
	char name[16];
	size_t len = strcspn(text, "=");
	uint64_t soft, hard;

	if (len >= sizeof(name) || !text[len])
		return false;
	memcpy(name, text, len);
	name[len] = '\0';
	text += len + 1;
	if (!is_among(name, names) || !split_limit(&text, &soft))
		return false;
	if (!*text)
		return true;
	return *text++ == ':' && split_limit(&text, &hard) && !*text && soft <= hard;
}

static bool is_device(const char *text)
{
	static const char *const starts[] = {"LABEL=", "PARTLABEL=", "/dev/"};

	for (size_t i = 0; i < COUNT(starts); i++) {
		size_t len = strlen(starts[i]);

		if (!strncmp(text, starts[i], len))
			return text[len] && strlen(text) <= DEVICE_BYTES;
	}
	return false;
}

/* An address of either family, with the length of its prefix behind it or without. */
static bool is_address(const char *text, bool with_prefix)
{
	const char *slash = strchr(text, '/');
	bool six = strchr(text, ':') != NULL;
	char address[64];
	unsigned char bytes[16];
	size_t len = slash ? (size_t)(slash - text) : strlen(text);

	if (with_prefix != (slash != NULL) || len >= sizeof(address))
		return false;
	memcpy(address, text, len);
	address[len] = '\0';
	return inet_pton(six ? AF_INET6 : AF_INET, address, bytes) == 1 &&
	       (!slash || (slash[1] != '-' && is_integer(slash + 1, 0, six ? 128 : 32)));
}

bool pideisn_value_fits(const struct pideisn_key *key, const char *value, size_t index)
{
	switch (key->kind) {
	case PIDEISN_BOOL:
		return is_among(value, "yes|no|1|0");
	case PIDEISN_CHOICE:
		return is_among(value, key->choices);
	case PIDEISN_NUMBER:
		return is_integer(value, key->min, key->max);
	case PIDEISN_TIME:
		return is_time(value, key->min, key->max);
	case PIDEISN_SIZE:
		return is_size(value);
	case PIDEISN_PERCENT:
		return is_percent(value);
	case PIDEISN_SIGNAL:
		return is_signal(value);
	case PIDEISN_HOST_NAME:
		return is_host_name(value);
	case PIDEISN_NAME:
	case PIDEISN_NAMES:
		return pideisn_name_fits(value);
	case PIDEISN_PATH:
		return *value == '/';
	case PIDEISN_DEVICE:
		return is_device(value);
	case PIDEISN_COMMAND:
		return index > 0 || *value == '/';
	case PIDEISN_ASSIGNMENTS:
		return is_assignment(value);
	case PIDEISN_LIMITS:
		return is_limit(value);
	case PIDEISN_NETWORKS:
		return is_address(value, true);
	case PIDEISN_ADDRESSES:
		return is_address(value, false);
	case PIDEISN_DOMAINS:
		return strlen(value) <= DOMAIN_BYTES && *value != '.' &&
		       strspn(value, ALPHANUMERIC "-_.") == strlen(value);
	}
	return false;
}

/* All of them, as a list that ends with NULL. */
static void list_names(const struct pideisn_section *section, const char *names[COUNT(keys) + 1])
{
	size_t n = 0;

	for (size_t i = 0; section && i < COUNT(keys); i++)
		if (!strcmp(keys[i].section, section->name))
			names[n++] = keys[i].name;
	for (size_t i = 0; !section && i < COUNT(sections); i++)
		names[n++] = sections[i].name;
	names[n] = NULL;
}

void pideisn_name_hint(const struct pideisn_section *section, const char *name, char *text,
		       size_t size)
{
	const char *names[COUNT(keys) + 1];
	const char *nearest;
	size_t len;

	list_names(section, names);
	nearest = nearest_name(name, names);
	if (nearest) {
		snprintf(text, size, "did you mean '%s'?", nearest);
		return;
	}
	snprintf(text, size, "known are");
	for (size_t i = 0; names[i]; i++) {
		len = strlen(text);
		snprintf(text + len, size - len, " %s", names[i]);
	}
}

void pideisn_value_wanted(const struct pideisn_key *key, char *text, size_t size)
{
	static const char *const fixed[] = {
		[PIDEISN_BOOL] = "yes or no",
		[PIDEISN_SIZE] = "a size such as 512M, or max",
		[PIDEISN_PERCENT] = "a share such as 150%, or max",
		[PIDEISN_SIGNAL] = "a signal",
		[PIDEISN_HOST_NAME] = "a host name",
		[PIDEISN_NAME] = "a name",
		[PIDEISN_PATH] = "an absolute path",
		[PIDEISN_DEVICE] = "LABEL=NAME, PARTLABEL=NAME or /dev/NAME",
		[PIDEISN_NAMES] = "a name",
		[PIDEISN_COMMAND] = "an absolute path",
		[PIDEISN_ASSIGNMENTS] = "NAME=VALUE",
		[PIDEISN_LIMITS] = "a limit such as nofile=1024 or core=0:max",
		[PIDEISN_NETWORKS] = "an address such as 192.0.2.5/24",
		[PIDEISN_ADDRESSES] = "an address such as 192.0.2.1",
		[PIDEISN_DOMAINS] = "a domain",
	};

	if (key->kind == PIDEISN_CHOICE)
		snprintf(text, size, "%s", key->choices);
	else if (key->kind == PIDEISN_NUMBER)
		snprintf(text, size, "a number from %ld to %ld", key->min, key->max);
	else if (key->kind == PIDEISN_TIME)
		snprintf(text, size, "a time from %ld ms to %ld s", key->min, key->max / SECOND);
	else
		snprintf(text, size, "%s", fixed[key->kind]);
}

const char pideisn_built_in[] = "[service network]\n"
				"exec = /usr/lib/pideisn/network\n"
				"optional = yes\n"
				"ready = notify\n"
				"ready-timeout = 0\n"
				"restart = on-failure\n"
				"[service mvirt-vmm]\n"
				"exec = /usr/sbin/mvirt-vmm\n"
				"optional = yes\n"
				"grace = 30s\n"
				"keep-children = yes\n"
				"[service shell]\n"
				"exec = /bin/sh\n"
				"optional = yes\n"
				"terminal = yes\n"
				"stop-signal = HUP\n";
