#ifndef MKOS_CLI_COMMANDS_H
#define MKOS_CLI_COMMANDS_H

/* Every command, in the order of the data flow; each is in src/cli/cmd_NAME.c. */

#include "cli/options.h"

extern const struct command cmd_build;
extern const struct command cmd_fetch;
extern const struct command cmd_kernel;
extern const struct command cmd_menuconfig;
extern const struct command cmd_initramfs;
extern const struct command cmd_uki;
extern const struct command cmd_iso;
extern const struct command cmd_disk;
extern const struct command cmd_seed;
extern const struct command cmd_genkey;
extern const struct command cmd_sign;
extern const struct command cmd_verify;
extern const struct command cmd_enroll;
extern const struct command cmd_measure;
extern const struct command cmd_inspect;
extern const struct command cmd_run;
extern const struct command cmd_check;
extern const struct command cmd_clean;
extern const struct command cmd_distclean;

/* The same as ukify has them: uki, genkey and inspect under other names. */
extern const struct command cmd_ukify_build;
extern const struct command cmd_ukify_genkey;
extern const struct command cmd_ukify_inspect;

#endif
