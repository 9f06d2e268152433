#include "stage/initramfs_verify.h"

#include "host/crc.h"
#include "host/gunzip.h"

#include <string.h>

struct verifier {
	const struct initramfs_written *written;
	size_t n;      /* entries so far */
	uint32_t crc;  /* of the content of the last one */
	uint64_t size; /* its length so far */
};

static int differs(const struct verifier *v, const char *what, struct err *e)
{
	const struct image_tree *plan = v->written->plan;

	return err_set(
		e, ERR_SYSTEM,
		"what was written reads back differently: %s of '%s': memory or disk is not to "
		"be trusted",
		what, v->n && v->n <= plan->n ? plan->entries[v->n - 1].name : "the archive");
}

/* The content of the entry before is complete when the next one begins. */
static int end_entry(const struct verifier *v, struct err *e)
{
	const struct image_tree *plan = v->written->plan;

	if (v->n == 0 || !initramfs_has_content(plan, v->n - 1))
		return 0;
	if (v->size != plan->entries[v->n - 1].size || v->crc != v->written->crcs[v->n - 1])
		return differs(v, "content", e);
	return 0;
}

static bool same_entry(const struct cpio_entry *a, const struct cpio_entry *b)
{
	return !strcmp(a->name, b->name) && a->ino == b->ino && a->mode == b->mode &&
	       a->uid == b->uid && a->gid == b->gid && a->nlink == b->nlink &&
	       a->mtime == b->mtime && a->rdev_major == b->rdev_major &&
	       a->rdev_minor == b->rdev_minor;
}

static uint64_t size_in_archive(const struct image_tree *plan, size_t index)
{
	const struct image_entry *entry = &plan->entries[index];

	if (entry->target)
		return strlen(entry->target) + 1;
	return initramfs_has_content(plan, index) ? entry->size : 0;
}

static int verify_entry(void *context, const struct cpio_found *found, struct err *e)
{
	struct verifier *v = context;
	const struct image_tree *plan = v->written->plan;
	const struct image_entry *entry;
	struct cpio_entry want;

	if (end_entry(v, e) < 0)
		return -1;
	v->n++;
	v->crc = 0;
	v->size = 0;
	if (v->n > plan->n)
		return differs(v, "the number of entries", e);
	entry = &plan->entries[v->n - 1];
	want = initramfs_entry(v->written->options, entry);
	if (!same_entry(&want, &found->entry))
		return differs(v, "name, mode, owner or time", e);
	if (found->size != size_in_archive(plan, v->n - 1))
		return differs(v, "size", e);
	if (!entry->target != !found->target ||
	    (entry->target && strcmp(entry->target, found->target)))
		return differs(v, "target", e);
	return 0;
}

static int verify_data(void *context, const void *data, size_t len, struct err *e)
{
	struct verifier *v = context;

	(void)e;
	v->crc = crc_add(v->crc, data, len);
	v->size += len;
	return 0;
}

int initramfs_verify(const struct initramfs_written *written, const struct source *archive,
		     struct err *e)
{
	struct verifier v = {.written = written};
	const struct cpio_visitor visitor = {&v, verify_entry, verify_data};
	struct cpio_reader reader;
	uint64_t end = archive->size;
	int r;

	cpio_reader_init(&reader, &visitor, archive->name);
	if (written->options->compress == INITRAMFS_GZIP)
		r = gunzip(archive, 0, written->raw_bytes, &reader.sink, &end, e);
	else
		r = sink_range(&reader.sink, archive, 0, archive->size, e);
	if (r < 0 || cpio_reader_finish(&reader, e) < 0 || end_entry(&v, e) < 0)
		return -1;
	if (v.n != written->plan->n || reader.trailers != 1 || end != archive->size ||
	    reader.sink.pos != written->raw_bytes)
		return differs(&v, "the end", e);
	return 0;
}
