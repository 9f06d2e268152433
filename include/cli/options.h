#ifndef MKOS_CLI_OPTIONS_H
#define MKOS_CLI_OPTIONS_H

/*
 * The command line. One row of a table is one option: it feeds both
 * getopt_long() and --help. Values go straight into a struct of the command's.
 */

#include "base/err.h"
#include "base/strv.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum choice { CHOICE_UNSAID, CHOICE_YES, CHOICE_NO };

enum option_kind {
	OPTION_FLAG,	 /* bool */
	OPTION_TEXT,	 /* const char *, points into argv */
	OPTION_LIST,	 /* struct strv, one entry each time */
	OPTION_NUMBER,	 /* uint64_t, decimal, at least 1 */
	OPTION_SIZE,	 /* uint64_t, bytes, with K, M, G or T */
	OPTION_CALL,	 /* `call` stores it */
	OPTION_OPTIONAL, /* const char *: the value, "" when there is none: --json[=STYLE] */
	OPTION_YES,	 /* enum choice; the last one said counts, also before a configuration */
	OPTION_NO,
};

struct option_row {
	char letter; /* 0: none */
	const char *name;
	const char *value; /* what --help calls the value; NULL: takes none */
	const char *help;  /* NULL: another spelling, not shown */
	enum option_kind kind;
	size_t offset; /* of the member in the command's struct */
	int (*call)(void *into, const char *value, struct err *e);
};

struct command {
	const char *program; /* NULL: mvirt-mkos */
	const char *name;
	const char *operands; /* "[FILE]", "" for none */
	const char *summary;  /* one line, for the overview */
	const char *details;  /* paragraphs for --help, wrapped here; NULL: none */
	const struct option_row *options;
	size_t n_options;
	int (*run)(const struct command *c, int argc, char **argv, struct err *e);
};

enum parsed { PARSED, PARSED_HELP /* --help was answered: there is nothing left to do */ };

/*
 * Parses argv (argv[0] is the command's name) into the struct; at most `max`
 * operands, which stand in argv from *ret_first on when it returns.
 */
MUST_CHECK int options_parse(const struct command *c, int argc, char **argv, void *into, int max,
			     int *ret_first, enum parsed *ret, struct err *e);

/* Text wrapped at 80 columns, indented by `indent` from the second line on. */
void help_wrap(const char *text, unsigned int column, unsigned int indent);

/* Writes a whole text to standard output. */
MUST_CHECK int print_text(const char *text, size_t len, struct err *e);

#endif
