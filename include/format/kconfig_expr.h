#ifndef MKOS_FORMAT_KCONFIG_EXPR_H
#define MKOS_FORMAT_KCONFIG_EXPR_H

/*
 * Kconfig's expressions over a configuration: names, &&, ||, !, =, !=, <, <=,
 * >, >=, parentheses, quoted texts. Values are n, m and y; a macro $(...)
 * counts as y, since only kbuild can know it.
 */

#include "base/buf.h"
#include "base/err.h"
#include "format/kconfig.h"

enum kconfig_value { KCONFIG_N, KCONFIG_M, KCONFIG_Y };

/* An expression that cannot be read counts as y: it explains nothing. */
enum kconfig_value kconfig_evaluate(const char *expression, const struct kconfig *config);

/*
 * Appends the parts, joined by && in the expression, that are n: each with its
 * names and their values ("PCI=n", "PCI=n || USB=n"), joined by ", ".
 * Appends nothing when the expression holds.
 */
MUST_CHECK int kconfig_unmet(const char *expression, const struct kconfig *config, struct buf *to,
			     struct err *e);

#endif
