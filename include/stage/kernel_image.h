#ifndef MKOS_STAGE_KERNEL_IMAGE_H
#define MKOS_STAGE_KERNEL_IMAGE_H

/* Kernels as they come: packed as a whole, or unpacking themselves, telling their version or not. */

#include "base/source.h"
#include "format/linux_image.h"
#include "format/linux_version.h"
#include "host/file.h"

/*
 * Opens a kernel. One that is compressed as a whole (Image.gz, vmlinuz of some distributions) is
 * unpacked into a file without a name, since firmware starts only what is unpacked.
 */
MUST_CHECK int kernel_open(const char *path, struct file_source *ret, struct err *e);

/* The image's facts; what is refused, an ELF kernel say, is called by its version. */
MUST_CHECK int kernel_read(const struct source *s, struct linux_image *ret, struct err *e);

/*
 * What uname -r will say: from the header of a bzImage, else found in the kernel's bytes, also in
 * those that it is compressed to. "" when it cannot be found.
 */
MUST_CHECK int kernel_release(const struct source *s, const struct linux_image *image,
			      char ret[LINUX_RELEASE_MAX + 1], struct err *e);

/* The compression of a kernel that unpacks itself, when it is one that is not read here; else NULL. */
MUST_CHECK int kernel_unread(const struct source *s, const struct linux_image *image,
			     const char **ret_form, struct err *e);

#endif
