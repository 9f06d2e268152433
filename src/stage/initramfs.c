#include "stage/initramfs.h"

#include "host/crc.h"
#include "host/file.h"
#include "host/gzip.h"
#include "host/output.h"
#include "host/readback.h"
#include "stage/initramfs_verify.h"

#include <string.h>

int initramfs_parse_compress(const char *text, enum initramfs_compress *ret, struct err *e)
{
	if (!strcmp(text, "gzip"))
		*ret = INITRAMFS_GZIP;
	else if (!strcmp(text, "none"))
		*ret = INITRAMFS_PLAIN;
	else
		return err_set(e, ERR_INPUT, "compression '%.60s' is not one of gzip, none", text);
	return 0;
}

struct cpio_entry initramfs_entry(const struct initramfs_options *options,
				  const struct image_entry *entry)
{
	uint32_t type = entry->mode & CPIO_TYPE_MASK;
	/* As gen_init_cpio has it. */
	bool two = type == CPIO_FOLDER || type == CPIO_PIPE || type == CPIO_SOCKET;

	return (struct cpio_entry){
		.name = entry->name,
		.ino = CPIO_FIRST_INO + entry->file,
		.mode = entry->mode,
		.uid = entry->uid,
		.gid = entry->gid,
		.nlink = two ? 2 : entry->links,
		.mtime = options->time,
		.rdev_major = entry->rdev_major,
		.rdev_minor = entry->rdev_minor,
	};
}

bool initramfs_has_content(const struct image_tree *plan, size_t index)
{
	if (!plan->entries[index].location)
		return false;
	return index + 1 == plan->n || plan->entries[index + 1].file != plan->entries[index].file;
}

static int write_file(struct sink *out, const struct cpio_entry *head,
		      const struct image_entry *entry, uint32_t *crc, struct err *e)
{
	AUTO_FILE_SOURCE f = FILE_SOURCE_INIT;
	struct crc_source content;

	if (file_source_open(&f, entry->location, e) < 0)
		return -1;
	if (f.source.size != entry->size)
		return err_set(
			e, ERR_INPUT,
			"'%s' has %llu bytes, but had %llu before: run again when it is at rest",
			entry->location, (unsigned long long)f.source.size,
			(unsigned long long)entry->size);
	crc_source_init(&content, &f.source, crc);
	if (cpio_write(out, head, &content.source, e) < 0)
		return -1;
	return file_source_unchanged(&f, e);
}

static int write_archive(const struct initramfs_options *options, const struct image_tree *plan,
			 struct sink *out, uint32_t *crcs, struct err *e)
{
	for (size_t i = 0; i < plan->n; i++) {
		const struct image_entry *entry = &plan->entries[i];
		const struct cpio_entry head = initramfs_entry(options, entry);
		int r;

		if (entry->target)
			r = cpio_write_symlink(out, &head, entry->target, e);
		else if (initramfs_has_content(plan, i))
			r = write_file(out, &head, entry, &crcs[i], e);
		else
			r = cpio_write(out, &head, NULL, e);
		if (r < 0)
			return -1;
	}
	return cpio_write_trailer(out, e);
}

static int write_packed(const struct initramfs_options *options, const struct image_tree *plan,
			struct sink *out, uint32_t *crcs, uint64_t *ret_raw, struct err *e)
{
	AUTO_GZIP_SINK gzip = {.member = NULL};
	int level = options->level ? options->level : GZIP_LEVEL_DEFAULT;
	struct sink *to = out;

	if (options->compress == INITRAMFS_GZIP) {
		if (gzip_sink_init(&gzip, out, level, e) < 0)
			return -1;
		to = &gzip.sink;
	}
	if (write_archive(options, plan, to, crcs, e) < 0)
		return -1;
	*ret_raw = to->pos;
	return options->compress == INITRAMFS_GZIP ? gzip_sink_finish(&gzip, e) : 0;
}

int initramfs_write(const struct initramfs_options *options, const struct image_tree *plan,
		    struct initramfs_summary *ret, struct err *e)
{
	AUTO_OUTPUT out = OUTPUT_INIT;
	AUTO_FREE uint32_t *crcs = calloc(plan->n + 1, sizeof(*crcs));
	struct initramfs_written written = {.options = options, .plan = plan, .crcs = crcs};
	struct initramfs_summary summary = {.entries = plan->n};
	struct readback back;

	if (!crcs)
		return err_memory(e);
	if (output_begin(&out, options->output, options->sync, e) < 0 ||
	    write_packed(options, plan, &out.sink, crcs, &written.raw_bytes, e) < 0)
		return -1;
	summary.raw_bytes = written.raw_bytes;
	summary.packed_bytes = out.sink.pos;
	if (readback_init(&back, &out, e) < 0 || initramfs_verify(&written, &back.source, e) < 0 ||
	    output_commit(&out, e) < 0)
		return -1;
	*ret = summary;
	return 0;
}
