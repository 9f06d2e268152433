#include "stage/initramfs_layout.h"

#include "base/bytes.h"
#include "host/lz4.h"
#include "host/pool.h"

#include <string.h>

enum {
	PIECE = 1 << 20,     /* bytes after which a piece ends with the entry */
	BIG_PIECE = 4 << 20, /* from BIG_LEVEL on: a better compressor sees more */
	BIG_LEVEL = 8,
	COPY_FROM =
		64 * 1024,   /* content that is aligned and of this size is copied by the kernel */
	TRAILER_BLOCK = 512, /* the archive's size is a multiple of it */
};

struct maker {
	const struct initramfs_options *options;
	const struct image_tree *plan;
	struct initramfs_layout *l;
	uint64_t target;
};

void initramfs_layout_done(struct initramfs_layout *l)
{
	free(l->offsets);
	free(l->zeros);
	free(l->pieces);
	*l = (struct initramfs_layout){.offsets = NULL};
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
		.mtime = entry->has_mtime ? entry->mtime : options->time,
		.rdev_major = entry->rdev_major,
		.rdev_minor = entry->rdev_minor,
	};
}

bool initramfs_has_content(const struct image_tree *plan, size_t index)
{
	return plan->entries[index].content;
}

int initramfs_level(const struct initramfs_options *options)
{
	return options->level < 0 ? initramfs_default_level(options->compress) : options->level;
}

unsigned int initramfs_threads(const struct initramfs_options *options)
{
	enum { MOST = 8 };
	unsigned int n = options->jobs ? options->jobs : pool_processors();

	return n < MOST ? n : MOST;
}

uint64_t initramfs_head_size(const struct initramfs_layout *l, const struct image_tree *plan,
			     size_t index)
{
	if (index == plan->n)
		return cpio_head_size(CPIO_TRAILER, 0);
	return cpio_head_size(plan->entries[index].name, l->zeros ? l->zeros[index] : 0);
}

uint64_t initramfs_data_size(const struct image_tree *plan, size_t index)
{
	const struct image_entry *entry = &plan->entries[index];

	if (index == plan->n)
		return 0;
	if (entry->target)
		return strlen(entry->target) + 1;
	return initramfs_has_content(plan, index) ? entry->size : 0;
}

/* Zeros behind the name so that the content of a file of a page or more begins at a page. */
static uint32_t zeros_for(const struct maker *m, size_t index, uint64_t at)
{
	const uint64_t align = m->options->align;
	const char *name = m->plan->entries[index].name;
	uint64_t end = at + cpio_head_size(name, 0), zeros = align_up(end, align) - end;

	if (m->plan->entries[index].target || initramfs_data_size(m->plan, index) < align)
		return 0;
	/* The kernel takes no more than this with the name. */
	return strlen(name) + 4 + zeros > CPIO_NAME_MAX + 1 ? 0 : (uint32_t)zeros;
}

static void set_offsets(struct maker *m, uint64_t base)
{
	struct initramfs_layout *l = m->l;
	uint64_t at = 0;

	for (size_t i = 0; i < m->plan->n; i++) {
		l->offsets[i] = at;
		if (l->zeros)
			l->zeros[i] = zeros_for(m, i, base + at);
		at += initramfs_head_size(l, m->plan, i) +
		      align_up(initramfs_data_size(m->plan, i), 4);
	}
	l->offsets[m->plan->n] = at;
	at += initramfs_head_size(l, m->plan, m->plan->n);
	l->size = l->offsets[m->plan->n + 1] = align_up(at, TRAILER_BLOCK);
}

static int add_piece(struct maker *m, size_t first, uint64_t offset, uint64_t end,
		     enum initramfs_cut cut)
{
	struct initramfs_layout *l = m->l;

	if (l->n == l->cap) {
		size_t cap = l->cap ? l->cap * 2 : 64;
		struct initramfs_piece *pieces = reallocarray(l->pieces, cap, sizeof(*pieces));

		if (!pieces)
			return -1;
		l->pieces = pieces;
		l->cap = cap;
	}
	l->pieces[l->n++] = (struct initramfs_piece){
		.offset = offset, .size = end - offset, .first = first, .cut = cut};
	return 0;
}

static int add_slices(struct maker *m, size_t index)
{
	uint64_t at = m->l->offsets[index], end = m->l->offsets[index + 1];
	enum initramfs_cut cut = INITRAMFS_FIRST;

	for (; end - at > m->target; at += m->target, cut = INITRAMFS_MIDDLE)
		if (add_piece(m, index, at, at + m->target, cut) < 0)
			return -1;
	return add_piece(m, index, at, end, INITRAMFS_LAST);
}

static bool is_large(const struct maker *m, size_t index)
{
	if (m->options->compress == INITRAMFS_PLAIN)
		return index < m->plan->n && m->plan->entries[index].location &&
		       initramfs_data_size(m->plan, index) >= COPY_FROM;
	return m->l->offsets[index + 1] - m->l->offsets[index] > 2 * m->target;
}

/* Pieces of whole entries, and slices of those that are too large for that. */
static int cut_between_entries(struct maker *m)
{
	const uint64_t *offsets = m->l->offsets;
	size_t first = 0;

	for (size_t i = 0; i <= m->plan->n; i++) {
		bool large = is_large(m, i);

		if (first < i && (large || offsets[i + 1] - offsets[first] > 2 * m->target ||
				  offsets[i] - offsets[first] >= m->target)) {
			if (add_piece(m, first, offsets[first], offsets[i], INITRAMFS_WHOLE) < 0)
				return -1;
			first = i;
		}
		if (!large)
			continue;
		if (m->options->compress == INITRAMFS_PLAIN
			    ? add_piece(m, i, offsets[i], offsets[i + 1], INITRAMFS_COPY) < 0
			    : add_slices(m, i) < 0)
			return -1;
		first = i + 1;
	}
	if (first > m->plan->n)
		return 0;
	return add_piece(m, first, offsets[first], m->l->size, INITRAMFS_WHOLE);
}

/* Pieces of one size, whatever is in them. */
static int cut_blocks(struct maker *m)
{
	size_t index = 0;

	for (uint64_t at = 0; at < m->l->size; at += m->target) {
		uint64_t left = m->l->size - at;

		while (m->l->offsets[index + 1] <= at)
			index++;
		if (add_piece(m, index, at, at + (left < m->target ? left : m->target),
			      INITRAMFS_WHOLE) < 0)
			return -1;
	}
	return 0;
}

int initramfs_layout_make(const struct initramfs_options *options, const struct image_tree *plan,
			  uint64_t base, struct initramfs_layout *ret, struct err *e)
{
	AUTO_INITRAMFS_LAYOUT l = {.offsets = calloc(plan->n + 2, sizeof(*l.offsets))};
	struct maker m = {.options = options, .plan = plan, .l = &l, .target = PIECE};
	/* Copying inside the kernel is worth it where blocks can be shared: else we are faster. */
	bool copy = options->align && !options->checksum;
	bool blocks = options->compress == INITRAMFS_LZ4 ||
		      (options->compress == INITRAMFS_PLAIN && !copy);

	if (!l.offsets)
		return err_memory(e);
	if (options->align) {
		l.zeros = calloc(plan->n + 1, sizeof(*l.zeros));
		if (!l.zeros)
			return err_memory(e);
	}
	if (options->compress == INITRAMFS_LZ4)
		m.target = LZ4_BLOCK;
	else if (options->compress == INITRAMFS_GZIP && initramfs_level(options) >= BIG_LEVEL)
		m.target = BIG_PIECE;
	set_offsets(&m, base);
	if ((blocks ? cut_blocks(&m) : cut_between_entries(&m)) < 0)
		return err_memory(e);
	*ret = l;
	l = (struct initramfs_layout){.offsets = NULL};
	return 0;
}
