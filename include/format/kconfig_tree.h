#ifndef MKOS_FORMAT_KCONFIG_TREE_H
#define MKOS_FORMAT_KCONFIG_TREE_H

/*
 * What a kernel's Kconfig files say of each option: what it depends on, when
 * its prompt can be seen, and who selects it. Enough of the language
 * (Documentation/kbuild/kconfig-language.rst) to explain why an option that
 * was asked for is not there; kbuild alone decides what is.
 */

#include "base/err.h"
#include "base/strv.h"

#include <stdbool.h>
#include <stddef.h>

/* One `config NAME`; an option may have several. */
struct kconfig_definition {
	char *name;
	char *depends;	/* all conditions around and in it, joined by &&; "" for none */
	char *prompt;	/* the condition of its prompt, "" for none; NULL: it has no prompt */
	bool in_choice; /* one of several of which only one can be on */
	size_t next;	/* index + 1 of the next definition of that name, 0 for none */
};

/* "select TARGET if CONDITION", the conditions of the selecting option included. */
struct kconfig_select {
	char *target;
	char *by;
	char *condition;
};

struct kconfig_tree {
	struct kconfig_definition *definitions;
	size_t n, cap;
	struct kconfig_select *selects;
	size_t n_selects, cap_selects;
	size_t *slots; /* hash of names: index + 1 of the first definition */
	size_t n_slots;
};

#define KCONFIG_TREE_INIT           \
	{                           \
		.definitions = NULL \
	}

void kconfig_tree_done(struct kconfig_tree *t);
#define AUTO_KCONFIG_TREE AUTO(kconfig_tree_done) struct kconfig_tree

/* Gives the text of a file by its path in the source tree; *ret stays NULL when there is none. */
typedef int kconfig_open(void *context, const char *path, char **ret, struct err *e);

/* Reads the file `path` and all that it sources; $(SRCARCH) becomes `arch`. */
MUST_CHECK int kconfig_tree_read(struct kconfig_tree *t, const char *path, const char *arch,
				 kconfig_open *open, void *context, struct err *e);

/* The first definition of an option, or NULL; kconfig_tree_next() has the others. */
const struct kconfig_definition *kconfig_tree_find(const struct kconfig_tree *t, const char *name);
const struct kconfig_definition *kconfig_tree_next(const struct kconfig_tree *t,
						   const struct kconfig_definition *d);

#endif
