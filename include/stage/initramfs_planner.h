#ifndef MKOS_STAGE_INITRAMFS_PLANNER_H
#define MKOS_STAGE_INITRAMFS_PLANNER_H

/* Fills the plan from the lines of the lists. Part of initramfs_plan(). */

#include "format/initlist.h"
#include "stage/initramfs.h"
#include "stage/initrd_read.h"

#include <sys/stat.h>

struct initramfs_planner {
	const struct initramfs_options *options;
	struct image_tree *plan;
	const char *list;
	/* Of the line at hand. */
	char *where;
	const struct initlist_line *line;
	size_t archives;		    /* that were unpacked into the scratch folder */
	const struct initrd_limits *limits; /* of archives; NULL: the usual ones */
	bool as_it_is;			    /* times, microcode and ACPI tables of an archive too */
	ino_t output_inode;		    /* of the output that is there already; 0: none is */
};

/* A "tree" or "overlay" line. */
MUST_CHECK int initramfs_add_tree(struct initramfs_planner *p, struct err *e);

/* An "archive" line. */
MUST_CHECK int initramfs_add_archive(struct initramfs_planner *p, struct err *e);

/* An "elf" line: the program, its interpreter and all libraries. */
MUST_CHECK int initramfs_add_elf(struct initramfs_planner *p, struct err *e);

/* A "set" line. */
MUST_CHECK int initramfs_set(struct initramfs_planner *p, struct err *e);

/* Is the name left out by the line's patterns? It is relative to what the line brings. */
bool initramfs_is_excluded(const struct initlist_settings *settings, const char *name);

/* Fails when the lists or what else is read before the content are the output too; then packed
   files can be compared with it. */
MUST_CHECK int initramfs_output_apart(struct initramfs_planner *p, struct err *e);

/* Fails when a file that is packed, with its status, is the output too. */
MUST_CHECK int initramfs_apart(const struct initramfs_planner *p, const char *input,
			       const struct stat *status, struct err *e);

/* Gives the entry what the settings say. */
void initramfs_apply(const struct initlist_settings *settings, struct image_entry *entry);

/* Adds an entry that wins over what is there, below links of the image where they lead to. */
MUST_CHECK int initramfs_lay_over(struct initramfs_planner *p, const struct image_entry *entry,
				  const char **ret_name, struct err *e);

/* Files with several names: which number of the plan a pair of numbers from elsewhere has. */
struct initramfs_links {
	struct initramfs_link *slots;
	size_t n, n_slots; /* a power of 2 */
};

struct initramfs_link {
	uint64_t device, inode;
	bool used;
	uint32_t file;
};

void initramfs_links_done(struct initramfs_links *l);

/* ret_known tells whether it was there; else it is added with this file. */
MUST_CHECK int initramfs_links_add(struct initramfs_links *l, const struct initramfs_link *link,
				   bool *ret_known, uint32_t *ret_file, struct err *e);

/* Makes files of the same content, mode, owner and time names of one file. */
MUST_CHECK int initramfs_dedupe(struct image_tree *plan, struct err *e);

#endif
