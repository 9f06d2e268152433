#ifndef MKOS_INIT_CONFIG_KINDS_H
#define MKOS_INIT_CONFIG_KINDS_H

#include "shared/config.h"

/* The kinds of values that only PID 1 has; see struct config_grammar. */
enum kind {
	KIND_TIME = CONFIG_OWN_NUMBERS, /* 250ms, 30s, 30, 5min, 1h */
	KIND_SIZE,			/* bytes: 65536, 64K, 512M, 2G, max */
	KIND_PERCENT,			/* 150%, max */
	KIND_SIGNAL,			/* TERM, SIGTERM, 15 */

	KIND_HOST_NAME = CONFIG_OWN_TEXTS,
	KIND_PATH,   /* absolute */
	KIND_DEVICE, /* LABEL=NAME, PARTLABEL=NAME or /dev/NAME */

	KIND_NAMES = CONFIG_OWN_LISTS,
	KIND_COMMAND,	  /* an absolute path, then anything */
	KIND_ASSIGNMENTS, /* NAME=VALUE */
	KIND_LIMITS,	  /* nofile=65536, core=0:max */
};

bool config_kinds_number(const struct config_key *key, const char *value, int64_t *ret);
bool config_kinds_suits(uint8_t kind, const char *word, size_t index);
void config_kinds_wanted(const struct config_key *key, char *buf, size_t size);

#endif
