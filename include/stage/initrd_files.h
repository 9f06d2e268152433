#ifndef MKOS_STAGE_INITRD_FILES_H
#define MKOS_STAGE_INITRD_FILES_H

/*
 * What the kernel would have in its root after it unpacked an initramfs:
 * later entries win, names below symbolic links are where these lead to.
 */

#include "base/buf.h"
#include "format/image_tree.h"
#include "format/json.h"
#include "host/temp.h"
#include "stage/initrd_read.h"

/* The content of compressed segments goes into the scratch folder, which has to live as long. */
MUST_CHECK int initrd_load(const char *path, const struct initrd_limits *limits,
			   struct temp_folder *scratch, struct image_tree *ret, struct err *e);

/* The content of one file, through symbolic links. */
MUST_CHECK int initrd_cat(const struct image_tree *tree, const char *name, struct sink *out,
			  struct err *e);

/*
 * Makes the folder, which must not be there yet, and all below it; nothing is
 * ever written outside. Owners and device nodes only as root; ret_left tells how
 * many nodes were left out.
 */
MUST_CHECK int initrd_extract(const struct image_tree *tree, const char *folder, size_t *ret_left,
			      struct err *e);

/* One of them: lines, or members of the object that is open. */
struct initrd_diff_form {
	struct buf *text;
	struct json_writer *json;
};

/* What became of a: entries added, removed, changed, and sizes by folder. */
MUST_CHECK int initrd_diff(const struct image_tree *a, const struct image_tree *b,
			   const struct initrd_diff_form *to, bool *ret_same, struct err *e);

#endif
