#ifndef MKOS_CLI_UKIFY_H
#define MKOS_CLI_UKIFY_H

/* The program when it is called as ukify: verbs and options are those of ukify(1). */

#include "base/err.h"
#include "cli/options.h"

#include <stdbool.h>

/* Does the word that the program was called by ask for it? */
bool ukify_is_wanted(const char *argv0);

/* *ret_command is the one that was run, NULL before there is one. */
MUST_CHECK int ukify_run(int argc, char **argv, const struct command **ret_command, struct err *e);

#endif
