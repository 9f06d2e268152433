#ifndef MKOS_CLI_MEASURE_WORDS_H
#define MKOS_CLI_MEASURE_WORDS_H

/* What of a UKI is measured, on the command line, and the answer: as systemd-measure has both. */

#include "base/strv.h"
#include "cli/json_output.h"
#include "cli/options.h"
#include "stage/measure.h"

#include <stddef.h>

struct measure_words {
	struct strv phases; /* each a list with commas or blanks between */
	struct strv banks;
	struct strv paths; /* the phases one by one */
};

/*
 * Rows for a struct type with a member `measure` of struct measure_words: ukify's spellings, and
 * systemd-measure's.
 */
#define MEASURE_ROWS(type)                                                                         \
	{0,                                                                                        \
	 "phases",                                                                                 \
	 "PATHS",                                                                                  \
	 "boot phases, as enter-initrd:leave-initrd, with commas or blanks between, '' is before " \
	 "all (default: systemd's four)",                                                          \
	 OPTION_LIST,                                                                              \
	 offsetof(type, measure.phases),                                                           \
	 NULL},                                                                                    \
	{                                                                                          \
		0, "pcr-banks", "BANKS", "sha1, sha256, sha384, sha512 (default: all)",            \
			OPTION_LIST, offsetof(type, measure.banks), NULL                           \
	}
#define MEASURE_ROWS_SYSTEMD(type)                                         \
	{                                                                  \
		0,	     "phase",                                      \
		"PATH",	     "the same as --phases",                       \
		OPTION_LIST, offsetof(type, measure.phases),               \
		NULL},                                                     \
	{                                                                  \
		0, "bank", "BANK", "the same as --pcr-banks", OPTION_LIST, \
			offsetof(type, measure.banks), NULL                \
	}

void measure_words_done(struct measure_words *w);

/* The words outlive the options. */
MUST_CHECK int measure_words_options(struct measure_words *w, struct measure_options *ret,
				     struct err *e);

/* Only the banks. */
MUST_CHECK int measure_words_banks(const struct measure_words *w, struct measure_options *ret,
				   struct err *e);

/* Lines "11:sha256=HEX"; what they are of goes to standard error. */
void measure_print(const struct measure_result *r);

/* A list for each bank, into the object that is open. */
void measure_json(const struct measure_result *r, struct json_writer *w);

#endif
