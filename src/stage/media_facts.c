#include "stage/media_facts.h"

#include "format/fat_read.h"
#include "format/pe.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PLATFORM_EFI = 0xef };

static void file_done(struct media_file *f)
{
	free(f->path);
	volume_extents_done(&f->content);
}

void media_facts_done(struct media_facts *f)
{
	for (size_t i = 0; i < f->n_volumes; i++) {
		for (size_t k = 0; k < f->volumes[i].n_files; k++)
			file_done(&f->volumes[i].files[k]);
		free(f->volumes[i].files);
	}
	free(f->volumes);
	disk_table_done(&f->table);
	*f = (struct media_facts){.volumes = NULL};
}

static int copy_extents(const struct volume_extents *from, struct volume_extents *to, struct err *e)
{
	for (size_t i = 0; i < from->n; i++)
		if (volume_extents_add(to, from->v[i].offset, from->v[i].len, e) < 0)
			return -1;
	return 0;
}

/* Whatever is no EFI program is of no further interest; a broken one is listed as a file. */
static int look_into(const struct media_volume *v, const struct volume_entry *entry,
		     struct media_file *to, struct err *e)
{
	AUTO_PE pe = {.sections = NULL};
	struct volume_source content;
	struct err ignored;
	char mark[2];

	if (entry->is_folder || entry->size < sizeof(mark))
		return 0;
	if (volume_source_init(&content, &v->range.source, entry->content, entry->size, e) < 0)
		return err_ctx(e, "%s", entry->path);
	if (source_read(&content.source, 0, mark, sizeof(mark), e) < 0)
		return -1;
	if (memcmp(mark, "MZ", 2) != 0 || pe_read(&content.source, &pe, &ignored) < 0)
		return 0;
	to->is_efi = true;
	to->is_uki = pe_section_find(&pe, ".linux") != NULL;
	return copy_extents(entry->content, &to->content, e);
}

static int add_file(void *context, const struct volume_entry *entry, struct err *e)
{
	struct media_volume *v = context;
	struct media_file *file;

	if (v->n_files == v->cap) {
		size_t cap = v->cap ? 2 * v->cap : 16;
		struct media_file *files = reallocarray(v->files, cap, sizeof(*files));

		if (!files)
			return err_memory(e);
		v->files = files;
		v->cap = cap;
	}
	file = &v->files[v->n_files];
	*file = (struct media_file){.is_folder = entry->is_folder, .size = entry->size};
	file->path = strdup(entry->path);
	if (!file->path)
		return err_memory(e);
	v->n_files++;
	return look_into(v, entry, file, e);
}

static struct media_volume *new_volume(struct media_facts *f, struct err *e)
{
	struct media_volume *v = reallocarray(f->volumes, f->n_volumes + 1, sizeof(*v));

	if (!v) {
		err_memory(e);
		return NULL;
	}
	f->volumes = v;
	v += f->n_volumes;
	*v = (struct media_volume){.files = NULL};
	return v;
}

/* One file system is walked once, however many entries of a broken table name it. */
static int check_apart(const struct media_facts *f, const struct media_volume *where, struct err *e)
{
	for (size_t i = 0; i < f->n_volumes; i++) {
		const struct media_volume *v = &f->volumes[i];
		bool is_before = v->range.offset + v->range.source.size <= where->range.offset;
		bool is_behind = where->range.offset + where->range.source.size <= v->range.offset;

		if (v->partition && where->partition && !is_before && !is_behind)
			return err_set(e, ERR_INPUT,
				       "it overlaps partition %u, which has a FAT too",
				       v->partition);
		if (v->boot && where->boot && v->range.offset == where->range.offset)
			return err_set(e, ERR_INPUT, "it is boot entry %zu again", v->boot);
	}
	return 0;
}

/* A FAT file system in that range, if there is one. */
static int add_fat(struct media_facts *f, const struct media_volume *where, struct err *e)
{
	struct media_volume *v;
	struct volume_visitor visitor = {.visit = add_file};
	struct fat fat;

	if (!fat_is_there(&where->range.source))
		return 0;
	if (check_apart(f, where, e) < 0)
		return -1;
	v = new_volume(f, e);
	if (!v)
		return -1;
	*v = *where;
	f->n_volumes++;
	visitor.context = v;
	if (fat_read(&v->range.source, &fat, e) < 0)
		return -1;
	snprintf(v->type, sizeof(v->type), "FAT%u", fat.bits);
	snprintf(v->label, sizeof(v->label), "%s", fat.label);
	v->id = fat.id;
	v->bytes_per_cluster = fat.bytes_per_cluster;
	/* The label that the root has is the one that counts; it is known afterwards. */
	if (fat_walk(&fat, &visitor, e) < 0)
		return -1;
	snprintf(v->label, sizeof(v->label), "%s", fat.label);
	return 0;
}

/* As add_fat(); a broken one is a problem to tell of, and the rest of the image is read. */
static int try_fat(struct media_facts *f, const struct media_volume *where, const char *name,
		   size_t number, struct err *e)
{
	if (add_fat(f, where, e) == 0)
		return 0;
	if (e->kind != ERR_INPUT && e->kind != ERR_LIMIT)
		return err_ctx(e, "%s %zu", name, number);
	return strv_addf(&f->table.problems, e, "%s %zu: %s", name, number, e->text);
}

static int add_partitions(struct media_facts *f, struct err *e)
{
	for (size_t i = 0; i < f->table.n; i++) {
		const struct disk_partition *p = &f->table.partitions[i];
		struct media_volume v = {.partition = p->number};

		if (range_source_init(&v.range, f->s, p->start, p->bytes, e) < 0 ||
		    try_fat(f, &v, "partition", p->number, e) < 0)
			return -1;
	}
	return 0;
}

static bool is_partition(const struct media_facts *f, uint64_t offset)
{
	for (size_t i = 0; i < f->table.n; i++)
		if (f->table.partitions[i].start == offset)
			return true;
	return false;
}

/* The file system that EFI firmware starts from on a CD; how long it is it says itself. */
static int add_boots(struct media_facts *f, struct err *e)
{
	for (size_t i = 0; i < f->iso.n_boots; i++) {
		const struct iso9660_boot *boot = &f->iso.boots[i];
		struct media_volume v = {.boot = i + 1};

		if (boot->platform != PLATFORM_EFI || is_partition(f, boot->offset))
			continue;
		if (boot->offset > f->s->size)
			return err_set(e, ERR_INPUT,
				       "'%s': boot entry %zu leads behind the end of the image",
				       f->s->name, i + 1);
		if (range_source_init(&v.range, f->s, boot->offset, f->s->size - boot->offset, e) <
			    0 ||
		    try_fat(f, &v, "boot entry", i + 1, e) < 0)
			return -1;
	}
	return 0;
}

static int add_iso(struct media_facts *f, struct err *e)
{
	struct media_volume *v;
	struct volume_visitor visitor = {.visit = add_file};

	if (iso9660_read(f->s, &f->iso, e) < 0)
		return -1;
	v = new_volume(f, e);
	if (!v || range_source_init(&v->range, f->s, 0, f->s->size, e) < 0)
		return -1;
	f->n_volumes++;
	snprintf(v->type, sizeof(v->type), "ISO9660");
	snprintf(v->label, sizeof(v->label), "%s", f->iso.label);
	visitor.context = v;
	return iso9660_walk(&f->iso, &visitor, e);
}

static int read_all(struct media_facts *f, struct err *e)
{
	struct media_volume whole = {.partition = 0};

	if (disk_table_read(f->s, &f->table, e) < 0 ||
	    (f->kind == IMAGE_ISO && add_iso(f, e) < 0) || add_partitions(f, e) < 0 ||
	    add_boots(f, e) < 0)
		return -1;
	if (f->table.kind != DISK_TABLE_NONE || f->kind == IMAGE_ISO)
		return 0;
	if (range_source_init(&whole.range, f->s, 0, f->s->size, e) < 0)
		return -1;
	return add_fat(f, &whole, e);
}

int media_facts_read(const struct source *s, enum image_kind kind, struct media_facts *ret,
		     struct err *e)
{
	struct media_facts f = {.s = s, .kind = kind};

	if (read_all(&f, e) < 0) {
		media_facts_done(&f);
		return -1;
	}
	*ret = f;
	return 0;
}
