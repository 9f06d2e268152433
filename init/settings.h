#ifndef MKOS_INIT_SETTINGS_H
#define MKOS_INIT_SETTINGS_H

#include "shared/config.h"

#include <stdint.h>

#define SERVICES_MAX 16

/* The service that is the network; others may name it though the image has none. */
#define SERVICE_NETWORK "network"

/*
 * All that the configuration can say to PID 1, in the form that shared/config.h tells. Its keys, with
 * what each is at first, are the rows of config_keys.c; a new one is a field here and a row there.
 */
enum service_ready { READY_START, READY_NOTIFY };
enum service_restart { RESTART_ALWAYS, RESTART_ON_FAILURE, RESTART_NEVER };
enum service_give_up { GIVE_UP_STAY, GIVE_UP_REBOOT, GIVE_UP_POWER_OFF };
enum huge_pages { HUGE_PAGES_NONE, HUGE_PAGES_DEFAULT, HUGE_PAGES_2M, HUGE_PAGES_1G };
enum state_create { STATE_CREATE_NO, STATE_CREATE_EXT4, STATE_CREATE_VFAT };
enum service_output { OUTPUT_BOTH, OUTPUT_LOG, OUTPUT_CONSOLE, OUTPUT_NONE };

/* [system]; on the command line pideisn.KEY=VALUE. */
struct system_settings {
	const char *host_name;
	int64_t shell;
	int64_t grace_ms; /* of every service, or SETTING_UNSET */
	int64_t ready_port;
	int64_t network;     /* for the network's program */
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

struct settings {
	struct system_settings system;
	struct state_settings state;
	struct service_settings service[SERVICES_MAX]; /* until the first without a name */
	struct config_text text;
};

/* Fills it: what is built in, then all that shared/config_files.h reads, checked as a whole. */
void settings_read(struct settings *s);

#endif
