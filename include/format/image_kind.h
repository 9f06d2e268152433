#ifndef MKOS_FORMAT_IMAGE_KIND_H
#define MKOS_FORMAT_IMAGE_KIND_H

/* What a file is that a machine could boot from, by the marks that its format has. */

#include "base/err.h"
#include "base/source.h"

enum image_kind {
	IMAGE_OTHER,   /* an initramfs, or anything else */
	IMAGE_BZIMAGE, /* a Linux kernel: "HdrS" at 0x202 */
	IMAGE_VMLINUX, /* an ELF program: a kernel that is not packed */
	IMAGE_EFI,     /* an EFI program that is no bzImage: a UKI, or another */
	IMAGE_ISO,     /* ISO 9660, also when it is a disk as well */
	IMAGE_DISK,    /* a boot sector: MBR, GPT, or a FAT file system alone */
	IMAGE_QCOW2,
};

MUST_CHECK int image_kind_read(const struct source *s, enum image_kind *ret, struct err *e);

/* "an ISO", "a disk", ...: for a sentence. */
const char *image_kind_text(enum image_kind kind);

#endif
