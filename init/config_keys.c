#include "config_keys.h"

#include "settings.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#define SECOND_MS 1000
#define HOUR_MS	  (3600 * SECOND_MS)
#define DAY_MS	  (24 * HOUR_MS)

enum section {
	SECTION_SYSTEM,
	SECTION_STATE,
	SECTION_SERVICE,
	SECTION_LINK,
};

const struct config_section config_sections[] = {
	[SECTION_SYSTEM] = {"system", offsetof(struct settings, system),
			    sizeof(struct system_settings), 0, NULL},
	[SECTION_STATE] = {"state", offsetof(struct settings, state), sizeof(struct state_settings),
			   0, "device"},
	[SECTION_SERVICE] = {"service", offsetof(struct settings, service),
			     sizeof(struct service_settings), SERVICES_MAX, NULL},
	[SECTION_LINK] = {"link", offsetof(struct settings, link), sizeof(struct link_settings),
			  LINKS_MAX, NULL},
};

#define SYSTEM(field) .section = SECTION_SYSTEM, .offset = offsetof(struct system_settings, field)
#define STATE(field)  .section = SECTION_STATE, .offset = offsetof(struct state_settings, field)
#define SERVICE(field) \
	.section = SECTION_SERVICE, .offset = offsetof(struct service_settings, field)

#define LINK(field) .section = SECTION_LINK, .offset = offsetof(struct link_settings, field)

/* clang-format off */
const struct config_key config_keys[] = {
	{"hostname", SYSTEM(host_name), .kind = CONFIG_HOST_NAME},
	{"shell", SYSTEM(shell), .kind = CONFIG_BOOL, .initial = 1},
	{"grace", SYSTEM(grace_ms), .kind = CONFIG_TIME, .max = HOUR_MS, .initial = SETTING_UNSET},
	{"ready-port", SYSTEM(ready_port), .kind = CONFIG_NUMBER, .max = INT32_MAX, .initial = 1025},
	{"network", SYSTEM(network), .kind = CONFIG_BOOL, .initial = 1},
	{"watchdog", SYSTEM(watchdog_ms), .kind = CONFIG_TIME, .max = HOUR_MS,
	 .initial = SETTING_UNSET},
	{"hugetlbfs", SYSTEM(huge_pages), .kind = CONFIG_CHOICE, .choices = "none|default|2M|1G"},

	{"device", STATE(device), .kind = CONFIG_DEVICE},
	{"create", STATE(create), .kind = CONFIG_CHOICE, .choices = "no|ext4|vfat"},
	{"wait", STATE(wait_ms), .kind = CONFIG_TIME, .max = HOUR_MS, .initial = 10 * SECOND_MS},

	{"exec", SERVICE(exec), .kind = CONFIG_COMMAND},
	{"environment", SERVICE(environment), .kind = CONFIG_ASSIGNMENTS},
	{"directory", SERVICE(directory), .kind = CONFIG_PATH},
	{"user", SERVICE(user), .kind = CONFIG_NAME},
	{"group", SERVICE(group), .kind = CONFIG_NAME},
	{"after", SERVICE(after), .kind = CONFIG_NAMES},
	{"optional", SERVICE(optional), .kind = CONFIG_BOOL},
	{"terminal", SERVICE(terminal), .kind = CONFIG_BOOL},
	{"ready", SERVICE(ready), .kind = CONFIG_CHOICE, .choices = "start|notify"},
	{"ready-timeout", SERVICE(ready_timeout_ms), .kind = CONFIG_TIME, .max = HOUR_MS,
	 .initial = 60 * SECOND_MS},
	{"restart", SERVICE(restart), .kind = CONFIG_CHOICE, .choices = "always|on-failure|never"},
	{"backoff-min", SERVICE(backoff_min_ms), .kind = CONFIG_TIME, .max = HOUR_MS, .initial = 250},
	{"backoff-max", SERVICE(backoff_max_ms), .kind = CONFIG_TIME, .max = HOUR_MS,
	 .initial = 30 * SECOND_MS},
	{"good-run", SERVICE(good_run_ms), .kind = CONFIG_TIME, .max = DAY_MS,
	 .initial = 10 * SECOND_MS},
	{"restart-limit", SERVICE(restart_limit), .kind = CONFIG_NUMBER, .max = 1000},
	{"restart-window", SERVICE(restart_window_ms), .kind = CONFIG_TIME, .max = DAY_MS},
	{"on-give-up", SERVICE(on_give_up), .kind = CONFIG_CHOICE, .choices = "stay|reboot|poweroff"},
	{"stop-signal", SERVICE(stop_signal), .kind = CONFIG_SIGNAL, .initial = 15},
	{"grace", SERVICE(grace_ms), .kind = CONFIG_TIME, .max = HOUR_MS, .initial = 10 * SECOND_MS},
	{"watchdog", SERVICE(watchdog_ms), .kind = CONFIG_TIME, .max = DAY_MS},
	{"keep-children", SERVICE(keep_children), .kind = CONFIG_BOOL},
	{"output", SERVICE(output), .kind = CONFIG_CHOICE, .choices = "both|log|console|none"},
	{"limits", SERVICE(limits), .kind = CONFIG_LIMITS},
	{"oom-score-adjust", SERVICE(oom_score_adjust), .kind = CONFIG_NUMBER, .min = -1000,
	 .max = 1000},
	{"memory-max", SERVICE(memory_max), .kind = CONFIG_SIZE, .initial = SETTING_UNSET},
	{"cpu-max", SERVICE(cpu_max), .kind = CONFIG_PERCENT, .initial = SETTING_UNSET},
	{"pids-max", SERVICE(pids_max), .kind = CONFIG_NUMBER, .min = 1, .max = 4194304,
	 .initial = SETTING_UNSET},

	{"kind", LINK(kind), .kind = CONFIG_CHOICE, .choices = "device|bridge|vlan"},
	{"device", LINK(device), .kind = CONFIG_NAME},
	{"vlan", LINK(vlan), .kind = CONFIG_NUMBER, .min = 1, .max = 4094},
	{"bridge", LINK(bridge), .kind = CONFIG_NAME},
	{"address", LINK(address), .kind = CONFIG_NETWORKS},
	{"gateway", LINK(gateway), .kind = CONFIG_ADDRESSES},
	{"dns", LINK(dns), .kind = CONFIG_ADDRESSES},
	{"ntp", LINK(ntp), .kind = CONFIG_ADDRESSES},
	{"search", LINK(search), .kind = CONFIG_DOMAINS},
	{"dhcp4", LINK(dhcp4), .kind = CONFIG_CHOICE, .choices = "auto|yes|no"},
	{"dhcp6", LINK(dhcp6), .kind = CONFIG_CHOICE, .choices = "auto|stateful|stateless|no"},
	{"accept-ra", LINK(accept_ra), .kind = CONFIG_BOOL, .initial = 1},
	{"request-prefix", LINK(request_prefix), .kind = CONFIG_BOOL},
	{"mtu", LINK(mtu), .kind = CONFIG_NUMBER, .min = 68, .max = 65535},
	{"metric", LINK(metric), .kind = CONFIG_NUMBER, .min = 1, .max = INT32_MAX},
};
/* clang-format on */

const size_t config_sections_count = COUNT(config_sections);
const size_t config_keys_count = COUNT(config_keys);

/* An interactive shell ignores SIGTERM and goes with its terminal. */
const char config_built_in[] = "[service mvirt-vmm]\n"
			       "exec = /usr/sbin/mvirt-vmm\n"
			       "optional = yes\n"
			       "grace = 30s\n"
			       "keep-children = yes\n"
			       "[service shell]\n"
			       "exec = /bin/sh\n"
			       "optional = yes\n"
			       "terminal = yes\n"
			       "stop-signal = HUP\n";
