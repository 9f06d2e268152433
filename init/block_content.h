#ifndef MKOS_INIT_BLOCK_CONTENT_H
#define MKOS_INIT_BLOCK_CONTENT_H

#include <stdbool.h>
#include <stddef.h>

/* How much of the start of a device is looked at. */
#define BLOCK_CONTENT_BYTES 4096

enum block_kind {
	BLOCK_OTHER,
	BLOCK_EXT,  /* ext2, ext3 or ext4 */
	BLOCK_VFAT, /* FAT12, FAT16 or FAT32 */
};

struct block_content {
	enum block_kind kind;
	char label[17]; /* "" if it has none */
};

/*
 * What file system the first bytes of a device are of. ext4 (kernel: Documentation/filesystems/ext4,
 * "Super Block"): magic 0xef53 at 1080, label of 16 bytes at 1144. FAT (Microsoft FAT
 * specification, section 3): a boot sector whose geometry is possible, 0x55 0xaa at 510, and behind
 * the signature 0x29 at 38 (FAT12 and 16) or 66 (FAT32) a label of 11 bytes, filled with blanks.
 */
struct block_content block_content_of(const unsigned char *bytes, size_t len);

bool block_content_is_zero(const unsigned char *bytes, size_t len);

#endif
