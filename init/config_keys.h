#ifndef MKOS_INIT_CONFIG_KEYS_H
#define MKOS_INIT_CONFIG_KEYS_H

#include "shared/config.h"

/*
 * What PID 1 reads into struct settings. Each section and key stands here or in
 * network/network_settings.c, in src/format/pideisn_keys.c, by which an image is checked when it is
 * packed, in pideisn.8, and in tests/init/corpus, which tries all of them with the same files.
 */
extern const struct config_grammar config_grammar;

/* The services that need no file. tests/init/corpus/built-in.conf is the same text. */
extern const char config_built_in[];

#endif
