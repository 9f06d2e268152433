#ifndef MKOS_INIT_CONFIG_H
#define MKOS_INIT_CONFIG_H

#include "settings.h"

#include <stdbool.h>
#include <stddef.h>

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
 */
struct config {
	struct settings *settings;
	void (*verdict)(void *data, const char *sentence);
	void *data;

	const char *file;
	int line_number;
	bool too_long;
	char line[1024];
	size_t len;
	int section; /* index, or one of the two below */
	char *item;  /* that the keys below go to */
};

#define CONFIG_NO_SECTION    (-1)
#define CONFIG_WRONG_SECTION (-2)

/* Every setting as it is at first: no service. The caller sets verdict and data afterwards. */
void config_init(struct config *c, struct settings *s);

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
