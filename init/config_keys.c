#include "config_keys.h"

#include "config_kinds.h"
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

static const struct config_section sections[] = {
	[SECTION_SYSTEM] = {.name = "system",
			    .offset = offsetof(struct settings, system),
			    .size = sizeof(struct system_settings),
			    .told = true},
	[SECTION_STATE] = {.name = "state",
			   .main_key = "device",
			   .offset = offsetof(struct settings, state),
			   .size = sizeof(struct state_settings),
			   .told = true},
	[SECTION_SERVICE] = {.name = "service",
			     .offset = offsetof(struct settings, service),
			     .size = sizeof(struct service_settings),
			     .most = SERVICES_MAX,
			     .told = true},
	/* For the network's program, which tells what is wrong in it. */
	[SECTION_LINK] = {.name = "link"},
};

#define SYSTEM(field) .section = SECTION_SYSTEM, .offset = offsetof(struct system_settings, field)
#define STATE(field)  .section = SECTION_STATE, .offset = offsetof(struct state_settings, field)
#define SERVICE(field) \
	.section = SECTION_SERVICE, .offset = offsetof(struct service_settings, field)

/* In the order of the choices in settings.h. */
static const struct {
	char huge_pages[19];
	char create[13];
	char ready[13];
	char restart[24];
	char on_give_up[21];
	char output[22];
} choices = {
	.huge_pages = "none|default|2M|1G",
	.create = "no|ext4|vfat",
	.ready = "start|notify",
	.restart = "always|on-failure|never",
	.on_give_up = "stay|reboot|poweroff",
	.output = "both|log|console|none",
};

#define CHOICE(list) .kind = CONFIG_CHOICE, .min = offsetof(__typeof__(choices), list)

/* clang-format off */
static const struct config_key keys[] = {
	{"hostname", SYSTEM(host_name), .kind = KIND_HOST_NAME},
	{"shell", SYSTEM(shell), .kind = CONFIG_BOOL, .initial = 1},
	{"grace", SYSTEM(grace_ms), .kind = KIND_TIME, .max = HOUR_MS, .initial = SETTING_UNSET},
	{"ready-port", SYSTEM(ready_port), .kind = CONFIG_NUMBER, .max = INT32_MAX, .initial = 1025},
	{"network", SYSTEM(network), .kind = CONFIG_BOOL, .initial = 1},
	{"watchdog", SYSTEM(watchdog_ms), .kind = KIND_TIME, .max = HOUR_MS,
	 .initial = SETTING_UNSET},
	{"hugetlbfs", SYSTEM(huge_pages), CHOICE(huge_pages)},

	{"device", STATE(device), .kind = KIND_DEVICE},
	{"create", STATE(create), CHOICE(create)},
	{"wait", STATE(wait_ms), .kind = KIND_TIME, .max = HOUR_MS, .initial = 10 * SECOND_MS},

	{"exec", SERVICE(exec), .kind = KIND_COMMAND},
	{"environment", SERVICE(environment), .kind = KIND_ASSIGNMENTS},
	{"directory", SERVICE(directory), .kind = KIND_PATH},
	{"user", SERVICE(user), .kind = CONFIG_NAME},
	{"group", SERVICE(group), .kind = CONFIG_NAME},
	{"after", SERVICE(after), .kind = KIND_NAMES},
	{"optional", SERVICE(optional), .kind = CONFIG_BOOL},
	{"terminal", SERVICE(terminal), .kind = CONFIG_BOOL},
	{"ready", SERVICE(ready), CHOICE(ready)},
	{"ready-timeout", SERVICE(ready_timeout_ms), .kind = KIND_TIME, .max = HOUR_MS,
	 .initial = 60 * SECOND_MS},
	{"restart", SERVICE(restart), CHOICE(restart)},
	{"backoff-min", SERVICE(backoff_min_ms), .kind = KIND_TIME, .max = HOUR_MS, .initial = 250},
	{"backoff-max", SERVICE(backoff_max_ms), .kind = KIND_TIME, .max = HOUR_MS,
	 .initial = 30 * SECOND_MS},
	{"good-run", SERVICE(good_run_ms), .kind = KIND_TIME, .max = DAY_MS,
	 .initial = 10 * SECOND_MS},
	{"restart-limit", SERVICE(restart_limit), .kind = CONFIG_NUMBER, .max = 1000},
	{"restart-window", SERVICE(restart_window_ms), .kind = KIND_TIME, .max = DAY_MS},
	{"on-give-up", SERVICE(on_give_up), CHOICE(on_give_up)},
	{"stop-signal", SERVICE(stop_signal), .kind = KIND_SIGNAL, .initial = 15},
	{"grace", SERVICE(grace_ms), .kind = KIND_TIME, .max = HOUR_MS, .initial = 10 * SECOND_MS},
	{"watchdog", SERVICE(watchdog_ms), .kind = KIND_TIME, .max = DAY_MS},
	{"keep-children", SERVICE(keep_children), .kind = CONFIG_BOOL},
	{"output", SERVICE(output), CHOICE(output)},
	{"limits", SERVICE(limits), .kind = KIND_LIMITS},
	{"oom-score-adjust", SERVICE(oom_score_adjust), .kind = CONFIG_NUMBER, .min = -1000,
	 .max = 1000},
	{"memory-max", SERVICE(memory_max), .kind = KIND_SIZE, .initial = SETTING_UNSET},
	{"cpu-max", SERVICE(cpu_max), .kind = KIND_PERCENT, .initial = SETTING_UNSET},
	{"pids-max", SERVICE(pids_max), .kind = CONFIG_NUMBER, .min = 1, .max = 4194304,
	 .initial = SETTING_UNSET},
};
/* clang-format on */

const struct config_grammar config_grammar = {
	.sections = sections,
	.keys = keys,
	.choices = (const char *)&choices,
	.sections_count = COUNT(sections),
	.keys_count = COUNT(keys),
	.told = true,
	.number = config_kinds_number,
	.suits = config_kinds_suits,
	.wanted = config_kinds_wanted,
};

/* An interactive shell ignores SIGTERM and goes with its terminal. */
const char config_built_in[] = "[service network]\n"
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
