#include "stage/initramfs.h"

#include "format/entry_text.h"
#include "stage/initramfs_early.h"
#include "stage/initramfs_layout.h"

static int describe_content(const struct image_tree *plan, size_t i, initramfs_hash hash,
			    void *context, struct buf *text, struct err *e)
{
	const struct image_entry *entry = &plan->entries[i];
	char hex[65];

	if (entry->target) {
		if (buf_puts(text, "\t", e) < 0)
			return -1;
		return entry_name_text(text, entry->target, e);
	}
	if (entry->has_mtime && buf_putf(text, e, "\tat %u", entry->mtime) < 0)
		return -1;
	if (entry->links > 1 && entry->location && buf_putf(text, e, "\tfile %u", entry->file) < 0)
		return -1;
	if (!entry->content)
		return 0;
	if (hash(context, entry->archive ? entry->archive : entry->location, hex, e) < 0)
		return -1;
	if (!entry->archive)
		return buf_putf(text, e, "\t%s", hex);
	return buf_putf(text, e, "\t%llu bytes at %llu of %s", (unsigned long long)entry->size,
			(unsigned long long)entry->offset, hex);
}

int initramfs_describe(const struct initramfs_options *options, const struct image_tree *plan,
		       initramfs_hash hash, void *context, struct buf *text, struct err *e)
{
	if (buf_putf(text, e, "initramfs 2 %s %d time %u%s align %u\n",
		     initramfs_compress_name(options->compress), initramfs_level(options),
		     options->time, options->checksum ? " checksum" : "", options->align) < 0 ||
	    initramfs_describe_early(options, hash, context, text, e) < 0)
		return -1;
	for (size_t i = 0; i < plan->n; i++) {
		const struct image_entry *entry = &plan->entries[i];

		if (buf_putf(text, e, "%06o\t%u\t%u\t%u,%u\t", entry->mode, entry->uid, entry->gid,
			     entry->rdev_major, entry->rdev_minor) < 0 ||
		    entry_name_text(text, entry->name, e) < 0 ||
		    describe_content(plan, i, hash, context, text, e) < 0 ||
		    buf_puts(text, "\n", e) < 0)
			return -1;
	}
	return 0;
}
