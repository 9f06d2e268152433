#ifndef MKOS_STAGE_MEDIA_BIOS_H
#define MKOS_STAGE_MEDIA_BIOS_H

/*
 * An ISO that a BIOS starts too, as a CD and as a disk: isolinux loads the
 * kernel and the initramfs out of the UKIs, and xorriso puts it together with
 * the EFI system partition.
 */

#include "stage/media_layout.h"

/* The layout's output, from its ESP. */
MUST_CHECK int media_bios_write(const struct media_layout *l, struct err *e);

#endif
