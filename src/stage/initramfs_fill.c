#include "stage/initramfs_fill.h"

#include "host/crc.h"
#include "stage/initramfs_verify.h"

#include <stdio.h>
#include <string.h>

enum {
	SUM_AT = 102, /* of the checksum in a header */
	SUM_SIZE = 8,
	SUM_PIECE = 256 * 1024,
};

/* One entry and the part of it that is wanted: offsets count from its header. */
struct range {
	const struct initramfs_source *from;
	size_t index;
	uint64_t start, end;
	uint64_t head, data; /* sizes */
};

int initramfs_open(const struct image_entry *entry, struct file_source *ret, struct err *e)
{
	AUTO_FILE_SOURCE f = FILE_SOURCE_INIT;

	if (file_source_open(&f, entry->location, e) < 0)
		return -1;
	if (entry->offset == 0 && f.source.size != entry->size && !entry->archive)
		return err_set(
			e, ERR_INPUT,
			"'%s' has %llu bytes, but had %llu before: run again when it is at rest",
			entry->location, (unsigned long long)f.source.size,
			(unsigned long long)entry->size);
	if (file_stamp(&f.stat) != entry->stamp)
		return err_set(e, ERR_INPUT,
			       "'%s' was changed while it was read: run again when it is at rest",
			       entry->location);
	*ret = f;
	f = (struct file_source)FILE_SOURCE_INIT;
	return 0;
}

/* The 070702 sum of content that is not in memory whole. */
static int sum_content(const struct image_entry *entry, uint32_t *ret, struct err *e)
{
	AUTO_FILE_SOURCE f = FILE_SOURCE_INIT;
	AUTO_FREE char *piece = malloc(SUM_PIECE);
	uint32_t sum = 0;

	if (!piece)
		return err_memory(e);
	if (initramfs_open(entry, &f, e) < 0)
		return -1;
	for (uint64_t at = 0; at < entry->size;) {
		uint64_t left = entry->size - at;
		size_t n = left < SUM_PIECE ? (size_t)left : SUM_PIECE;

		if (source_read(&f.source, entry->offset + at, piece, n, e) < 0)
			return -1;
		sum = cpio_sum(sum, piece, n);
		at += n;
	}
	*ret = sum;
	return 0;
}

static int put_head(const struct range *r, struct sink *out, struct err *e)
{
	const struct initramfs_source *from = r->from;
	const struct image_entry *entry = &from->plan->entries[r->index];
	struct cpio_form form = {.summed = from->options->checksum};
	struct cpio_entry head = {.name = CPIO_TRAILER, .nlink = 1};

	if (r->index == from->plan->n)
		return cpio_write_head(out, &head, &form, 0, e);
	head = initramfs_entry(from->options, entry);
	if (from->layout->zeros)
		form.zeros = from->layout->zeros[r->index];
	if (form.summed && entry->target) {
		form.sum = cpio_sum(0, entry->target, r->data);
	} else if (form.summed && r->data && (r->start || r->end < r->head + r->data)) {
		if (sum_content(entry, &form.sum, e) < 0)
			return -1;
	}
	return cpio_write_head(out, &head, &form, r->data, e);
}

/* The part of the header that is wanted; nearly always all of it. */
static int fill_head(const struct range *r, struct buf_sink *out, struct err *e)
{
	const uint64_t end = r->end < r->head ? r->end : r->head;
	AUTO_BUF head = BUF_INIT;
	struct buf_sink whole;

	if (r->start == 0 && end == r->head)
		return put_head(r, &out->sink, e);
	buf_sink_init(&whole, &head);
	if (put_head(r, &whole.sink, e) < 0)
		return -1;
	return sink_put(&out->sink, head.data + r->start, (size_t)(end - r->start), e);
}

static void note_crc(const struct range *r, struct initramfs_bytes *to, size_t start, uint64_t size)
{
	uint32_t crc = crc_add(0, to->data.data + start, (size_t)size);

	if (size == r->data)
		r->from->crcs[r->index] = crc;
	else
		to->parts[to->n_parts++] = (struct initramfs_part){r->index, crc, size};
}

/* Whoever has all of the content in memory need not read it twice for the sum. */
static void patch_sum(const struct range *r, struct buf *to, size_t start)
{
	char text[SUM_SIZE + 1];

	snprintf(text, sizeof(text), "%08X", cpio_sum(0, to->data + start, r->data));
	memcpy(to->data + start - r->head + SUM_AT, text, SUM_SIZE);
}

static int fill_content(const struct range *r, struct initramfs_bytes *to, struct buf_sink *out,
			struct err *e)
{
	const struct image_entry *entry = &r->from->plan->entries[r->index];
	uint64_t start = r->start < r->head ? 0 : r->start - r->head;
	uint64_t end = r->end - r->head < r->data ? r->end - r->head : r->data;
	AUTO_FILE_SOURCE f = FILE_SOURCE_INIT;
	size_t before = to->data.len;

	if (start >= end)
		return 0;
	if (entry->target)
		return sink_put(&out->sink, entry->target + start, (size_t)(end - start), e);
	if (initramfs_open(entry, &f, e) < 0 ||
	    sink_range(&out->sink, &f.source, entry->offset + start, end - start, e) < 0 ||
	    file_source_unchanged(&f, e) < 0)
		return -1;
	note_crc(r, to, before, end - start);
	if (r->from->options->checksum && r->start == 0 && end == r->data)
		patch_sum(r, &to->data, before);
	return 0;
}

static int fill_entry(const struct range *r, struct initramfs_bytes *to, struct buf_sink *out,
		      struct err *e)
{
	uint64_t before = out->sink.pos;

	if (r->start < r->head && fill_head(r, out, e) < 0)
		return -1;
	if (r->end > r->head && fill_content(r, to, out, e) < 0)
		return -1;
	return sink_zeros(&out->sink, r->end - r->start - (out->sink.pos - before), e);
}

int initramfs_fill(const struct initramfs_source *from, const struct initramfs_piece *piece,
		   struct initramfs_bytes *to, struct err *e)
{
	const uint64_t *offsets = from->layout->offsets;
	uint64_t at = piece->offset, end = piece->offset + piece->size;
	struct buf_sink out;

	buf_clear(&to->data);
	to->n_parts = 0;
	buf_sink_init(&out, &to->data);
	if (buf_reserve(&to->data, (size_t)piece->size, e) < 0)
		return -1;
	for (size_t i = piece->first; at < end; at = offsets[++i]) {
		const struct range r = {
			.from = from,
			.index = i,
			.start = at - offsets[i],
			.end = (offsets[i + 1] < end ? offsets[i + 1] : end) - offsets[i],
			.head = initramfs_head_size(from->layout, from->plan, i),
			.data = initramfs_data_size(from->plan, i),
		};

		if (fill_entry(&r, to, &out, e) < 0)
			return -1;
	}
	return 0;
}

void initramfs_fill_finish(const struct initramfs_source *from, const struct initramfs_bytes *b)
{
	for (size_t i = 0; i < b->n_parts; i++) {
		const struct initramfs_part *part = &b->parts[i];

		from->crcs[part->entry] = crc_join(from->crcs[part->entry], part->crc, part->size);
	}
}
