#ifndef MKOS_FORMAT_FAT32_NAME_H
#define MKOS_FORMAT_FAT32_NAME_H

/* Names on FAT: what is allowed, what is the same, and the short forms of long ones. */

#include "format/fat32_tree.h"

/* A name as UTF-16 units; refuses what FAT cannot have. `path` is for the message. */
MUST_CHECK int fat32_name(const char *name, const char *path, uint16_t to[FAT32_NAME_MAX],
			  size_t *ret_n, struct err *e);

/* The letter without its case. */
uint16_t fat32_fold(uint16_t unit);

/*
 * The name in capitals, when that is a short name. *ret_exact: the long name
 * is the same and need not be kept.
 */
bool fat32_short_plain(const uint16_t *units, size_t n, uint8_t to[FAT32_SHORT], bool *ret_exact);

/* The n-th try, from 1, at a short name for one that has none: "LONGNA~1TXT". */
void fat32_short_numbered(const uint16_t *units, size_t n, uint32_t attempt,
			  uint8_t to[FAT32_SHORT]);

/* What ties the entries of a long name to the short one (section 7.2). */
uint8_t fat32_short_sum(const uint8_t name[FAT32_SHORT]);

#endif
