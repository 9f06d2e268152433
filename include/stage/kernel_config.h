#ifndef MKOS_STAGE_KERNEL_CONFIG_H
#define MKOS_STAGE_KERNEL_CONFIG_H

/*
 * The kernel's configuration: tinyconfig, then the recipe's layers, then what
 * Kconfig makes of them. Kconfig drops what it does not like without a word;
 * here every option that was asked for is compared with what came out.
 */

#include "format/kconfig.h"
#include "stage/kernel_make.h"

#define KERNEL_CONFIG PROJECT_KERNEL "/.config"

/* The requests of all layers for this version. */
MUST_CHECK int kernel_config_layers(const struct project *p, const struct version *version,
				    struct kconfig *ret, struct err *e);

/* Writes kernel/.config; fails when an option was lost, changed or forced on, naming each. */
MUST_CHECK int kernel_config_make(const struct kernel_make *m, const struct kconfig *asked,
				  struct err *e);

/* Reads kernel/.config. */
MUST_CHECK int kernel_config_read(struct kconfig *ret, struct err *e);

/* Appends what is different in kernel/.config from another .config, as kconfig_diff() has it. */
MUST_CHECK int kernel_config_diff(const char *other, struct buf *to, struct err *e);

#endif
