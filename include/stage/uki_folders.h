#ifndef MKOS_STAGE_UKI_FOLDERS_H
#define MKOS_STAGE_UKI_FOLDERS_H

/* Sections that are made from folders: .hwids from device descriptions, .efifw from firmware. */

#include "stage/uki_gather.h"

MUST_CHECK int uki_add_folders(struct uki_gathered *g, const struct uki_options *options,
			       struct err *e);

#endif
