#ifndef MKOS_FORMAT_IMAGE_TREE_H
#define MKOS_FORMAT_IMAGE_TREE_H

/*
 * The table of what is in an image, in the order in which it will be written.
 * It refuses what the kernel would drop or replace without a word when it
 * unpacks: two entries of one name, a child of something that is no folder,
 * names that are too long. A folder that is missing is made before its first
 * child, 0755 and owned by root.
 */

#include "base/err.h"
#include "format/cpio.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* How sure an entry is of its mode and owner: among folders of one name the surest wins. */
enum image_origin {
	IMAGE_MADE,   /* made because a child needs it */
	IMAGE_COPIED, /* found in a folder of the host */
	IMAGE_LISTED, /* written down by somebody */
};

struct image_entry {
	const char *name; /* normalised: no leading or double slash, "." for the root */
	uint32_t mode;	  /* with the type, as in the archive */
	uint32_t uid, gid;
	uint32_t rdev_major, rdev_minor;
	const char *target;   /* of a symbolic link, else NULL */
	const char *location; /* file of the host that holds the content, else NULL */
	uint64_t offset;      /* where in it the content begins */
	const char *archive;  /* the archive that the content is from, else NULL */
	enum image_origin origin;
	const char *where; /* "LIST:LINE" or so, for messages */
	uint32_t links;	   /* names this file has, 1 when there are no hard links */
	uint32_t file;	   /* the same number: the same file; counts from 0 in order */
	bool content;	   /* of its names this is the one that carries the content: the last */
	bool was_private;  /* its owner's alone where it is from, and nobody gave it a mode */
	bool was_setuid;   /* or setgid, where it is from, and nobody gave it a mode */
	bool has_mtime;
	uint32_t mtime; /* when it has one of its own */
	uint64_t size;	/* of a file; for the caller to set */
	int64_t stamp;	/* when the location was written to, in nanoseconds; the same */
};

struct image_slot {
	uint32_t number; /* index of an entry + 1; 0: none */
	uint32_t hash;	 /* of its name */
};

struct image_tree {
	struct image_entry *entries;
	size_t n, cap;
	struct image_slot *slots; /* hash table */
	size_t n_slots;		  /* power of 2 */
	uint32_t files;
	size_t made;	/* folders that were made */
	char *replaced; /* what image_tree_overlay() told last */
};

#define IMAGE_TREE_INIT         \
	{                       \
		.entries = NULL \
	}

void image_tree_done(struct image_tree *t);
#define AUTO_IMAGE_TREE AUTO(image_tree_done) struct image_tree

/*
 * Adds one entry; texts are copied, links, file and size are set here. An entry that is there
 * already in the same form is left as it is.
 */
MUST_CHECK int image_tree_add(struct image_tree *t, const struct image_entry *entry, struct err *e);

/* Adds a file of several names, the first of which is entry->name. */
MUST_CHECK int image_tree_add_links(struct image_tree *t, const struct image_entry *entry,
				    char *const *names, size_t n_names, struct err *e);

/*
 * Adds an entry that wins over one of the same name, as an archive does that is
 * unpacked later. ret_old tells what was there ("LIST:LINE"; NULL: nothing, or a folder over
 * a folder), valid until the next call. A folder that is not empty gives way to nothing but a folder.
 */
MUST_CHECK int image_tree_overlay(struct image_tree *t, const struct image_entry *entry,
				  const char **ret_old, struct err *e);

/*
 * Where a name leads to when folders above it are symbolic links of the image,
 * and, of a folder, it itself: in memory of the caller's.
 */
MUST_CHECK int image_tree_real_name(const struct image_tree *t, const char *name, bool folder,
				    char **ret, struct err *e);

/*
 * When all is added: numbers the files in order, counts their names and says which of
 * them carries the content. Names of one file (`file` is equal) have to be alike.
 */
MUST_CHECK int image_tree_finish(struct image_tree *t, struct err *e);

/* The entry of this name, which need not be normalised, or NULL. Valid until the next add. */
struct image_entry *image_tree_find(const struct image_tree *t, const char *name);

/* As find, through symbolic links of the image; NULL also when they go round in circles. */
struct image_entry *image_tree_resolve(const struct image_tree *t, const char *name);

/* The normalised name ("." for the root) in memory of the caller's; ".." is refused. */
MUST_CHECK int image_name(const char *name, char **ret, struct err *e);

/* "folder", "file", "symbolic link"... */
const char *image_type_name(uint32_t mode);
bool image_type_known(uint32_t mode);

#endif
