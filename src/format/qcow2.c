#include "format/qcow2.h"

#include "base/bytes.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum {
	CLUSTER_BITS = 16,
	CLUSTER = 1 << CLUSTER_BITS,
	HEADER_SIZE = 104,
	PER_TABLE = CLUSTER / 8,  /* entries of a table of offsets */
	PER_COUNTS = CLUSTER / 2, /* reference counts of 16 bits */
	REFCOUNT_ORDER = 4,
	L1_MAX = 32 << 20 >> 3, /* what QEMU takes */
};

static const uint64_t COPIED = 1ULL << 63;

/* Where everything goes, in clusters of the file. */
struct plan {
	uint64_t size;
	uint8_t *used; /* bitmap of the disk's clusters */
	uint64_t n;    /* of them */
	uint64_t n_used;
	uint64_t n_l1; /* entries */
	uint64_t l1, l2, counts_table, counts, data, end;
};

static bool is_used(const struct plan *p, uint64_t cluster)
{
	return p->used[cluster / 8] & 1U << cluster % 8;
}

/* A sink that only finds out which clusters hold something. */
struct map_sink {
	struct sink sink; /* first */
	struct plan *plan;
};

static int check_range(const struct plan *p, uint64_t pos, uint64_t len, struct err *e)
{
	if (pos <= p->size && len <= p->size - pos)
		return 0;
	return err_set(e, ERR_LIMIT, "the disk's content is longer than the disk");
}

static int map(struct sink *s, uint64_t len, struct err *e)
{
	struct plan *p = ((struct map_sink *)s)->plan;

	if (check_range(p, s->pos, len, e) < 0)
		return -1;
	for (uint64_t i = s->pos >> CLUSTER_BITS; i << CLUSTER_BITS < s->pos + len; i++) {
		p->n_used += !is_used(p, i);
		p->used[i / 8] |= (uint8_t)(1U << i % 8);
	}
	return 0;
}

static int map_put(struct sink *s, const void *data, size_t len, struct err *e)
{
	(void)data;
	return map(s, len, e);
}

static int map_range(struct sink *s, const struct source *from, uint64_t offset, uint64_t len,
		     struct err *e)
{
	(void)from;
	(void)offset;
	return map(s, len, e);
}

static int map_zeros(struct sink *s, uint64_t len, struct err *e)
{
	return check_range(((struct map_sink *)s)->plan, s->pos, len, e);
}

static const struct sink_ops map_ops = {.put = map_put, .range = map_range, .zeros = map_zeros};

/* A sink that hands on what lies in clusters that hold something. */
struct data_sink {
	struct sink sink; /* first */
	const struct plan *plan;
	struct sink *out;
};

static int data_put(struct sink *s, const void *data, size_t len, struct err *e)
{
	return sink_put(((struct data_sink *)s)->out, data, len, e);
}

static int data_range(struct sink *s, const struct source *from, uint64_t offset, uint64_t len,
		      struct err *e)
{
	return sink_range(((struct data_sink *)s)->out, from, offset, len, e);
}

static int data_zeros(struct sink *s, uint64_t len, struct err *e)
{
	const struct data_sink *d = (const struct data_sink *)s;
	const uint64_t end = s->pos + len;
	uint64_t kept = 0;

	for (uint64_t at = s->pos; at < end;) {
		const uint64_t next = ((at >> CLUSTER_BITS) + 1) << CLUSTER_BITS;
		const uint64_t stop = next < end ? next : end;

		if (is_used(d->plan, at >> CLUSTER_BITS))
			kept += stop - at;
		at = stop;
	}
	return sink_zeros(d->out, kept, e);
}

static const struct sink_ops data_ops = {.put = data_put, .range = data_range, .zeros = data_zeros};

/* Counts cover all clusters of the file, those that they take themselves included. */
static void lay_out(struct plan *p)
{
	const uint64_t n_l1_clusters = (p->n_l1 * 8 + CLUSTER - 1) / CLUSTER;
	const uint64_t fixed = 1 + n_l1_clusters + p->n_l1 + p->n_used;
	uint64_t n_counts = 0, n_tables = 0, total;

	do {
		total = fixed + n_counts + n_tables;
		n_counts = (total + PER_COUNTS - 1) / PER_COUNTS;
		n_tables = (n_counts + PER_TABLE - 1) / PER_TABLE;
	} while (fixed + n_counts + n_tables > total);
	p->l1 = 1;
	p->counts_table = p->l1 + n_l1_clusters;
	p->counts = p->counts_table + n_tables;
	p->l2 = p->counts + n_counts;
	p->data = p->l2 + p->n_l1;
	p->end = p->data + p->n_used;
}

static void be32_put(uint8_t *to, uint32_t value)
{
	for (int i = 0; i < 4; i++)
		to[i] = (uint8_t)(value >> (24 - 8 * i));
}

static void be64_put(uint8_t *to, uint64_t value)
{
	be32_put(to, (uint32_t)(value >> 32));
	be32_put(to + 4, (uint32_t)value);
}

static int write_header(const struct plan *p, struct sink *out, struct err *e)
{
	uint8_t h[HEADER_SIZE + 8] = {'Q', 'F', 'I', 0xfb};

	be32_put(h + 4, 3);
	be32_put(h + 20, CLUSTER_BITS);
	be64_put(h + 24, p->size);
	be32_put(h + 36, (uint32_t)p->n_l1);
	be64_put(h + 40, p->l1 << CLUSTER_BITS);
	be64_put(h + 48, p->counts_table << CLUSTER_BITS);
	be32_put(h + 56, (uint32_t)(p->counts - p->counts_table));
	be32_put(h + 96, REFCOUNT_ORDER);
	be32_put(h + 100, HEADER_SIZE);
	/* Eight zeros end the list of extensions. */
	if (sink_put(out, h, sizeof(h), e) < 0)
		return -1;
	return sink_zeros(out, CLUSTER - sizeof(h), e);
}

/* n clusters of the file, one after the other, filled up with zeros to a whole cluster. */
static int write_offsets(uint64_t first, uint64_t n, uint64_t flags, struct sink *out,
			 struct err *e)
{
	for (uint64_t i = 0; i < n; i++) {
		uint8_t entry[8];

		be64_put(entry, (first + i) << CLUSTER_BITS | flags);
		if (sink_put(out, entry, sizeof(entry), e) < 0)
			return -1;
	}
	return sink_align(out, CLUSTER, e);
}

/* Every cluster of the file is used once. */
static int write_counts(const struct plan *p, struct sink *out, struct err *e)
{
	static const uint8_t one[2] = {0, 1};

	for (uint64_t i = 0; i < p->end; i++)
		if (sink_put(out, one, sizeof(one), e) < 0)
			return -1;
	return sink_align(out, CLUSTER, e);
}

static int write_l2(const struct plan *p, struct sink *out, struct err *e)
{
	uint64_t next = p->data;

	for (uint64_t i = 0; i < p->n; i++) {
		uint8_t entry[8] = {0};

		if (is_used(p, i))
			be64_put(entry, next++ << CLUSTER_BITS | COPIED);
		if (sink_put(out, entry, sizeof(entry), e) < 0)
			return -1;
	}
	return sink_align(out, CLUSTER, e);
}

static int write_all(const struct plan *p, qcow2_content_fn *content, const void *context,
		     struct sink *out, struct err *e)
{
	struct data_sink data = {.sink = {.ops = &data_ops}, .plan = p, .out = out};

	if (write_header(p, out, e) < 0 || write_offsets(p->l2, p->n_l1, COPIED, out, e) < 0 ||
	    write_offsets(p->counts, p->l2 - p->counts, 0, out, e) < 0 ||
	    write_counts(p, out, e) < 0 || write_l2(p, out, e) < 0 ||
	    content(context, &data.sink, e) < 0)
		return -1;
	return sink_align(out, CLUSTER, e);
}

int qcow2_write(uint64_t size, qcow2_content_fn *content, const void *context, struct sink *out,
		struct err *e)
{
	struct plan p = {.size = size, .n = (size + CLUSTER - 1) / CLUSTER};
	struct map_sink found = {.sink = {.ops = &map_ops}, .plan = &p};
	AUTO_FREE uint8_t *used = NULL;

	p.n_l1 = (p.n + PER_TABLE - 1) / PER_TABLE;
	if (p.n_l1 > L1_MAX)
		return err_set(e, ERR_LIMIT, "the disk is too big for qcow2");
	used = calloc(1, p.n / 8 + 1);
	if (!used)
		return err_memory(e);
	p.used = used;
	if (content(context, &found.sink, e) < 0)
		return -1;
	lay_out(&p);
	return write_all(&p, content, context, out, e);
}
