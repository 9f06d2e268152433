#include "stage/initrd_sizes.h"

#include "format/image_tree.h"

#include <string.h>

/* So many bytes of a segment made so many unpacked ones. */
struct mark {
	uint64_t packed, unpacked;
};

struct reading {
	struct initrd_sizes *sizes;
	size_t first;	/* entry of the segment at hand */
	uint64_t *ends; /* of its entries, in unpacked bytes */
	size_t n_ends, cap_ends;
	struct mark *marks;
	size_t n_marks, cap_marks;
};

static void reading_done(struct reading *r)
{
	free(r->ends);
	free(r->marks);
}

void initrd_sizes_done(struct initrd_sizes *s)
{
	for (size_t i = 0; i < s->n; i++)
		free(s->all[i].name);
	free(s->all);
	*s = (struct initrd_sizes){NULL, 0, 0, 0, 0};
}

/* Makes room for one more element; the array may move. */
static int grow(void *array, size_t n, size_t *cap, size_t size, struct err *e)
{
	size_t larger = *cap ? *cap * 2 : 64;
	void *old, *new;

	if (n < *cap)
		return 0;
	memcpy(&old, array, sizeof(old));
	new = reallocarray(old, larger, size);
	if (!new)
		return err_memory(e);
	memcpy(array, &new, sizeof(new));
	*cap = larger;
	return 0;
}

/* Takes the name over. */
static int add_size(struct initrd_sizes *s, char *name, bool folder, uint64_t size, struct err *e)
{
	if (grow(&s->all, s->n, &s->cap, sizeof(*s->all), e) < 0) {
		free(name);
		return -1;
	}
	s->all[s->n++] =
		(struct initrd_size){.name = name, .label = name, .folder = folder, .size = size};
	return 0;
}

static int note_entry(void *context, const struct cpio_found *found, uint64_t data_at,
		      struct err *e)
{
	struct reading *r = context;
	bool folder = (found->entry.mode & CPIO_TYPE_MASK) == CPIO_FOLDER;
	struct err odd = ERR_INIT;
	char *name;

	(void)data_at;
	/* Also what the kernel would not take has a size. */
	if (image_name(found->entry.name, &name, &odd) < 0)
		name = strdup(found->entry.name);
	if (!name)
		return err_memory(e);
	return add_size(r->sizes, name, folder, found->size, e);
}

static int note_end(void *context, uint64_t unpacked, struct err *e)
{
	struct reading *r = context;

	if (grow(&r->ends, r->n_ends, &r->cap_ends, sizeof(*r->ends), e) < 0)
		return -1;
	r->ends[r->n_ends++] = unpacked;
	return 0;
}

static int note_mark(void *context, uint64_t packed, uint64_t unpacked, struct err *e)
{
	struct reading *r = context;

	if (r->n_marks && r->marks[r->n_marks - 1].unpacked == unpacked) {
		r->marks[r->n_marks - 1].packed = packed;
		return 0;
	}
	if (grow(&r->marks, r->n_marks, &r->cap_marks, sizeof(*r->marks), e) < 0)
		return -1;
	r->marks[r->n_marks++] = (struct mark){packed, unpacked};
	return 0;
}

/* Which byte of the segment an unpacked one is about at; *at goes on with the ends. */
static uint64_t find_packed(const struct reading *r, size_t *at, uint64_t unpacked)
{
	struct mark from = {0, 0}, to;

	while (*at + 1 < r->n_marks && r->marks[*at].unpacked < unpacked)
		++*at;
	to = r->marks[*at];
	if (*at)
		from = r->marks[*at - 1];
	if (unpacked >= to.unpacked || to.unpacked == from.unpacked)
		return to.packed;
	/* Both are below 2^36 (initrd_read.h), their product may not fit. */
	return from.packed +
	       (uint64_t)((double)(to.packed - from.packed) * (double)(unpacked - from.unpacked) /
			  (double)(to.unpacked - from.unpacked));
}

static int share_out(void *context, const struct initrd_segment *s, struct err *e)
{
	struct reading *r = context;
	uint64_t before = 0;
	size_t at = 0;

	if (r->n_marks == 0 && note_mark(r, s->size, s->unpacked, e) < 0)
		return -1;
	for (size_t i = 0; i < r->n_ends; i++) {
		uint64_t packed = find_packed(r, &at, r->ends[i]);

		r->sizes->all[r->first + i].packed = packed - before;
		before = packed;
	}
	r->first = r->sizes->n;
	r->n_ends = r->n_marks = 0;
	return 0;
}

/* Bytewise by components: a folder stands before what is in it. */
static int by_name(const void *a, const void *b)
{
	const unsigned char *x = (const unsigned char *)((const struct initrd_size *)a)->name;
	const unsigned char *y = (const unsigned char *)((const struct initrd_size *)b)->name;
	int p, q;

	if (!strcmp((const char *)x, ".") || !strcmp((const char *)y, "."))
		return (*y == '.' && !y[1]) - (*x == '.' && !x[1]);
	for (; *x && *x == *y; x++, y++)
		;
	p = *x == '/' ? 1 : *x ? *x + 1 : 0;
	q = *y == '/' ? 1 : *y ? *y + 1 : 0;
	return (p > q) - (p < q);
}

static void merge_equal(struct initrd_sizes *s)
{
	size_t n = 0;

	for (size_t i = 0; i < s->n; i++) {
		struct initrd_size *one = &s->all[i];

		if (n && !strcmp(s->all[n - 1].name, one->name)) {
			s->all[n - 1].packed += one->packed;
			s->all[n - 1].size += one->size;
			free(one->name);
		} else {
			s->all[n++] = *one;
		}
	}
	s->n = n;
}

static bool is_below(const char *name, const char *folder)
{
	size_t len = strlen(folder);

	return !strcmp(folder, ".") || (!strncmp(name, folder, len) && name[len] == '/');
}

/* Every name gets the folder it is in, or what is there of it; that one has all of it. */
static void add_up(struct initrd_sizes *s)
{
	for (size_t i = 1; i < s->n; i++) {
		size_t parent = i - 1;

		while (!is_below(s->all[i].name, s->all[parent].name))
			parent = s->all[parent].parent;
		s->all[i].parent = parent;
		s->all[i].depth = s->all[parent].depth + 1;
		s->all[i].label = s->all[i].name;
		if (parent)
			s->all[i].label += strlen(s->all[parent].name) + 1;
	}
	for (size_t i = s->n; i-- > 1;) {
		s->all[s->all[i].parent].packed += s->all[i].packed;
		s->all[s->all[i].parent].size += s->all[i].size;
	}
}

struct place {
	const struct initrd_size *all;
	size_t index;
};

/* What is below a folder stands behind it; of what is in one folder the larger comes first. */
static int by_size(const void *a, const void *b)
{
	const struct place *p = a, *q = b;
	const struct initrd_size *all = p->all;
	size_t x = p->index, y = q->index;

	while (all[x].depth > all[y].depth)
		x = all[x].parent;
	while (all[y].depth > all[x].depth)
		y = all[y].parent;
	if (x == y)
		return all[p->index].depth < all[q->index].depth ? -1 : p->index != q->index;
	for (; all[x].parent != all[y].parent; y = all[y].parent)
		x = all[x].parent;
	if (all[x].packed != all[y].packed)
		return all[x].packed > all[y].packed ? -1 : 1;
	return x < y ? -1 : 1;
}

static int sort_by_size(struct initrd_sizes *s, struct err *e)
{
	AUTO_FREE struct place *places = calloc(s->n, sizeof(*places));
	struct initrd_size *sorted = calloc(s->n, sizeof(*sorted));

	if (!places || !sorted) {
		free(sorted);
		return err_memory(e);
	}
	for (size_t i = 0; i < s->n; i++)
		places[i] = (struct place){s->all, i};
	qsort(places, s->n, sizeof(*places), by_size);
	for (size_t i = 0; i < s->n; i++)
		sorted[i] = s->all[places[i].index];
	free(s->all);
	s->all = sorted;
	s->cap = s->n;
	return 0;
}

static int read_all(struct initrd_sizes *s, const struct source *from,
		    const struct initrd_limits *limits, struct err *e)
{
	AUTO(reading_done) struct reading r = {.sizes = s};
	const struct initrd_visitor visitor = {&r, note_entry, NULL, share_out};
	const struct initrd_places places = {&r, note_end, note_mark};
	char *root;

	if (initrd_read_places(from, &visitor, &places, limits, e) < 0)
		return -1;
	root = strdup(".");
	return root ? add_size(s, root, true, 0, e) : err_memory(e);
}

int initrd_sizes_read(const struct source *from, const struct initrd_limits *limits,
		      struct initrd_sizes *ret, struct err *e)
{
	AUTO_INITRD_SIZES s = {.file = from->size};

	if (read_all(&s, from, limits, e) < 0)
		return -1;
	qsort(s.all, s.n, sizeof(*s.all), by_name);
	merge_equal(&s);
	add_up(&s);
	s.rest = s.file - s.all[0].packed;
	if (sort_by_size(&s, e) < 0)
		return -1;
	*ret = s;
	s = (struct initrd_sizes){NULL, 0, 0, 0, 0};
	return 0;
}
