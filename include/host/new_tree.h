#ifndef MKOS_HOST_NEW_TREE_H
#define MKOS_HOST_NEW_TREE_H

/*
 * A new folder and what is made in it, by names below it. Names lead through no symbolic link as
 * long as these are made last: so nothing is ever written outside. Whatever is there already is an
 * error.
 */

#include "base/source.h"

#include <stdbool.h>

struct new_tree {
	int fd;
	bool as_root; /* owners, device nodes and setuid can be had */
};

#define NEW_TREE_INIT    \
	{                \
		.fd = -1 \
	}

/* What is given when all is made: until then files are 0600 and folders 0700. */
struct new_tree_facts {
	uint32_t mode, uid, gid;
	uint32_t mtime; /* seconds since 1970 */
};

/* Makes the folder itself. */
MUST_CHECK int new_tree_begin(struct new_tree *t, const char *folder, struct err *e);
void new_tree_done(struct new_tree *t);
#define AUTO_NEW_TREE AUTO(new_tree_done) struct new_tree

MUST_CHECK int new_tree_folder(const struct new_tree *t, const char *name, struct err *e);
/* A file with a range of the source as its content; NULL: an empty one. */
MUST_CHECK int new_tree_file(const struct new_tree *t, const char *name, const struct source *from,
			     uint64_t offset, uint64_t len, struct err *e);
MUST_CHECK int new_tree_link(const struct new_tree *t, const char *old, const char *name,
			     struct err *e);
MUST_CHECK int new_tree_symlink(const struct new_tree *t, const char *name, const char *target,
				struct err *e);

struct new_tree_node {
	uint32_t type; /* as in a mode */
	uint32_t major, minor;
};

/* A pipe or a socket, and as root a device. */
MUST_CHECK int new_tree_node(const struct new_tree *t, const char *name,
			     const struct new_tree_node *node, struct err *e);

/* Of a symbolic link itself. Without root neither owner nor setuid; what is not there is left out. */
MUST_CHECK int new_tree_set(const struct new_tree *t, const char *name,
			    const struct new_tree_facts *facts, struct err *e);

#endif
