#include "stage/initramfs.h"

#include "host/crc.h"
#include "host/file.h"
#include "host/gzip.h"
#include "host/lz4.h"
#include "host/output.h"
#include "host/pool.h"
#include "host/readback.h"
#include "host/xz.h"
#include "host/zstd.h"
#include "stage/initramfs_budget.h"
#include "stage/initramfs_early.h"
#include "stage/initramfs_fill.h"
#include "stage/initramfs_verify.h"

#include <string.h>

/* Pieces in the making beyond one for each thread: so that nobody waits for a slow one. */
enum { SLOTS_MORE = 2 };

struct slot {
	struct initramfs_bytes bytes;
	struct buf packed;
};

struct writer {
	struct initramfs_source from;
	struct initramfs_layout *layout;
	struct output *out;
	uint64_t base; /* where the archive begins in the output */
	struct slot *slots;
	struct gzip_packer *packers; /* one for each thread */
	unsigned int threads;
	struct zstd_sink zstd; /* these have threads of their own, and take what comes in order */
	struct xz_sink xz;
	struct sink *stream; /* one of them, or NULL */
	/* Of the member that is in slices. */
	uint32_t member_crc;
	uint64_t member_size;
	uint32_t sum; /* of the content so far of which there are parts */
};

static void writer_done(struct writer *w)
{
	for (unsigned int i = 0; w->slots && i < w->threads + SLOTS_MORE; i++) {
		initramfs_bytes_done(&w->slots[i].bytes);
		buf_done(&w->slots[i].packed);
	}
	for (unsigned int i = 0; w->packers && i < w->threads; i++)
		gzip_packer_done(&w->packers[i]);
	free(w->slots);
	free(w->packers);
	zstd_sink_done(&w->zstd);
	xz_sink_done(&w->xz);
}

static int begin_stream(struct writer *w, struct err *e)
{
	int level = initramfs_level(w->from.options);
	struct sink *out = &w->out->sink;

	switch (w->from.options->compress) {
	case INITRAMFS_ZSTD:
		w->stream = &w->zstd.sink;
		return zstd_sink_init(&w->zstd, out, level, w->threads, e);
	case INITRAMFS_XZ:
		w->stream = &w->xz.sink;
		return xz_sink_init(&w->xz, out, level, w->threads, e);
	case INITRAMFS_LZ4:
		return sink_put(out, LZ4_MAGIC, sizeof(LZ4_MAGIC) - 1, e);
	default:
		return 0;
	}
}

/* What a kernel or a stub may put behind the archive begins at a multiple of 4. */
static int end_stream(struct writer *w, struct err *e)
{
	struct sink *out = &w->out->sink;

	switch (w->from.options->compress) {
	case INITRAMFS_PLAIN:
		return output_seek(w->out, w->base + w->layout->size, e);
	case INITRAMFS_ZSTD:
		return zstd_sink_finish(&w->zstd, e);
	case INITRAMFS_XZ:
		return xz_sink_finish(&w->xz, e);
	case INITRAMFS_LZ4:
		return sink_zeros(out, LZ4_ZEROS, e) < 0 ? -1 : sink_align(out, 4, e);
	default:
		return 0;
	}
}

static int writer_init(struct writer *w, struct err *e)
{
	const struct initramfs_options *o = w->from.options;

	w->slots = calloc(w->threads + SLOTS_MORE, sizeof(*w->slots));
	w->packers = calloc(w->threads, sizeof(*w->packers));
	for (unsigned int i = 0; w->slots && i < w->threads + SLOTS_MORE; i++)
		w->slots[i].bytes = (struct initramfs_bytes)INITRAMFS_BYTES_INIT;
	if (!w->slots || !w->packers)
		return err_memory(e);
	for (unsigned int i = 0; i < w->threads && o->compress == INITRAMFS_GZIP; i++)
		if (gzip_packer_init(&w->packers[i], initramfs_level(o), e) < 0)
			return -1;
	return begin_stream(w, e);
}

static int pack_gzip(struct gzip_packer *packer, struct initramfs_piece *piece, struct slot *slot,
		     struct err *e)
{
	const struct buf *raw = &slot->bytes.data;

	buf_clear(&slot->packed);
	if (piece->cut == INITRAMFS_WHOLE)
		return gzip_pack(packer, raw->data, raw->len, &slot->packed, e);
	piece->crc = crc_add(0, raw->data, raw->len);
	if (piece->cut == INITRAMFS_FIRST && gzip_head(packer->level, &slot->packed, e) < 0)
		return -1;
	return gzip_pack_slice(packer, raw->data, raw->len, &slot->packed, e);
}

/* An entry's header is ours, its content goes from file to file. */
static int copy_piece(struct writer *w, const struct initramfs_piece *piece, struct slot *slot,
		      struct err *e)
{
	const struct image_entry *entry = &w->from.plan->entries[piece->first];
	uint64_t head = initramfs_head_size(w->layout, w->from.plan, piece->first);
	const struct initramfs_piece header = {piece->offset, head, .first = piece->first};
	uint64_t at = w->base + piece->offset;
	AUTO_FILE_SOURCE f = FILE_SOURCE_INIT;
	static const char zeros[4];

	if (initramfs_fill(&w->from, &header, &slot->bytes, e) < 0 ||
	    initramfs_open(entry, &f, e) < 0 ||
	    output_put_at(w->out, at, slot->bytes.data.data, (size_t)head, e) < 0 ||
	    output_copy_at(w->out, at + head, &f.source, entry->offset, entry->size, e) < 0 ||
	    output_put_at(w->out, at + head + entry->size, zeros,
			  (size_t)(piece->size - head - entry->size), e) < 0)
		return -1;
	return file_source_unchanged(&f, e);
}

static int work(void *context, const struct pool_task *task, struct err *e)
{
	struct writer *w = context;
	struct initramfs_piece *piece = &w->layout->pieces[task->index];
	struct slot *slot = &w->slots[task->slot];

	if (piece->cut == INITRAMFS_COPY)
		return copy_piece(w, piece, slot, e);
	if (initramfs_fill(&w->from, piece, &slot->bytes, e) < 0)
		return -1;
	switch (w->from.options->compress) {
	case INITRAMFS_GZIP:
		return pack_gzip(&w->packers[task->thread], piece, slot, e);
	case INITRAMFS_LZ4:
		buf_clear(&slot->packed);
		return lz4_pack(slot->bytes.data.data, slot->bytes.data.len,
				initramfs_level(w->from.options), &slot->packed, e);
	case INITRAMFS_PLAIN:
		return output_put_at(w->out, w->base + piece->offset, slot->bytes.data.data,
				     slot->bytes.data.len, e);
	default:
		return 0;
	}
}

/* The ends of a member of slices need what all of them are. */
static int join_slices(struct writer *w, const struct initramfs_piece *piece, struct buf *packed,
		       struct err *e)
{
	if (piece->cut == INITRAMFS_FIRST)
		w->member_crc = 0, w->member_size = 0;
	w->member_crc = crc_join(w->member_crc, piece->crc, piece->size);
	w->member_size += piece->size;
	if (piece->cut != INITRAMFS_LAST)
		return 0;
	return gzip_tail(w->member_crc, w->member_size, packed, e);
}

/* Sums of content that lies in several pieces go to headers that were written before. */
static int put_sums(struct writer *w, const struct initramfs_bytes *bytes, struct err *e)
{
	for (size_t i = 0; i < bytes->n_parts; i++) {
		const struct initramfs_part *part = &bytes->parts[i];
		char text[CPIO_SUM_SIZE];

		w->sum = (part->first ? 0 : w->sum) + part->sum;
		if (!part->last)
			continue;
		cpio_sum_text(w->sum, text);
		if (output_put_at(w->out, w->base + w->layout->offsets[part->entry] + CPIO_SUM_AT,
				  text, sizeof(text), e) < 0)
			return -1;
	}
	return 0;
}

static int finish(void *context, const struct pool_task *task, struct err *e)
{
	struct writer *w = context;
	struct initramfs_piece *piece = &w->layout->pieces[task->index];
	struct slot *slot = &w->slots[task->slot];

	if (piece->cut != INITRAMFS_COPY)
		initramfs_fill_finish(&w->from, &slot->bytes);
	if (initramfs_sums_later(w->from.options) && put_sums(w, &slot->bytes, e) < 0)
		return -1;
	piece->packed_at = w->base + piece->offset;
	piece->packed_size = piece->size;
	if (w->from.options->compress == INITRAMFS_PLAIN)
		return 0;
	if (w->stream)
		return sink_put(w->stream, slot->bytes.data.data, slot->bytes.data.len, e);
	if (w->from.options->compress == INITRAMFS_GZIP && piece->cut != INITRAMFS_WHOLE &&
	    join_slices(w, piece, &slot->packed, e) < 0)
		return -1;
	piece->packed_at = w->out->sink.pos;
	piece->packed_size = slot->packed.len;
	return sink_put(&w->out->sink, slot->packed.data, slot->packed.len, e);
}

static int write_archive(struct writer *w, struct err *e)
{
	const struct pool_job job = {
		.context = w,
		.n = w->layout->n,
		.threads = w->threads,
		.window = w->threads + SLOTS_MORE,
		.work = work,
		.finish = finish,
	};

	const struct initramfs_options *o = w->from.options;

	if (writer_init(w, e) < 0 || output_flush(w->out, e) < 0)
		return -1;
	/* What the kernel copies may take no room of its own. */
	if (o->compress == INITRAMFS_PLAIN && !o->align &&
	    output_reserve(w->out, w->base + w->layout->size, e) < 0)
		return -1;
	if (pool_run(&job, e) < 0)
		return -1;
	return end_stream(w, e);
}

int initramfs_write(const struct initramfs_options *options, const struct image_tree *plan,
		    struct initramfs_summary *ret, struct err *e)
{
	AUTO_OUTPUT out = OUTPUT_INIT;
	AUTO_INITRAMFS_LAYOUT layout = {.offsets = NULL};
	/* Without compression nothing comes between what was read and what was written. */
	AUTO_FREE uint32_t *crcs =
		options->compress == INITRAMFS_PLAIN ? NULL : calloc(plan->n + 1, sizeof(*crcs));
	AUTO(writer_done)
	struct writer w = {
		.from = {options, plan, &layout, crcs},
		.layout = &layout,
		.out = &out,
		.threads = initramfs_threads(options),
	};
	struct initramfs_summary summary = {.entries = plan->n};
	struct readback back;

	if (!crcs && options->compress != INITRAMFS_PLAIN)
		return err_memory(e);
	if (initramfs_check_kernel(options, e) < 0 ||
	    output_begin(&out, options->output, options->sync, e) < 0 ||
	    initramfs_write_early(options, &out.sink, e) < 0)
		return -1;
	w.base = out.sink.pos;
	if (initramfs_layout_make(options, plan, w.base, &layout, e) < 0 ||
	    write_archive(&w, e) < 0)
		return -1;
	summary.raw_bytes = layout.size;
	summary.packed_bytes = out.sink.pos;
	initramfs_account(plan, &summary);
	if (initramfs_check_budget(options, plan, &summary, e) < 0 ||
	    readback_init(&back, &out, e) < 0 ||
	    initramfs_verify_early(options, &back.source, w.base, e) < 0 ||
	    initramfs_verify(&w.from, &back.source, w.base, e) < 0 || output_commit(&out, e) < 0)
		return -1;
	*ret = summary;
	return 0;
}
