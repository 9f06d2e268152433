#include "stage/inspect_media.h"

#include "host/progress.h"
#include "stage/inspect_uki.h"
#include "stage/media_facts.h"

#include <stdio.h>
#include <string.h>

static const char *platform_name(uint8_t platform)
{
	return platform == 0xef ? "EFI" : platform == 0 ? "BIOS" : "another platform";
}

static const char *table_name(enum disk_table_kind kind)
{
	return kind == DISK_TABLE_GPT ? "gpt" : kind == DISK_TABLE_MBR ? "mbr" : "none";
}

static const char *type_name(const struct disk_table *t, const struct disk_partition *p,
			     char text[GUID_TEXT])
{
	const char *name;

	if (t->kind == DISK_TABLE_GPT) {
		name = gpt_type_name(&p->type);
		guid_text(&p->type, text);
	} else {
		name = mbr_type_name(p->mbr_type);
		snprintf(text, GUID_TEXT, "0x%02x", p->mbr_type);
	}
	return name ? name : text;
}

/* "1.0 MiB at 1048576": the place in bytes, as dd and losetup take it. */
static int put_place(uint64_t bytes, uint64_t start, struct buf *out, struct err *e)
{
	char size[32];

	return buf_putf(out, e, "%s at byte %llu", size_text(bytes, size, sizeof(size)),
			(unsigned long long)start);
}

static int put_file(const struct media_file *file, struct buf *out, struct err *e)
{
	char size[32];

	if (file->is_folder)
		return buf_putf(out, e, "    %s/\n", file->path);
	return buf_putf(out, e, "    %s  %s%s\n", file->path,
			size_text(file->size, size, sizeof(size)),
			file->is_uki   ? "  (a UKI)"
			: file->is_efi ? "  (an EFI program)"
				       : "");
}

static int put_volume(const struct media_volume *v, struct buf *out, struct err *e)
{
	if (buf_putf(out, e, "  %s%s%s%s", v->type, *v->label ? ", label '" : "", v->label,
		     *v->label ? "'" : "") < 0)
		return -1;
	if (v->bytes_per_cluster && buf_putf(out, e, ", id %04X-%04X, clusters of %u bytes",
					     v->id >> 16, v->id & 0xffff, v->bytes_per_cluster) < 0)
		return -1;
	if (buf_puts(out, "\n", e) < 0)
		return -1;
	for (size_t i = 0; i < v->n_files; i++)
		if (put_file(&v->files[i], out, e) < 0)
			return -1;
	return 0;
}

static int put_partition(const struct media_facts *f, const struct disk_partition *p,
			 struct buf *out, struct err *e)
{
	char type[GUID_TEXT], id[GUID_TEXT];

	guid_text(&p->id, id);
	if (buf_putf(out, e, "partition %u: %s%s%s%s, ", p->number, type_name(&f->table, p, type),
		     *p->name ? ", '" : "", p->name, *p->name ? "'" : "") < 0 ||
	    put_place(p->bytes, p->start, out, e) < 0)
		return -1;
	if (f->table.kind == DISK_TABLE_GPT && buf_putf(out, e, ", id %s", id) < 0)
		return -1;
	if (buf_puts(out, p->active ? ", active\n" : "\n", e) < 0)
		return -1;
	for (size_t i = 0; i < f->n_volumes; i++)
		if (f->volumes[i].partition == p->number && put_volume(&f->volumes[i], out, e) < 0)
			return -1;
	return 0;
}

static int put_boot(const struct media_facts *f, size_t n, struct buf *out, struct err *e)
{
	const struct iso9660_boot *boot = &f->iso.boots[n];

	if (buf_putf(out, e, "boot entry %zu: %s%s%s, at byte %llu", n + 1,
		     platform_name(boot->platform), boot->bootable ? "" : ", off",
		     boot->medium ? ", as a floppy or disk" : "",
		     (unsigned long long)boot->offset) < 0)
		return -1;
	for (size_t i = 0; i < f->table.n; i++)
		if (f->table.partitions[i].start == boot->offset &&
		    buf_putf(out, e, ", partition %u", f->table.partitions[i].number) < 0)
			return -1;
	if (buf_puts(out, "\n", e) < 0)
		return -1;
	for (size_t i = 0; i < f->n_volumes; i++)
		if (f->volumes[i].boot == n + 1 && put_volume(&f->volumes[i], out, e) < 0)
			return -1;
	return 0;
}

static int put_head(const struct media_facts *f, struct buf *out, struct err *e)
{
	char size[32], id[GUID_TEXT];

	if (buf_putf(out, e, "%s, %s\n", f->kind == IMAGE_ISO ? "ISO image" : "disk image",
		     size_text(f->s->size, size, sizeof(size))) < 0)
		return -1;
	guid_text(&f->table.id, id);
	if (f->table.kind == DISK_TABLE_GPT &&
	    buf_putf(out, e, "GPT, id %s, sectors of %u bytes\n", id, f->table.sector) < 0)
		return -1;
	if (f->table.kind == DISK_TABLE_MBR &&
	    buf_putf(out, e, "MBR, id %08x\n", f->table.mbr_id) < 0)
		return -1;
	for (size_t i = 0; i < f->table.problems.n; i++)
		if (buf_putf(out, e, "problem: %s\n", f->table.problems.v[i]) < 0)
			return -1;
	return 0;
}

/* What stands on no partition: the ISO's own files, or a file system that fills the image. */
static int put_bare_volumes(const struct media_facts *f, struct buf *out, struct err *e)
{
	for (size_t i = 0; i < f->n_volumes; i++) {
		const struct media_volume *v = &f->volumes[i];

		if (v->partition || v->boot)
			continue;
		if (buf_puts(out,
			     f->kind != IMAGE_ISO    ? "no partitions\n"
			     : f->iso.has_rock_ridge ? "volume, names by Rock Ridge\n"
			     : f->iso.has_joliet     ? "volume, names by Joliet\n"
						     : "volume, short names\n",
			     e) < 0 ||
		    put_volume(v, out, e) < 0)
			return -1;
	}
	return 0;
}

static int put_ukis(const struct media_volume *v, const struct inspect_uki *how, struct buf *out,
		    struct err *e)
{
	for (size_t i = 0; i < v->n_files; i++) {
		struct volume_source content;

		if (!v->files[i].is_uki)
			continue;
		if (buf_putf(out, e, "\n%s:\n", v->files[i].path) < 0 ||
		    volume_source_init(&content, &v->range.source, &v->files[i].content,
				       v->files[i].size, e) < 0 ||
		    inspect_uki_headline(&content.source, out, e) < 0 ||
		    inspect_uki_text(&content.source, how, out, e) < 0)
			return -1;
	}
	return 0;
}

int inspect_media_text(const struct source *from, enum image_kind kind,
		       const struct inspect_uki *how, struct buf *out, struct err *e)
{
	AUTO_MEDIA_FACTS f = {.volumes = NULL};

	if (media_facts_read(from, kind, &f, e) < 0 || put_head(&f, out, e) < 0 ||
	    put_bare_volumes(&f, out, e) < 0)
		return -1;
	for (size_t i = 0; i < f.iso.n_boots; i++)
		if (put_boot(&f, i, out, e) < 0)
			return -1;
	for (size_t i = 0; i < f.table.n; i++)
		if (put_partition(&f, &f.table.partitions[i], out, e) < 0)
			return -1;
	for (size_t i = 0; i < f.n_volumes; i++)
		if (put_ukis(&f.volumes[i], how, out, e) < 0)
			return -1;
	return 0;
}

static void partition_json(const struct disk_table *t, const struct disk_partition *p,
			   struct json_writer *w)
{
	char type[GUID_TEXT], id[GUID_TEXT];
	const char *name = type_name(t, p, type);

	json_open_object(w, NULL);
	json_number(w, "number", p->number);
	json_text(w, "type", type);
	if (name != type)
		json_text(w, "type_name", name);
	if (t->kind == DISK_TABLE_GPT) {
		guid_text(&p->id, id);
		json_text(w, "id", id);
		json_text(w, "name", p->name);
	} else {
		json_bool(w, "active", p->active);
	}
	json_number(w, "start", p->start);
	json_number(w, "size", p->bytes);
	json_close_object(w);
}

static void table_json(const struct media_facts *f, struct json_writer *w)
{
	char id[GUID_TEXT];

	json_text(w, "table", table_name(f->table.kind));
	if (f->table.kind == DISK_TABLE_GPT)
		guid_text(&f->table.id, id);
	else
		snprintf(id, sizeof(id), "%08x", f->table.mbr_id);
	if (f->table.kind != DISK_TABLE_NONE)
		json_text(w, "id", id);
	json_open_array(w, "problems");
	for (size_t i = 0; i < f->table.problems.n; i++)
		json_text(w, NULL, f->table.problems.v[i]);
	json_close_array(w);
	json_open_array(w, "partitions");
	for (size_t i = 0; i < f->table.n; i++)
		partition_json(&f->table, &f->table.partitions[i], w);
	json_close_array(w);
}

static void boot_json(const struct iso9660_boot *boot, struct json_writer *w)
{
	json_open_object(w, NULL);
	json_text(w, "platform",
		  boot->platform == 0xef ? "efi"
		  : boot->platform	 ? "other"
					 : "bios");
	json_bool(w, "bootable", boot->bootable);
	json_bool(w, "emulation", boot->medium != 0);
	json_number(w, "start", boot->offset);
	json_number(w, "sectors", boot->sectors);
	json_close_object(w);
}

static int file_json(const struct media_volume *v, const struct media_file *file,
		     const struct inspect_uki *how, struct json_writer *w, struct err *e)
{
	struct volume_source content;
	int r = 0;

	json_open_object(w, NULL);
	json_text(w, "path", file->path);
	if (file->is_folder)
		json_bool(w, "folder", true);
	else
		json_number(w, "size", file->size);
	if (file->is_uki) {
		json_open_object(w, "uki");
		r = volume_source_init(&content, &v->range.source, &file->content, file->size, e);
		if (r == 0)
			r = inspect_uki_json(&content.source, how, w, e);
		json_close_object(w);
	}
	json_close_object(w);
	return r;
}

static int volume_json(const struct media_volume *v, const struct inspect_uki *how,
		       struct json_writer *w, struct err *e)
{
	char id[16];

	json_open_object(w, NULL);
	json_text(w, "type", v->type);
	json_text(w, "label", v->label);
	if (v->partition)
		json_number(w, "partition", v->partition);
	if (v->boot)
		json_number(w, "boot", v->boot);
	if (v->bytes_per_cluster) {
		snprintf(id, sizeof(id), "%04X-%04X", v->id >> 16, v->id & 0xffff);
		json_text(w, "id", id);
		json_number(w, "cluster", v->bytes_per_cluster);
	}
	json_open_array(w, "files");
	for (size_t i = 0; i < v->n_files; i++)
		if (file_json(v, &v->files[i], how, w, e) < 0)
			return -1;
	json_close_array(w);
	json_close_object(w);
	return 0;
}

int inspect_media_json(const struct source *from, enum image_kind kind,
		       const struct inspect_uki *how, struct json_writer *out, struct err *e)
{
	AUTO_MEDIA_FACTS f = {.volumes = NULL};

	if (media_facts_read(from, kind, &f, e) < 0)
		return -1;
	json_text(out, "type", kind == IMAGE_ISO ? "iso" : "disk");
	json_number(out, "size", from->size);
	table_json(&f, out);
	if (kind == IMAGE_ISO) {
		json_bool(out, "joliet", f.iso.has_joliet);
		json_bool(out, "rock_ridge", f.iso.has_rock_ridge);
		json_open_array(out, "boot");
		for (size_t i = 0; i < f.iso.n_boots; i++)
			boot_json(&f.iso.boots[i], out);
		json_close_array(out);
	}
	json_open_array(out, "volumes");
	for (size_t i = 0; i < f.n_volumes; i++)
		if (volume_json(&f.volumes[i], how, out, e) < 0)
			return -1;
	json_close_array(out);
	return 0;
}

int inspect_media_problems(const struct source *from, enum image_kind kind, struct strv *ret,
			   struct err *e)
{
	AUTO_MEDIA_FACTS f = {.volumes = NULL};

	if (media_facts_read(from, kind, &f, e) < 0)
		return -1;
	for (size_t i = 0; i < f.table.problems.n; i++)
		if (strv_add(ret, f.table.problems.v[i], e) < 0)
			return -1;
	return 0;
}
