#include "stage/initramfs_verify.h"

#include "base/bytes.h"
#include "host/crc.h"
#include "host/decompress.h"
#include "host/gzip.h"
#include "host/lz4.h"
#include "host/pool.h"

#include <string.h>

enum {
	SLOTS_MORE = 2,
	SLICE_END = 5,	       /* room that gzip_unpack_slice() wants */
	SKIP_FROM = 16 * 1024, /* content of a plain archive that is not worth reading */
};

struct slot {
	struct buf packed, raw;
};

struct verifier {
	const struct initramfs_source *written;
	const struct source *output;
	struct cpio_reader reader;
	struct slot *slots;
	struct gzip_unpacker *unpackers; /* one for each thread */
	unsigned int threads;
	uint64_t at; /* where the next piece has to begin in the output */
	/* Of the member that is in slices. */
	uint32_t member_crc;
	uint64_t member_size;
	/* What the reader told: */
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

	if (!v->written->crcs || v->n == 0 || !initramfs_has_content(plan, v->n - 1))
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
	if (found->size != initramfs_data_size(plan, v->n - 1))
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
	if (!v->written->crcs)
		return 0;
	v->crc = crc_add(v->crc, data, len);
	v->size += len;
	return 0;
}

static const struct initramfs_piece *piece_of(const struct verifier *v,
					      const struct pool_task *task)
{
	return &v->written->layout->pieces[task->index];
}

/* Bytes of the archive that are read back, and those behind them that are not. */
struct stretch {
	uint64_t at, size, skipped;
};

/*
 * Nothing came between the bytes that were read and those of a plain archive, so that its structure
 * is looked at, and of content only what stands between: all of it where there are sums to it.
 */
static void next_stretch(const struct verifier *v, const struct initramfs_piece *piece,
			 size_t *index, struct stretch *s)
{
	const uint64_t *offsets = v->written->layout->offsets, end = piece->offset + piece->size;
	const struct image_tree *plan = v->written->plan;

	s->at += s->size + s->skipped;
	s->skipped = 0;
	for (; *index < plan->n && offsets[*index] < end; ++*index) {
		uint64_t data = initramfs_data_size(plan, *index);
		uint64_t from =
			offsets[*index] + initramfs_head_size(v->written->layout, plan, *index);
		uint64_t to = from + data < end ? from + data : end;

		from = from < s->at ? s->at : from;
		if (v->written->options->checksum || plan->entries[*index].target ||
		    to < from + SKIP_FROM)
			continue;
		++*index;
		s->size = from - s->at;
		s->skipped = to - from;
		return;
	}
	s->size = end - s->at;
}

static int read_plain(const struct verifier *v, const struct initramfs_piece *piece, struct buf *to,
		      struct err *e)
{
	const uint64_t base = piece->packed_at - piece->offset, end = piece->offset + piece->size;
	struct stretch s = {.at = piece->offset};

	for (size_t index = piece->first; s.at + s.size + s.skipped < end;) {
		next_stretch(v, piece, &index, &s);
		if (buf_reserve(to, (size_t)s.size, e) < 0 ||
		    source_read(v->output, base + s.at, to->data + to->len, (size_t)s.size, e) < 0)
			return -1;
		to->len += (size_t)s.size;
	}
	return 0;
}

static int compare_plain(struct verifier *v, const struct initramfs_piece *piece,
			 const struct buf *from, struct err *e)
{
	const uint64_t end = piece->offset + piece->size;
	struct stretch s = {.at = piece->offset};
	size_t done = 0;

	for (size_t index = piece->first; s.at + s.size + s.skipped < end;) {
		next_stretch(v, piece, &index, &s);
		if (sink_put(&v->reader.sink, from->data + done, (size_t)s.size, e) < 0 ||
		    (s.skipped && cpio_reader_skip(&v->reader, s.skipped, e) < 0))
			return -1;
		done += (size_t)s.size;
	}
	return 0;
}

static int unpack_slice(struct gzip_unpacker *u, const struct initramfs_piece *piece,
			struct slot *slot, struct err *e)
{
	size_t head = piece->cut == INITRAMFS_FIRST ? GZIP_HEAD_SIZE : 0;
	size_t tail = piece->cut == INITRAMFS_LAST ? GZIP_TAIL_SIZE : 0;
	char end[GZIP_TAIL_SIZE];

	if (slot->packed.len < head + tail)
		return err_set(e, ERR_INPUT, "a slice is cut short");
	memcpy(end, slot->packed.data + slot->packed.len - tail, tail);
	if (gzip_unpack_slice(u, (unsigned char *)slot->packed.data + head,
			      slot->packed.len - head - tail, (size_t)piece->size, &slot->raw,
			      e) < 0)
		return -1;
	memcpy(slot->packed.data + slot->packed.len - tail, end, tail);
	return 0;
}

static int unpack(void *context, const struct pool_task *task, struct err *e)
{
	struct verifier *v = context;
	const struct initramfs_piece *piece = piece_of(v, task);
	struct slot *slot = &v->slots[task->slot];
	struct gzip_unpacker *u = &v->unpackers[task->thread];
	size_t len = (size_t)piece->packed_size;
	struct buf *packed = &slot->packed;
	struct err damage = ERR_INIT;
	int r;

	buf_clear(packed);
	buf_clear(&slot->raw);
	if (v->written->options->compress == INITRAMFS_PLAIN)
		return read_plain(v, piece, &slot->raw, e);
	if (buf_reserve(packed, len + SLICE_END, e) < 0 ||
	    source_read(v->output, piece->packed_at, packed->data, len, e) < 0)
		return -1;
	packed->len = len;
	if (piece->cut == INITRAMFS_WHOLE)
		r = gzip_unpack(u, packed->data, len, (size_t)piece->size, &slot->raw, &damage);
	else
		r = unpack_slice(u, piece, slot, &damage);
	if (r < 0)
		return err_set(e, ERR_SYSTEM,
			       "what was written reads back differently: %s: memory or disk is not "
			       "to be trusted",
			       damage.text);
	return 0;
}

/* Slices are checked one by one, and so are the ends of their member. */
static int check_ends(struct verifier *v, const struct initramfs_piece *piece,
		      const struct slot *slot, struct err *e)
{
	AUTO_BUF want = BUF_INIT;

	if (piece->cut == INITRAMFS_FIRST) {
		v->member_crc = 0;
		v->member_size = 0;
		if (gzip_head(initramfs_level(v->written->options), &want, e) < 0)
			return -1;
		if (memcmp(slot->packed.data, want.data, want.len) != 0)
			return differs(v, "the gzip header", e);
	}
	v->member_crc = crc_add(v->member_crc, slot->raw.data, slot->raw.len);
	v->member_size += slot->raw.len;
	if (piece->cut != INITRAMFS_LAST)
		return 0;
	buf_clear(&want);
	if (gzip_tail(v->member_crc, v->member_size, &want, e) < 0)
		return -1;
	if (memcmp(slot->packed.data + slot->packed.len - want.len, want.data, want.len) != 0)
		return differs(v, "the gzip trailer", e);
	return 0;
}

static int compare(void *context, const struct pool_task *task, struct err *e)
{
	struct verifier *v = context;
	const struct initramfs_piece *piece = piece_of(v, task);
	const struct slot *slot = &v->slots[task->slot];

	if (piece->packed_at != v->at)
		return differs(v, "the order", e);
	v->at += piece->packed_size;
	if (v->written->options->compress == INITRAMFS_PLAIN)
		return compare_plain(v, piece, &slot->raw, e);
	if (piece->cut != INITRAMFS_WHOLE && check_ends(v, piece, slot, e) < 0)
		return -1;
	return sink_put(&v->reader.sink, slot->raw.data, slot->raw.len, e);
}

static void verifier_done(struct verifier *v)
{
	for (unsigned int i = 0; v->slots && i < v->threads + SLOTS_MORE; i++) {
		buf_done(&v->slots[i].packed);
		buf_done(&v->slots[i].raw);
	}
	for (unsigned int i = 0; v->unpackers && i < v->threads; i++)
		gzip_unpacker_done(&v->unpackers[i]);
	free(v->slots);
	free(v->unpackers);
}

static int verifier_init(struct verifier *v, struct err *e)
{
	v->slots = calloc(v->threads + SLOTS_MORE, sizeof(*v->slots));
	v->unpackers = calloc(v->threads, sizeof(*v->unpackers));
	if (!v->slots || !v->unpackers)
		return err_memory(e);
	for (unsigned int i = 0; i < v->threads; i++)
		if (gzip_unpacker_init(&v->unpackers[i], e) < 0)
			return -1;
	return 0;
}

/* One after the other: the decoders of these are fast beside the compressors. */
static int unpack_stream(struct verifier *v, uint64_t base, struct err *e)
{
	const char *form = initramfs_compress_name(v->written->options->compress);

	if (decompress(form, v->output, base, v->written->layout->size, &v->reader.sink, &v->at,
		       e) < 0)
		return -1;
	if (v->written->options->compress == INITRAMFS_LZ4)
		v->at = align_up(v->at + LZ4_ZEROS, 4);
	return 0;
}

int initramfs_verify(const struct initramfs_source *written, const struct source *output,
		     uint64_t base, struct err *e)
{
	const enum initramfs_compress compress = written->options->compress;
	bool stream = compress != INITRAMFS_GZIP && compress != INITRAMFS_PLAIN;
	AUTO(verifier_done)
	struct verifier v = {
		.written = written,
		.output = output,
		.threads = initramfs_threads(written->options),
		.at = base,
	};
	const struct cpio_visitor visitor = {&v, verify_entry, verify_data};
	const struct pool_job job = {
		.context = &v,
		.n = written->layout->n,
		.threads = v.threads,
		.window = v.threads + SLOTS_MORE,
		.work = unpack,
		.finish = compare,
	};

	cpio_reader_init(&v.reader, &visitor, output->name);
	if (verifier_init(&v, e) < 0 ||
	    (stream ? unpack_stream(&v, base, e) : pool_run(&job, e)) < 0 ||
	    cpio_reader_finish(&v.reader, e) < 0 || end_entry(&v, e) < 0)
		return -1;
	if (v.n != written->plan->n || v.reader.trailers != 1 || v.at != output->size ||
	    v.reader.sink.pos != written->layout->size)
		return differs(&v, "the end", e);
	return 0;
}
