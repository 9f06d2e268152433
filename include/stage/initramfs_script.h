#ifndef MKOS_STAGE_INITRAMFS_SCRIPT_H
#define MKOS_STAGE_INITRAMFS_SCRIPT_H

/* What the content of a file of the plan says of who executes it. Part of initramfs_check(). */

#include "format/image_tree.h"
#include "host/file.h"

/* The content; `file` is opened for it, and has to live as long. */
MUST_CHECK int initramfs_content(const struct image_entry *entry, struct file_source *file,
				 struct range_source *ret, struct err *e);

/* The file of the host that it is from, for messages. */
const char *initramfs_origin(const struct image_entry *entry);

enum { SCRIPT_HEAD = 255 /* the kernel looks at this many bytes for the "#!" line */ };

struct script {
	char head[SCRIPT_HEAD + 1];
	const char *interpreter; /* of the first line; "": it is no script */
	const char *by_env;	 /* the program that env(1) looks for there; NULL: it is not env */
};

/* The texts point into ret->head. */
MUST_CHECK int initramfs_read_script(const struct source *from, struct script *ret, struct err *e);

#endif
