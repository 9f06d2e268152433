#ifndef MKOS_STAGE_MEDIA_H
#define MKOS_STAGE_MEDIA_H

/*
 * Bootable media: a GPT disk with an EFI system partition at 1 MiB and, where
 * asked for, further partitions. An ISO is the same with an ISO 9660 volume in
 * the gap in front, so that it boots as a CD, as a stick and as a disk. The
 * content of files goes straight to its place: cloned where the file system
 * can, else copied once by the kernel.
 */

#include "base/strv.h"
#include "format/gpt.h"
#include "stage/esp.h"

#include <stdbool.h>
#include <stdint.h>

enum media_kind { MEDIA_ISO, MEDIA_DISK };

struct media_options {
	enum media_kind kind;
	struct esp_options esp;
	const struct strv *partitions; /* LABEL:SIZE[:TYPE][=FILE]; NULL: none */
	const char *label;	       /* of the ESP and the ISO; NULL: MVIRT */
	const char *seed;	       /* GUIDs come from it; NULL: from the content */
	uint64_t size;		       /* of the whole; 0: as small as it can be */
	uint32_t time;		       /* of every file on it */
	const char *output;	       /* a file, or a block device */
	const char *erase; /* the block device's name again; NULL: none may be written */
	bool bios;	   /* an ISO that a BIOS starts too, by xorriso and isolinux */
	bool qcow2;	   /* a disk in QEMU's format instead of raw */
	bool force;	   /* write over a disk image that has more than an ESP */
	bool sync;
};

struct media_summary {
	uint64_t size;	    /* of the medium */
	uint64_t room;	    /* that the file takes on this machine's disk */
	uint64_t esp_bytes; /* of the partition */
	uint64_t esp_free;
	size_t n_ukis, n_files, n_partitions; /* partitions beside the ESP */
	size_t n_signed;		      /* programs that were signed for it */
	struct guid id;			      /* of the disk */
};

/* Fails for a disk image that has partitions of somebody's data, which would be lost. */
MUST_CHECK int media_check_old(const char *path, struct err *e);

MUST_CHECK int stage_media(const struct media_options *options, struct media_summary *ret,
			   struct err *e);

#endif
