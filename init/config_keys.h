#ifndef MKOS_INIT_CONFIG_KEYS_H
#define MKOS_INIT_CONFIG_KEYS_H

#include "config_value.h"

#include <stddef.h>
#include <stdint.h>

/*
 * The tables of the grammar. Each section and key stands here, in src/format/pideisn_keys.c, by which
 * an image is checked when it is packed, in pideisn.8, and in tests/init/corpus, which tries
 * both tables with the same files.
 */
struct config_section {
	const char *name;
	uint16_t offset;      /* of its first item in struct settings */
	uint16_t size;	      /* of an item */
	uint16_t most;	      /* items, each with a name; 0: there is one, without */
	const char *main_key; /* that pideisn.SECTION=VALUE means, or NULL */
};

struct config_key {
	char name[20];
	uint8_t section; /* index of the section */
	uint8_t kind;	 /* enum config_kind */
	uint16_t offset; /* of the field in an item */
	int32_t min;
	int32_t max;
	int32_t initial;
	const char *choices; /* "first|second", of kind CONFIG_CHOICE */
};

extern const struct config_section config_sections[];
extern const size_t config_sections_count;
extern const struct config_key config_keys[];
extern const size_t config_keys_count;

/* The services that need no file. tests/init/corpus/built-in.conf is the same text. */
extern const char config_built_in[];

#endif
