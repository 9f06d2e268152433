#ifndef MKOS_CLI_UKI_CONFIG_H
#define MKOS_CLI_UKI_CONFIG_H

/* What ukify's configuration file adds to a command line that was parsed. */

#include "cli/options.h"
#include "format/ukify_config.h"

/* The file that counts when none is named, or NULL: there is none. */
const char *uki_config_find(void);

/*
 * Reads the file and stores what it says into the struct that the command's rows describe: a text
 * only where the command line has none, a list in front of the command line's. The texts stay in
 * `config`.
 */
MUST_CHECK int uki_config_apply(struct ukify_config *config, const char *path,
				const struct command *c, void *into, struct err *e);

#endif
