#ifndef MKOS_STAGE_INSPECT_KERNEL_H
#define MKOS_STAGE_INSPECT_KERNEL_H

/*
 * What a kernel is, in every form that a build has: bzImage, vmlinux (ELF), Image and zboot of other
 * architectures, and one that is compressed as a whole.
 */

#include "format/image_kind.h"
#include "format/json.h"
#include "stage/kernel_image.h"

struct kernel_facts {
	const char *form;   /* "bzImage", "vmlinux", "Image", "zboot"; NULL: no kernel */
	const char *packed; /* how it is compressed as a whole, or NULL */
	struct linux_image image;
	char version[sizeof(((struct linux_image *)NULL)->banner)]; /* "" when unknown */
	char release[LINUX_RELEASE_MAX + 1];
	uint64_t size; /* of the file */
};

/* What is no kernel has no form; a kernel that is cut short is refused. */
MUST_CHECK int inspect_kernel(const struct source *s, enum image_kind kind,
			      struct kernel_facts *ret, struct err *e);

MUST_CHECK int inspect_kernel_text(const struct kernel_facts *f, struct buf *out, struct err *e);
void inspect_kernel_json(const struct kernel_facts *f, struct json_writer *w);

#endif
