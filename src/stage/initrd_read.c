#include "stage/initrd_read.h"

#include "format/initrd_form.h"
#include "host/decompress.h"

#include <string.h>

enum { PIECE = 256 * 1024, HEAD = 8, ENTRIES_MAX = 16 << 20 };

#define UNPACKED_MAX (UINT64_C(1) << 36)

struct reading {
	const struct source *from;
	const struct initrd_visitor *visitor;
	const struct initrd_places *places; /* NULL: not wanted */
	uint64_t unpacked_left, unpacked_max, entries_left, entries_max;
	struct cpio_reader reader; /* of the segment at hand */
	uint64_t base;		   /* where a plain one begins in the file; else UINT64_MAX */
};

static int tell_entry(void *context, const struct cpio_found *found, struct err *e)
{
	struct reading *r = context;
	uint64_t at = UINT64_MAX;

	if (r->entries_left-- == 0)
		return err_set(e, ERR_LIMIT, "'%s' has more than %llu entries", r->from->name,
			       (unsigned long long)r->entries_max);
	if (r->base != UINT64_MAX)
		at = r->base + cpio_reader_data_at(&r->reader);
	if (r->visitor->entry(r->visitor->context, found, at, e) < 0)
		return -1;
	if (!r->places)
		return 0;
	at = cpio_reader_data_at(&r->reader) +
	     (found->target ? strlen(found->target) : found->size);
	return r->places->end(r->places->context, at, e);
}

static int tell_data(void *context, const void *data, size_t len, struct err *e)
{
	struct reading *r = context;

	return r->visitor->data ? r->visitor->data(r->visitor->context, data, len, e) : 0;
}

static int read_plain(struct reading *r, uint64_t *offset, struct err *e)
{
	AUTO_FREE char *piece = malloc(PIECE);
	size_t len, used;

	if (!piece)
		return err_memory(e);
	do {
		uint64_t left = r->from->size - *offset;

		len = left < PIECE ? (size_t)left : PIECE;
		if (source_read(r->from, *offset, piece, len, e) < 0 ||
		    cpio_reader_take(&r->reader, piece, len, &used, e) < 0)
			return -1;
		*offset += used;
	} while (used && used == len);
	return 0;
}

static int read_segment(struct reading *r, uint64_t *offset, struct initrd_segment *s,
			struct err *e)
{
	const struct cpio_visitor visitor = {r, tell_entry, tell_data};
	const struct decompress_job job = {.form = s->compression,
					   .from = r->from,
					   .offset = *offset,
					   .max = r->unpacked_left,
					   .out = &r->reader.sink,
					   .mark = r->places ? r->places->mark : NULL,
					   .context = r->places ? r->places->context : NULL};
	bool plain = !strcmp(s->compression, "none");
	int result;

	cpio_reader_init(&r->reader, &visitor, r->from->name);
	r->base = plain ? *offset : UINT64_MAX;
	if (!plain)
		result = decompress_job_run(&job, offset, e);
	else if (*offset % 4)
		return err_set(
			e, ERR_INPUT,
			"'%s' has a plain archive at byte %llu: the kernel reads one only at a "
			"multiple of 4",
			r->from->name, (unsigned long long)*offset);
	else
		result = read_plain(r, offset, e);
	if (result < 0 || cpio_reader_finish(&r->reader, e) < 0)
		return -1;
	s->unpacked = r->reader.sink.pos;
	if (s->unpacked > r->unpacked_left)
		return err_set(e, ERR_LIMIT, "'%s' unpacks to more than %llu bytes", r->from->name,
			       (unsigned long long)r->unpacked_max);
	r->unpacked_left -= s->unpacked;
	s->entries = r->reader.entries;
	s->trailers = r->reader.trailers;
	s->listed = true;
	return 0;
}

/* Goes over zeros, and fills head with what follows. */
static int skip_zeros(const struct source *from, uint64_t *offset, char head[HEAD], size_t *ret_len,
		      struct err *e)
{
	char piece[4096];
	size_t n, len;

	do {
		uint64_t left = from->size - *offset;

		len = left < sizeof(piece) ? (size_t)left : sizeof(piece);
		if (source_read(from, *offset, piece, len, e) < 0)
			return -1;
		for (n = 0; n < len && !piece[n]; n++)
			;
		*offset += n;
	} while (n && n == len);
	*ret_len = from->size - *offset < HEAD ? (size_t)(from->size - *offset) : HEAD;
	return source_read(from, *offset, head, *ret_len, e);
}

static int read_one(struct reading *r, uint64_t *offset, const char *head, size_t len,
		    struct initrd_segment *s, struct err *e)
{
	*s = (struct initrd_segment){.offset = *offset};
	/* Also what is cut right behind the first bytes of a magic number. */
	s->compression = len >= 5 && !memcmp(head, "07070", 5) ? "none" : initrd_form(head, len);
	if (!s->compression)
		return err_set(e, ERR_INPUT,
			       "'%s' has neither an archive nor compressed data at byte %llu",
			       r->from->name, (unsigned long long)*offset);
	if (strcmp(s->compression, "none") != 0 && !decompress_knows(s->compression)) {
		*offset = r->from->size;
	} else if (read_segment(r, offset, s, e) < 0) {
		return -1;
	}
	s->size = *offset - s->offset;
	return 0;
}

/* What ends the blocks of lz4. */
static int look_behind(const struct source *from, struct initrd_segment *s, struct err *e)
{
	static const char zeros[4];
	char next[4];
	uint64_t end = s->offset + s->size;

	if (from->size - end < sizeof(next))
		return 0;
	if (source_read(from, end, next, sizeof(next), e) < 0)
		return -1;
	s->zeros_behind = !memcmp(next, zeros, sizeof(next));
	return 0;
}

int initrd_read_places(const struct source *from, const struct initrd_visitor *visitor,
		       const struct initrd_places *places, const struct initrd_limits *limits,
		       struct err *e)
{
	AUTO_FREE struct reading *r = calloc(1, sizeof(*r));
	uint64_t offset = 0;
	char head[HEAD];
	size_t len, n = 0;

	if (!r)
		return err_memory(e);
	r->from = from;
	r->visitor = visitor;
	r->places = places;
	r->unpacked_max = r->unpacked_left = limits->unpacked ? limits->unpacked : UNPACKED_MAX;
	r->entries_max = r->entries_left = limits->entries ? limits->entries : ENTRIES_MAX;
	for (;; n++) {
		struct initrd_segment s;

		if (skip_zeros(from, &offset, head, &len, e) < 0)
			return -1;
		if (len == 0)
			break;
		if (read_one(r, &offset, head, len, &s, e) < 0 || look_behind(from, &s, e) < 0 ||
		    (visitor->segment && visitor->segment(visitor->context, &s, e) < 0))
			return -1;
	}
	if (n == 0)
		return err_set(e, ERR_INPUT, "'%s' is empty: there is no archive in it",
			       from->name);
	return 0;
}

int initrd_read(const struct source *from, const struct initrd_visitor *visitor,
		const struct initrd_limits *limits, struct err *e)
{
	return initrd_read_places(from, visitor, NULL, limits, e);
}
