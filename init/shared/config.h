#ifndef MKOS_INIT_SHARED_CONFIG_H
#define MKOS_INIT_SHARED_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The form of /etc/pideisn/NAME.conf, one thing a line, lines of at most 1023 bytes:
 *
 *   # comment
 *   [section] or [section NAME]     the section that the lines below belong to
 *   key = value                     of a key that comes twice the last one counts
 *   key =                           back to what it is at first
 *
 * A list's words stand between blanks; double quotes keep blanks in a word, and a backslash takes
 * the next byte as it is. A wrong line is told as FILE:LINE: SENTENCE and skipped; the lines below
 * a wrong section's head are skipped with it. src/format/pideisn_conf.c says the same sentences.
 *
 * PID 1 and the network's program both read all of it, each with a grammar of the sections it needs.
 * So that every wrong line is told once, each section is told of by one of the two, and what stands
 * in no section by PID 1.
 *
 * What comes out is a struct of the program's own. Numbers, choices, switches, sizes and times
 * (milliseconds) are int64_t; texts are const char *, NULL if unset; a list is a text that holds one
 * word after another, each ended by a NUL, and an empty one at the end.
 */
#define SETTING_UNSET INT64_C(-1)

/* What a value may be. Kinds of its own a program numbers from the three bounds on. */
enum config_kind {
	CONFIG_BOOL,   /* yes, no, 1, 0 */
	CONFIG_CHOICE, /* one of the key's choices */
	CONFIG_NUMBER, /* from the key's least to its most */
	CONFIG_OWN_NUMBERS,

	CONFIG_NAME = 16, /* letters, digits, '-', '_', '.'; the first a letter or digit */
	CONFIG_OWN_TEXTS,

	CONFIG_OWN_LISTS = 32,
};

#define CONFIG_TEXTS CONFIG_NAME
#define CONFIG_LISTS CONFIG_OWN_LISTS

struct config_section {
	char name[8];
	char main_key[8]; /* that pideisn.SECTION=VALUE means, or empty */
	uint16_t offset;  /* of its first item in the program's struct */
	uint16_t size;	  /* of an item; 0: the program has no use for the section */
	uint8_t most;	  /* items, each with a name; 0: there is one, without */
	bool told;	  /* by this program, when something is wrong in it */
};

struct config_key {
	char name[20];
	uint8_t section; /* index of the section */
	uint8_t kind;
	uint16_t offset; /* of the field in an item */
	int32_t min; /* of kind CONFIG_CHOICE: where "first|second" stands in the grammar's choices */
	int32_t max;
	int32_t initial;
};

struct config_grammar {
	const struct config_section *sections;
	const struct config_key *keys;
	const char *choices;
	uint8_t sections_count;
	uint8_t keys_count;
	bool told; /* what stands in no section */

	/* For kinds of its own: reads a number; whether a word, with its index in a list, suits; and
	 * what the key wants, as in "is not a time from 0 ms to 3600 s". */
	bool (*number)(const struct config_key *key, const char *value, int64_t *ret);
	bool (*suits)(uint8_t kind, const char *word, size_t index);
	void (*wanted)(const struct config_key *key, char *buf, size_t size);
};

/* Where all texts are: written once at the start, never given back. */
struct config_text {
	uint32_t used;
	char bytes[16 * 1024];
};

struct config {
	const struct config_grammar *grammar;
	char *settings;
	struct config_text *text;
	void (*verdict)(void *data, const char *sentence);
	void *data;

	const char *file;
	int line_number;
	bool too_long;
	char line[1024];
	size_t len;
	int section; /* index, or one of the two below */
	bool told;   /* what is wrong in it */
	char *item;  /* that the keys below go to */
};

#define CONFIG_NO_SECTION    (-1)
#define CONFIG_WRONG_SECTION (-2)

/* Every setting as it is at first. The caller sets verdict and data afterwards. */
void config_init(struct config *c, const struct config_grammar *grammar, void *settings,
		 struct config_text *text);

/* One file: its name, any number of pieces, its end. */
void config_begin(struct config *c, const char *file);
void config_feed(struct config *c, const char *bytes, size_t len);
void config_finish(struct config *c);

/*
 * A word of the kernel's command line. Ours are pideisn.KEY=VALUE for [system],
 * pideisn.SECTION.KEY=VALUE, pideisn.SECTION.NAME.KEY=VALUE, and pideisn.SECTION=VALUE where the
 * section has a main key; others are left alone. False if it is not ours.
 */
bool config_word(struct config *c, const char *word);

#endif
