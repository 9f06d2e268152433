#include "stage/initramfs_fill.h"

#include "host/crc.h"
#include "stage/initramfs_verify.h"

#include <stdio.h>
#include <string.h>

enum { SUM_PIECE = 256 * 1024 };

/* One entry and the part of it that is wanted: offsets count from its header. */
struct range {
	const struct initramfs_source *from;
	size_t index;
	uint64_t start, end;
	uint64_t head, data; /* sizes */
};

void initramfs_bytes_done(struct initramfs_bytes *b)
{
	buf_done(&b->data);
	opener_done(&b->opener);
}

/* It can go back to them; what compresses cannot, and has large content read twice. */
bool initramfs_sums_later(const struct initramfs_options *options)
{
	return options->checksum && options->compress == INITRAMFS_PLAIN;
}

static int check_same(const struct image_entry *entry, const struct stat *now, struct err *e)
{
	const uint64_t size = (uint64_t)now->st_size;

	if (!entry->archive && size != entry->size)
		return err_set(
			e, ERR_INPUT,
			"'%s' has %llu bytes, but had %llu before: run again when it is at rest",
			entry->location, (unsigned long long)size, (unsigned long long)entry->size);
	if (!S_ISREG(now->st_mode) || file_stamp(now) != entry->stamp)
		return err_set(e, ERR_INPUT,
			       "'%s' was changed while it was read: run again when it is at rest",
			       entry->location);
	return 0;
}

int initramfs_open(const struct image_entry *entry, struct file_source *ret, struct err *e)
{
	AUTO_FILE_SOURCE f = FILE_SOURCE_INIT;

	if (file_source_open(&f, entry->location, e) < 0 || check_same(entry, &f.stat, e) < 0)
		return -1;
	*ret = f;
	f = (struct file_source)FILE_SOURCE_INIT;
	return 0;
}

/* A look at the file behind the reading shows what happened since the plan looked at it. */
static int read_content(struct initramfs_bytes *to, const struct image_entry *entry, uint64_t start,
			size_t len, struct err *e)
{
	struct buf *data = &to->data;
	struct opener_range range = {entry->location, entry->offset + start, NULL, len};
	struct stat after;
	size_t got;

	if (buf_reserve(data, len, e) < 0)
		return -1;
	range.to = data->data + data->len;
	if (opener_read(&to->opener, &range, &got, &after, e) < 0 ||
	    check_same(entry, &after, e) < 0)
		return -1;
	if (got < len)
		return err_set(e, ERR_INPUT, "'%s' became shorter while it was read",
			       entry->location);
	data->len += len;
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
	} else if (form.summed && r->data && (r->start || r->end < r->head + r->data) &&
		   !initramfs_sums_later(from->options)) {
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

/* Whoever has the content in memory need not read it again for its sums. */
static void note_sums(const struct range *r, struct initramfs_bytes *to, size_t start)
{
	const size_t size = to->data.len - start;
	const char *content = to->data.data + start;
	const uint32_t crc = r->from->crcs ? crc_add(0, content, size) : 0;
	const uint32_t sum = r->from->options->checksum ? cpio_sum(0, content, size) : 0;
	const bool whole = size == r->data;

	if (whole && r->from->crcs)
		r->from->crcs[r->index] = crc;
	if (whole && r->start == 0 && r->from->options->checksum)
		cpio_sum_text(sum, to->data.data + start - r->head + CPIO_SUM_AT);
	if (whole && (r->start == 0 || !initramfs_sums_later(r->from->options)))
		return;
	to->parts[to->n_parts++] = (struct initramfs_part){
		.entry = r->index,
		.crc = crc,
		.sum = sum,
		.size = size,
		.first = r->start <= r->head,
		.last = r->end >= r->head + r->data,
	};
}

static int fill_content(const struct range *r, struct initramfs_bytes *to, struct buf_sink *out,
			struct err *e)
{
	const struct image_entry *entry = &r->from->plan->entries[r->index];
	uint64_t start = r->start < r->head ? 0 : r->start - r->head;
	uint64_t end = r->end - r->head < r->data ? r->end - r->head : r->data;
	size_t before = to->data.len;

	if (start >= end)
		return 0;
	if (entry->target)
		return sink_put(&out->sink, entry->target + start, (size_t)(end - start), e);
	if (read_content(to, entry, start, (size_t)(end - start), e) < 0)
		return -1;
	out->sink.pos += end - start;
	note_sums(r, to, before);
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
	for (size_t i = 0; from->crcs && i < b->n_parts; i++) {
		const struct initramfs_part *part = &b->parts[i];

		from->crcs[part->entry] = crc_join(from->crcs[part->entry], part->crc, part->size);
	}
}
