#include "format/fat32_plan.h"

#include "base/bytes.h"
#include "format/fat32_name.h"

#include <string.h>
#include <time.h>

enum {
	FSINFO_SECTOR = 1,
	BACKUP_SECTOR = 6,
	FIRST_DOS_TIME = 315532800, /* 1980 */
	ATTR_LABEL = 0x08,
	ATTR_FOLDER = 0x10,
	ATTR_ARCHIVE = 0x20,
	ATTR_LONG = 0x0f,
	LAST_LONG = 0x40,
};

static const uint32_t END_OF_CHAIN = 0x0fffffff;

static void put_label(const struct fat32_plan *p, uint8_t to[FAT32_SHORT])
{
	const char *label = p->options.label ? p->options.label : "NO NAME";

	memset(to, ' ', FAT32_SHORT);
	while (*label)
		*to++ = (uint8_t)*label++;
}

/* Section 3.1 to 3.3. */
static void put_boot_sector(const struct fat32_plan *p, uint8_t to[FAT32_SECTOR])
{
	static const uint8_t jump[] = {0xeb, 0x58, 0x90};
	static const uint8_t code[] = {0xcd, 0x18, 0xf4, 0xeb, 0xfd}; /* int 0x18; hlt; again */
	static const char maker[8] = "MSWIN4.1"; /* what the specification advises */
	static const char kind[8] = "FAT32   ";
	const struct fat32_measures *m = &p->measures;

	memset(to, 0, FAT32_SECTOR);
	memcpy(to, jump, sizeof(jump));
	memcpy(to + 3, maker, sizeof(maker));
	le16_put(to + 11, FAT32_SECTOR);
	to[13] = (uint8_t)(m->cluster_size / FAT32_SECTOR);
	le16_put(to + 14, (uint16_t)m->reserved);
	to[16] = 2;		/* FATs */
	to[21] = 0xf8;		/* a fixed disk */
	le16_put(to + 24, 63);	/* sectors of a track */
	le16_put(to + 26, 255); /* heads */
	le32_put(to + 28, (uint32_t)(p->options.start / FAT32_SECTOR));
	le32_put(to + 32, (uint32_t)m->sectors);
	le32_put(to + 36, (uint32_t)m->fat_sectors);
	le32_put(to + 44, p->tree.nodes[0].cluster);
	le16_put(to + 48, FSINFO_SECTOR);
	le16_put(to + 50, BACKUP_SECTOR);
	to[64] = 0x80; /* the BIOS's number of a disk */
	to[66] = 0x29; /* the next three are there */
	le32_put(to + 67, p->options.id);
	put_label(p, to + 71);
	memcpy(to + 82, kind, sizeof(kind));
	memcpy(to + 90, code, sizeof(code));
	to[510] = 0x55;
	to[511] = 0xaa;
}

/* Section 5. */
static void put_fsinfo(const struct fat32_plan *p, uint8_t to[FAT32_SECTOR])
{
	memset(to, 0, FAT32_SECTOR);
	le32_put(to, 0x41615252);
	le32_put(to + 484, 0x61417272);
	le32_put(to + 488, (uint32_t)(p->measures.clusters - p->allocated));
	le32_put(to + 492, (uint32_t)(2 + p->used)); /* where to look for a free one */
	le32_put(to + 508, 0xaa550000);
}

static int write_reserved(const struct fat32_plan *p, struct sink *out, struct err *e)
{
	uint8_t sectors[BACKUP_SECTOR + 2][FAT32_SECTOR] = {{0}};

	put_boot_sector(p, sectors[0]);
	put_fsinfo(p, sectors[FSINFO_SECTOR]);
	put_boot_sector(p, sectors[BACKUP_SECTOR]);
	put_fsinfo(p, sectors[BACKUP_SECTOR + FSINFO_SECTOR]);
	if (sink_put(out, sectors, sizeof(sectors), e) < 0)
		return -1;
	return sink_zeros(out, p->measures.reserved * FAT32_SECTOR - sizeof(sectors), e);
}

/* Entries of a FAT on their way into the sink. */
struct fat_writer {
	struct sink *out;
	uint8_t piece[4096];
	size_t fill;
	uint64_t n; /* entries so far */
};

static int put_entry(struct fat_writer *w, uint32_t value, struct err *e)
{
	le32_put(w->piece + w->fill, value);
	w->fill += 4;
	w->n++;
	if (w->fill < sizeof(w->piece))
		return 0;
	w->fill = 0;
	return sink_put(w->out, w->piece, sizeof(w->piece), e);
}

/* The clusters of a node, each naming the next; free ones in front. */
static int put_chain(struct fat_writer *w, const struct fat32_node *node, struct err *e)
{
	while (w->n < node->cluster)
		if (put_entry(w, 0, e) < 0)
			return -1;
	for (uint32_t i = 1; i < node->clusters; i++)
		if (put_entry(w, node->cluster + i, e) < 0)
			return -1;
	return put_entry(w, END_OF_CHAIN, e);
}

static int write_fat(const struct fat32_plan *p, struct sink *out, struct err *e)
{
	struct fat_writer w = {.out = out};

	/* The media byte; and that the volume was unmounted and has no errors (section 4.2). */
	if (put_entry(&w, 0x0ffffff8, e) < 0 || put_entry(&w, END_OF_CHAIN, e) < 0)
		return -1;
	for (size_t i = 0; i < p->n_placed; i++)
		if (put_chain(&w, p->placed[i], e) < 0)
			return -1;
	if (sink_put(out, w.piece, w.fill, e) < 0)
		return -1;
	return sink_zeros(out, p->measures.fat_sectors * FAT32_SECTOR - w.n * 4, e);
}

/* Section 6.2 and 6.3: what stands behind the name and the attributes. */
static void put_entry_body(const struct fat32_plan *p, uint8_t *to, uint8_t attributes,
			   uint32_t cluster, uint32_t size)
{
	const uint32_t epoch = p->options.time;
	const time_t seconds = epoch < FIRST_DOS_TIME ? FIRST_DOS_TIME : epoch;
	struct tm tm = {.tm_year = 80, .tm_mday = 1};
	uint16_t date, time;

	gmtime_r(&seconds, &tm);
	date = (uint16_t)((tm.tm_year - 80) << 9 | (tm.tm_mon + 1) << 5 | tm.tm_mday);
	time = (uint16_t)(tm.tm_hour << 11 | tm.tm_min << 5 | tm.tm_sec / 2);
	to[11] = attributes;
	le16_put(to + 14, time); /* made */
	le16_put(to + 16, date);
	le16_put(to + 18, date); /* read */
	le16_put(to + 20, (uint16_t)(cluster >> 16));
	le16_put(to + 22, time); /* written */
	le16_put(to + 24, date);
	le16_put(to + 26, (uint16_t)cluster);
	le32_put(to + 28, size);
}

/* One piece of a long name (section 7); the last piece of a name stands first. */
static void put_long_entry(uint8_t to[FAT32_ENTRY], const struct fat32_node *node, uint32_t number,
			   bool last)
{
	static const uint8_t places[FAT32_UNITS] = {1, 3, 5, 7, 9, 14, 16, 18, 20, 22, 24, 28, 30};
	const size_t first = (number - 1) * FAT32_UNITS;

	to[0] = (uint8_t)(number | (last ? LAST_LONG : 0));
	to[11] = ATTR_LONG;
	to[13] = fat32_short_sum(node->short_name);
	for (size_t i = 0; i < FAT32_UNITS; i++) {
		const size_t at = first + i;
		const uint16_t unit = at < node->n_units    ? node->units[at]
				      : at == node->n_units ? 0
							    : 0xffff;

		le16_put(to + places[i], unit);
	}
}

static void put_node(const struct fat32_plan *p, const struct fat32_node *node, uint8_t *to)
{
	const uint32_t n = fat32_node_entries(node);

	for (uint32_t i = 0; i + 1 < n; i++)
		put_long_entry(to + i * FAT32_ENTRY, node, n - 1 - i, i == 0);
	to += (n - 1) * FAT32_ENTRY;
	memcpy(to, node->short_name, FAT32_SHORT);
	put_entry_body(p, to, node->folder ? ATTR_FOLDER : ATTR_ARCHIVE, node->cluster,
		       node->folder ? 0 : (uint32_t)node->content->size);
}

/* "." and "..", or in the root the label. A root that is the parent has the number 0. */
static size_t put_first_entries(const struct fat32_plan *p, const struct fat32_node *folder,
				uint8_t *to)
{
	const struct fat32_node *root = &p->tree.nodes[0];
	const struct fat32_node *parent = &p->tree.nodes[folder->parent];

	if (folder == root) {
		put_label(p, to);
		put_entry_body(p, to, ATTR_LABEL, 0, 0);
		return FAT32_ENTRY;
	}
	memset(to, ' ', FAT32_SHORT);
	to[0] = '.';
	put_entry_body(p, to, ATTR_FOLDER, folder->cluster, 0);
	memset(to + FAT32_ENTRY, ' ', FAT32_SHORT);
	to[FAT32_ENTRY] = to[FAT32_ENTRY + 1] = '.';
	put_entry_body(p, to + FAT32_ENTRY, ATTR_FOLDER, parent == root ? 0 : parent->cluster, 0);
	return (size_t)2 * FAT32_ENTRY;
}

static int write_folder(const struct fat32_plan *p, const struct fat32_node *folder,
			struct sink *out, struct err *e)
{
	const struct fat32_node *nodes = p->tree.nodes;
	const size_t size = (size_t)folder->entries * FAT32_ENTRY;
	AUTO_FREE uint8_t *entries = calloc(1, size);
	size_t fill;

	if (!entries)
		return err_memory(e);
	fill = put_first_entries(p, folder, entries);
	for (uint32_t i = 0; i < folder->n_children; i++) {
		const struct fat32_node *child = &nodes[folder->child + i];

		put_node(p, child, entries + fill);
		fill += (size_t)fat32_node_entries(child) * FAT32_ENTRY;
	}
	return sink_put(out, entries, size, e);
}

static int write_clusters(const struct fat32_plan *p, struct sink *out, struct err *e)
{
	const uint64_t start = out->pos, cluster_size = p->measures.cluster_size;

	for (size_t i = 0; i < p->n_placed; i++) {
		const struct fat32_node *node = p->placed[i];

		if (sink_skip(out, start + (node->cluster - 2) * cluster_size - out->pos, e) < 0)
			return -1;
		if (!node->folder) {
			if (sink_range(out, node->content, 0, node->content->size, e) < 0)
				return -1;
			continue;
		}
		/* The rest of a folder's last cluster has to be zero: there the folder ends. */
		if (write_folder(p, node, out, e) < 0 ||
		    sink_zeros(out,
			       start + (node->cluster - 2 + node->clusters) * cluster_size -
				       out->pos,
			       e) < 0)
			return -1;
	}
	return 0;
}

int fat32_write(const struct fat32_plan *p, struct sink *out, struct err *e)
{
	const uint64_t end = out->pos + p->measures.sectors * FAT32_SECTOR;

	if (write_reserved(p, out, e) < 0 || write_fat(p, out, e) < 0 || write_fat(p, out, e) < 0 ||
	    write_clusters(p, out, e) < 0)
		return -1;
	return sink_skip(out, end - out->pos, e);
}
