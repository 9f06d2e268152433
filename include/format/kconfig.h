#ifndef MKOS_FORMAT_KCONFIG_H
#define MKOS_FORMAT_KCONFIG_H

/*
 * Kernel configuration as text: fragments ("CONFIG_X=y", "# CONFIG_X is not
 * set") and the .config that kbuild makes of them. A fragment may mark the
 * next line "# until 6.8" or "# from 6.9": it counts up to that version, or
 * from it on; 6.8 means every 6.8.x.
 */

#include "base/buf.h"
#include "base/err.h"
#include "base/parse.h"

#include <stdbool.h>
#include <stddef.h>

struct kconfig_option {
	char *name;	  /* without CONFIG_ */
	char *value;	  /* as written behind '='; "n" for "is not set" */
	const char *file; /* of a fragment; outlives the table */
	size_t line;
};

/* In the order they were read; a name may come again, then the last one counts. */
struct kconfig {
	struct kconfig_option *options;
	size_t n, cap;
};

#define KCONFIG_INIT            \
	{                       \
		.options = NULL \
	}

void kconfig_done(struct kconfig *k);
#define AUTO_KCONFIG AUTO(kconfig_done) struct kconfig

/*
 * Adds the options of one fragment that count for this kernel version. `file`
 * is kept by pointer. Lines that are neither options, marks, comments nor
 * blank are refused, and so is a fragment that asks for two values of one option.
 */
MUST_CHECK int kconfig_add_fragment(struct kconfig *k, const char *text, size_t len,
				    const char *file, const struct version *kernel, struct err *e);

/*
 * Appends the lines of a fragment that mean something, options and marks, so
 * that two texts that differ in comments and blanks alone become the same.
 */
MUST_CHECK int kconfig_canonical(const char *text, size_t len, struct buf *to, struct err *e);

/* Reads a .config. */
MUST_CHECK int kconfig_parse_config(struct kconfig *k, const char *text, size_t len,
				    const char *file, struct err *e);

/* The last option of that name, or NULL. */
const struct kconfig_option *kconfig_find(const struct kconfig *k, const char *name);

enum kconfig_verdict {
	KCONFIG_AS_ASKED,
	KCONFIG_OVERRIDDEN, /* a later layer asks for something else: no error */
	KCONFIG_LOST,	    /* asked for, and not there */
	KCONFIG_CHANGED,    /* there with another value */
	KCONFIG_FORCED_ON,  /* asked to be off, and on */
};

/* What became of the i-th request in the configuration that kbuild made. */
enum kconfig_verdict kconfig_judge(const struct kconfig *asked, size_t i,
				   const struct kconfig *made);

/*
 * Appends a line for each option that differs, "CONFIG_X n -> y", in the order
 * of `after`, then what only `before` has.
 */
MUST_CHECK int kconfig_diff(const struct kconfig *before, const struct kconfig *after,
			    struct buf *to, struct err *e);

/* One option as a .config has it. */
MUST_CHECK int kconfig_write_option(struct buf *to, const char *name, const char *value,
				    struct err *e);

/* Writes the requests as a .config has them, an option once with its last value. */
MUST_CHECK int kconfig_write(const struct kconfig *k, struct buf *to, struct err *e);

#endif
