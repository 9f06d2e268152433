/* Everything that reads ISOs and disks which somebody else made. */

#include "format/fat_read.h"
#include "format/gpt_read.h"
#include "format/image_kind.h"
#include "format/iso9660_read.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What a reader hands on can be read, and can be printed. */
static int visit(void *context, const struct volume_entry *entry, struct err *e)
{
	struct volume_source content;
	char head[64];

	for (const char *c = entry->path; *c; c++)
		if ((unsigned char)*c < ' ')
			__builtin_trap();
	if (entry->is_folder)
		return 0;
	if (volume_source_init(&content, context, entry->content, entry->size, e) < 0)
		return -1;
	if (entry->size >= sizeof(head) &&
	    (source_read(&content.source, 0, head, sizeof(head), e) < 0 ||
	     source_read(&content.source, entry->size - sizeof(head), head, sizeof(head), e) < 0))
		__builtin_trap();
	return 0;
}

static void read_fat(const struct source *s)
{
	const struct volume_visitor visitor = {(void *)(uintptr_t)s, visit};
	struct err e = ERR_INIT;
	struct fat fat;

	if (fat_read(s, &fat, &e) == 0 && fat_walk(&fat, &visitor, &e) < 0 && !e.text[0])
		__builtin_trap();
}

static void read_iso(const struct source *s)
{
	const struct volume_visitor visitor = {(void *)(uintptr_t)s, visit};
	struct err e = ERR_INIT;
	struct iso9660_image iso;

	if (iso9660_read(s, &iso, &e) == 0 && iso9660_walk(&iso, &visitor, &e) < 0 && !e.text[0])
		__builtin_trap();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct err e = ERR_INIT;
	struct memory_source m;
	struct disk_table table;
	enum image_kind kind;

	memory_source_init(&m, data, size, "fuzz");
	if (image_kind_read(&m.source, &kind, &e) < 0)
		__builtin_trap();
	read_fat(&m.source);
	read_iso(&m.source);
	if (disk_table_read(&m.source, &table, &e) < 0)
		return 0;
	for (size_t i = 0; i < table.n; i++) {
		struct range_source part;

		/* The reader says that each lies in the disk. */
		if (range_source_init(&part, &m.source, table.partitions[i].start,
				      table.partitions[i].bytes, &e) < 0)
			__builtin_trap();
		read_fat(&part.source);
	}
	disk_table_done(&table);
	return 0;
}
