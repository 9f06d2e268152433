#ifndef MKOS_STAGE_MEDIA_FACTS_H
#define MKOS_STAGE_MEDIA_FACTS_H

/* What is on an ISO or a disk image: partitions, boot entries, file systems and their files. */

#include "format/gpt_read.h"
#include "format/image_kind.h"
#include "format/iso9660_read.h"
#include "format/volume.h"

struct media_file {
	char *path;
	bool is_folder;
	bool is_efi, is_uki;
	uint64_t size;
	struct volume_extents content; /* within the volume; of EFI programs only */
};

struct media_volume {
	unsigned int partition; /* its number; 0: none */
	size_t boot;		/* number of the boot entry that it was found by; 0: none */
	struct range_source range;
	char type[8]; /* "FAT32", "ISO9660" */
	char label[33];
	uint32_t id;		    /* of a FAT */
	uint32_t bytes_per_cluster; /* of a FAT */
	struct media_file *files;
	size_t n_files, cap;
};

struct media_facts {
	const struct source *s;
	enum image_kind kind;
	struct disk_table table;
	struct iso9660_image iso; /* of an ISO */
	struct media_volume *volumes;
	size_t n_volumes;
};

void media_facts_done(struct media_facts *f);
#define AUTO_MEDIA_FACTS AUTO(media_facts_done) struct media_facts

/* The source outlives the facts. An image that is broken is refused, with a sentence. */
MUST_CHECK int media_facts_read(const struct source *s, enum image_kind kind,
				struct media_facts *ret, struct err *e);

#endif
