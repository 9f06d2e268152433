#include "format/fat_read.h"

#include "base/buf.h"
#include "base/bytes.h"
#include "base/utf16.h"

#include <stdio.h>
#include <string.h>

enum {
	SECTOR = 512,
	ENTRY = 32,
	FOLDER_MAX = 65536 * ENTRY,
	WINDOW = 4096,
	FIRST_CLUSTER = 2,
	/* Attributes (section 6). */
	VOLUME_LABEL = 0x08,
	FOLDER = 0x10,
	LONG_NAME = 0x0f,
	LONG_NAME_MASK = 0x3f,
	/* Of a long name (section 7): its last part comes first. */
	LAST_PART = 0x40,
	PART_UNITS = 13,
	PARTS_MAX = 20,
	DELETED = 0xe5,
	LOWER_BASE = 0x08, /* what Windows says of a short name's letters */
	LOWER_EXTENSION = 0x10,
};

bool fat_is_there(const struct source *s)
{
	uint8_t head[SECTOR];
	struct err ignored;

	if (s->size < SECTOR || source_read(s, 0, head, sizeof(head), &ignored) < 0)
		return false;
	return head[510] == 0x55 && head[511] == 0xaa && (head[0] == 0xeb || head[0] == 0xe9) &&
	       le16_get(head + 11) >= SECTOR && le16_get(head + 11) <= 4096 && head[13] && head[16];
}

static int wrong(const struct source *s, const char *what, struct err *e)
{
	return err_set(e, ERR_INPUT, "'%s': broken FAT file system: %s", s->name, what);
}

/* Where things are, from the boot sector's parameters (sections 3.1 to 3.5). */
static int lay_out(struct fat *f, const uint8_t *boot, struct err *e)
{
	const uint32_t sector = f->bytes_per_sector;
	const uint64_t reserved = le16_get(boot + 14), tables = boot[16];
	const uint64_t per_table = le16_get(boot + 22) ? le16_get(boot + 22) : le32_get(boot + 36);
	const uint64_t total = le16_get(boot + 19) ? le16_get(boot + 19) : le32_get(boot + 32);
	const uint64_t root_entries = le16_get(boot + 17);
	uint64_t clusters;

	f->size = total * sector;
	f->table = reserved * sector;
	f->table_bytes = per_table * sector;
	f->root = f->table + tables * f->table_bytes;
	f->root_bytes = align_up(root_entries * ENTRY, sector);
	f->data = f->root + f->root_bytes;
	if (reserved == 0 || per_table == 0 || f->data >= f->size)
		return wrong(f->s, "its parts do not fit into it", e);
	if (f->size > f->s->size)
		return err_set(
			e, ERR_INPUT, "'%s': FAT file system of %llu bytes is cut short after %llu",
			f->s->name, (unsigned long long)f->size, (unsigned long long)f->s->size);
	clusters = (f->size - f->data) / f->bytes_per_cluster;
	/* A table of 32 bits tells FAT32, as Linux has it; by the count some made it would not be. */
	f->bits = !le16_get(boot + 22) ? 32 : clusters < 4085 ? 12 : 16;
	if (clusters == 0 || clusters > 0x0ffffff5 ||
	    (clusters + FIRST_CLUSTER) * f->bits > f->table_bytes * 8)
		return wrong(f->s, "its table is shorter than its clusters", e);
	f->clusters = (uint32_t)clusters;
	return 0;
}

static void trim(char *text)
{
	for (size_t len = strlen(text); len && text[len - 1] == ' '; len--)
		text[len - 1] = '\0';
}

static void get_label(const uint8_t *from, char label[12])
{
	for (int i = 0; i < 11; i++)
		label[i] = (char)(from[i] < ' ' || from[i] > '~' ? '?' : from[i]);
	label[11] = '\0';
	trim(label);
}

int fat_read(const struct source *s, struct fat *ret, struct err *e)
{
	uint8_t boot[SECTOR];
	struct fat f = {.s = s};
	size_t extra;

	if (source_read(s, 0, boot, sizeof(boot), e) < 0)
		return -1;
	f.bytes_per_sector = le16_get(boot + 11);
	if (boot[510] != 0x55 || boot[511] != 0xaa || f.bytes_per_sector < SECTOR ||
	    f.bytes_per_sector > 4096 || !is_power_of_2(f.bytes_per_sector) ||
	    !is_power_of_2(boot[13]) || boot[16] == 0)
		return err_set(e, ERR_INPUT, "'%s': no FAT file system", s->name);
	f.bytes_per_cluster = f.bytes_per_sector * boot[13];
	if (lay_out(&f, boot, e) < 0)
		return -1;
	if (f.bits == 32) {
		f.root = 0;
		f.root_bytes = 0;
		f.root_cluster = le32_get(boot + 44);
	}
	extra = f.bits == 32 ? 64 : 36;
	/* The extended signature says that serial number and label are there. */
	if (boot[extra + 2] == 0x29) {
		f.id = le32_get(boot + extra + 3);
		get_label(boot + extra + 7, f.label);
	}
	*ret = f;
	return 0;
}

struct walker {
	struct fat *f;
	const struct volume_visitor *visitor;
	struct buf path;
	uint32_t above[VOLUME_DEPTH_MAX]; /* first clusters of the folders we are in */
	size_t depth;
	uint32_t clusters; /* seen so far */

	uint64_t window_at;
	size_t window_len; /* 0: nothing read yet */
	uint8_t window[WINDOW];
};

/* The bytes of the table from offset on. */
static int table_bytes(struct walker *w, uint64_t offset, size_t len, uint8_t *to, struct err *e)
{
	const struct fat *f = w->f;

	if (offset < w->window_at || offset + len > w->window_at + w->window_len) {
		uint64_t left = f->table_bytes - offset;

		w->window_len = left < WINDOW ? (size_t)left : WINDOW;
		w->window_at = offset;
		if (source_read(f->s, f->table + offset, w->window, w->window_len, e) < 0) {
			w->window_len = 0;
			return -1;
		}
	}
	memcpy(to, w->window + (offset - w->window_at), len);
	return 0;
}

/* *ret becomes 0 at the chain's end. */
static int next_cluster(struct walker *w, uint32_t cluster, uint32_t *ret, struct err *e)
{
	const unsigned int bits = w->f->bits;
	uint8_t entry[4] = {0};
	uint32_t next, end = bits == 32 ? 0x0ffffff8 : bits == 16 ? 0xfff8 : 0xff8;

	if (table_bytes(w, (uint64_t)cluster * bits / 8, bits == 32 ? 4 : 2, entry, e) < 0)
		return -1;
	next = le32_get(entry);
	if (bits == 32)
		next &= 0x0fffffff;
	if (bits == 12)
		next = (cluster & 1 ? next >> 4 : next) & 0xfff;
	if (next >= end) {
		*ret = 0;
		return 0;
	}
	if (next < FIRST_CLUSTER || next - FIRST_CLUSTER >= w->f->clusters)
		return err_set(e, ERR_INPUT, "'%s': broken FAT: cluster %u leads to %u, of %u",
			       w->f->s->name, cluster, next, w->f->clusters);
	*ret = next;
	return 0;
}

/* The clusters from the first one on, until they have `most` bytes or end. */
static int get_chain(struct walker *w, uint32_t cluster, uint64_t most, struct volume_extents *to,
		     struct err *e)
{
	const struct fat *f = w->f;

	for (uint64_t got = 0; cluster && got < most; got += f->bytes_per_cluster) {
		if (cluster < FIRST_CLUSTER || cluster - FIRST_CLUSTER >= f->clusters)
			return err_set(e, ERR_INPUT, "'%s': broken FAT: there is no cluster %u",
				       f->s->name, cluster);
		/* A cluster is in one chain, once: this bounds what a broken image can make us do. */
		if (w->clusters++ == f->clusters)
			return wrong(f->s, "files share clusters, or a chain has no end", e);
		if (volume_extents_add(to,
				       f->data + (uint64_t)(cluster - FIRST_CLUSTER) *
							 f->bytes_per_cluster,
				       f->bytes_per_cluster, e) < 0 ||
		    next_cluster(w, cluster, &cluster, e) < 0)
			return -1;
	}
	return 0;
}

/* A long name is gathered from the entries in front of the short one. */
struct long_name {
	uint8_t units[PARTS_MAX * PART_UNITS * 2];
	unsigned int parts; /* 0: none */
	unsigned int missing;
	uint8_t sum;
};

static void add_part(struct long_name *l, const uint8_t *entry)
{
	static const uint8_t places[] = {1, 3, 5, 7, 9, 14, 16, 18, 20, 22, 24, 28, 30};
	unsigned int part = entry[0] & 0x1f;

	if (entry[0] & LAST_PART) {
		*l = (struct long_name){.parts = part, .missing = part, .sum = entry[13]};
		if (part > PARTS_MAX)
			l->parts = 0;
	}
	if (l->parts == 0 || part == 0 || part != l->missing || entry[13] != l->sum) {
		l->parts = 0;
		return;
	}
	l->missing--;
	for (size_t i = 0; i < PART_UNITS; i++)
		memcpy(l->units + ((part - 1) * PART_UNITS + i) * 2, entry + places[i], 2);
}

static uint8_t checksum(const uint8_t *short_name)
{
	uint8_t sum = 0;

	for (int i = 0; i < 11; i++)
		sum = (uint8_t)(((sum & 1) << 7) + (sum >> 1) + short_name[i]);
	return sum;
}

/* What is no ASCII depends on a code page that nobody tells. */
static char *put_short(char *to, const uint8_t *from, size_t len, bool lower)
{
	while (len && from[len - 1] == ' ')
		len--;
	for (size_t i = 0; i < len; i++) {
		uint8_t c = from[i];

		if (c < ' ' || c > '~')
			c = '?';
		*to++ = (char)(lower && c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
	}
	return to;
}

static void get_name(const struct long_name *l, const uint8_t *entry,
		     char to[PARTS_MAX * PART_UNITS * 3 + 1])
{
	char *end;

	if (l->parts && l->missing == 0 && l->sum == checksum(entry)) {
		utf16_to_text(l->units, (size_t)l->parts * PART_UNITS, to);
	} else {
		end = put_short(to, entry, 8, entry[12] & LOWER_BASE);
		*end = '.';
		*put_short(end + 1, entry + 8, 3, entry[12] & LOWER_EXTENSION) = '\0';
		if (!end[1])
			*end = '\0';
	}
	volume_clean_name(to);
}

static int walk_folder(struct walker *w, uint32_t cluster, struct err *e);

static int go_down(struct walker *w, uint32_t cluster, struct err *e)
{
	/* A folder in itself would go on for ever. */
	for (size_t i = 0; i < w->depth; i++)
		if (w->above[i] == cluster)
			return wrong(w->f->s, "a folder is in itself", e);
	if (w->depth == VOLUME_DEPTH_MAX)
		return wrong(w->f->s, "its folders are too deep", e);
	w->above[w->depth++] = cluster;
	if (walk_folder(w, cluster, e) < 0)
		return -1;
	w->depth--;
	return 0;
}

static int tell(struct walker *w, const uint8_t *entry, uint32_t cluster, struct err *e)
{
	AUTO_VOLUME_EXTENTS content = {.v = NULL};
	struct volume_entry found = {
		.path = buf_str(&w->path),
		.is_folder = entry[11] & FOLDER,
		.content = &content,
	};

	if (!found.is_folder) {
		found.size = le32_get(entry + 28);
		if (get_chain(w, cluster, found.size, &content, e) < 0)
			return err_ctx(e, "%s", found.path);
	}
	return w->visitor->visit(w->visitor->context, &found, e);
}

static int take_entry(struct walker *w, const struct long_name *l, const uint8_t *entry,
		      struct err *e)
{
	const size_t path_len = w->path.len;
	uint32_t cluster = (uint32_t)le16_get(entry + 20) << 16 | le16_get(entry + 26);
	char name[PARTS_MAX * PART_UNITS * 3 + 1];

	if (w->f->bits != 32)
		cluster &= 0xffff;
	get_name(l, entry, name);
	if (buf_putf(&w->path, e, "%s%s", path_len ? "/" : "", name) < 0 ||
	    tell(w, entry, cluster, e) < 0)
		return -1;
	if (entry[11] & FOLDER && go_down(w, cluster, e) < 0)
		return -1;
	w->path.len = path_len;
	if (w->path.data)
		w->path.data[path_len] = '\0';
	return 0;
}

/* *ret_end: nothing follows. */
static int look_at(struct walker *w, struct long_name *l, const uint8_t *entry, bool *ret_end,
		   struct err *e)
{
	const uint8_t attributes = entry[11] & LONG_NAME_MASK;
	int r = 0;

	*ret_end = entry[0] == 0;
	if (*ret_end)
		return 0;
	if (entry[0] != DELETED && attributes == LONG_NAME) {
		add_part(l, entry);
		return 0;
	}
	if (entry[0] != DELETED && attributes & VOLUME_LABEL) {
		if (w->depth == 0)
			get_label(entry, w->f->label);
	} else if (entry[0] != DELETED && entry[0] != '.') {
		r = take_entry(w, l, entry, e);
	}
	l->parts = 0;
	return r;
}

static int walk_folder(struct walker *w, uint32_t cluster, struct err *e)
{
	const struct fat *f = w->f;
	AUTO_VOLUME_EXTENTS extents = {.v = NULL};
	struct volume_source s;
	struct long_name l = {.parts = 0};
	uint64_t size = 0;
	bool end = false;

	if (w->depth == 0 && f->root_bytes) {
		if (volume_extents_add(&extents, f->root, f->root_bytes, e) < 0)
			return -1;
	} else if (get_chain(w, cluster, FOLDER_MAX + 1, &extents, e) < 0) {
		return -1;
	}
	for (size_t i = 0; i < extents.n; i++)
		size += extents.v[i].len;
	if (size > align_up(FOLDER_MAX, f->bytes_per_cluster))
		return wrong(f->s, "a folder has no end", e);
	if (volume_source_init(&s, f->s, &extents, size, e) < 0)
		return -1;
	for (uint64_t at = 0; at < size && !end; at += SECTOR) {
		uint8_t sector[SECTOR];

		if (source_read(&s.source, at, sector, sizeof(sector), e) < 0)
			return -1;
		for (size_t i = 0; i < SECTOR && !end; i += ENTRY)
			if (look_at(w, &l, sector + i, &end, e) < 0)
				return -1;
	}
	return 0;
}

int fat_walk(struct fat *f, const struct volume_visitor *visitor, struct err *e)
{
	struct walker w = {.f = f, .visitor = visitor};
	int r = walk_folder(&w, f->root_cluster, e);

	buf_done(&w.path);
	return r;
}
