#include "stage/media.h"

#include "base/log.h"
#include "format/gpt_read.h"
#include "format/image_kind.h"
#include "format/qcow2.h"
#include "host/device.h"
#include "host/output.h"
#include "stage/media_bios.h"
#include "stage/media_layout.h"

#include <stdio.h>
#include <string.h>

static void summarize(const struct media_layout *l, struct media_summary *ret)
{
	struct stat st;

	*ret = (struct media_summary){
		.size = l->bytes,
		.esp_bytes = l->partitions[0].bytes,
		.esp_free = fat32_plan_free_bytes(l->fat),
		.n_ukis = l->options->esp.ukis->n,
		.n_files = l->esp.n,
		.n_signed = l->esp.n_signed,
		.n_partitions = l->n_partitions - 1,
		.id = l->id,
	};
	if (stat(l->options->output, &st) < 0 || !S_ISREG(st.st_mode))
		return;
	ret->room = (uint64_t)st.st_blocks * 512;
	if (l->options->bios)
		ret->size = (uint64_t)st.st_size;
}

static int write_content(const void *context, struct sink *out, struct err *e)
{
	return media_layout_write(context, out, e);
}

static int write_file(const struct media_layout *l, struct err *e)
{
	const struct media_options *o = l->options;
	AUTO_OUTPUT out = OUTPUT_INIT;

	if (output_begin(&out, o->output, o->sync, e) < 0)
		return -1;
	if ((o->qcow2 ? qcow2_write(l->bytes, write_content, l, &out.sink, e)
		      : media_layout_write(l, &out.sink, e)) < 0)
		return -1;
	if (media_layout_check_inputs(l, e) < 0)
		return -1;
	return output_commit(&out, e);
}

static bool is_esp(const struct disk_table *t, const struct disk_partition *p)
{
	const char *name =
		t->kind == DISK_TABLE_GPT ? gpt_type_name(&p->type) : mbr_type_name(p->mbr_type);

	return name && !strcmp(name, "EFI system partition");
}

static int refuse_old(const char *path, const struct disk_partition *p, struct err *e)
{
	char number[32];

	snprintf(number, sizeof(number), "%u", p->number);
	return err_set(e, ERR_INPUT,
		       "'%s' has the partition '%s', whose content would be lost: give --force, or "
		       "another --output",
		       path, *p->name ? p->name : number);
}

int media_check_old(const char *path, struct err *e)
{
	AUTO_FILE_SOURCE f = FILE_SOURCE_INIT;
	AUTO_DISK_TABLE t = {.partitions = NULL};
	enum image_kind kind;
	struct err ignored;
	struct stat st;

	if (stat(path, &st) < 0 || !S_ISREG(st.st_mode))
		return 0;
	if (file_source_open(&f, path, e) < 0 || image_kind_read(&f.source, &kind, e) < 0)
		return -1;
	if (kind == IMAGE_QCOW2)
		return err_set(
			e, ERR_INPUT,
			"'%s' is a qcow2 disk, whose content would be lost: give --force, or "
			"another --output",
			path);
	/* Of what cannot be read as a disk nothing can be saved either. */
	if (kind != IMAGE_DISK || disk_table_read(&f.source, &t, &ignored) < 0)
		return 0;
	for (size_t i = 0; i < t.n; i++)
		if (!is_esp(&t, &t.partitions[i]))
			return refuse_old(path, &t.partitions[i], e);
	return 0;
}

static int make_file(const struct media_options *o, struct media_summary *ret, struct err *e)
{
	AUTO_MEDIA_LAYOUT l = {.options = NULL};

	if (device_check_file(o->output, e) < 0)
		return -1;
	if (o->erase)
		return err_set(e, ERR_USAGE, "--yes-erase is for block devices: '%s' is none",
			       o->output);
	if (!o->force && media_check_old(o->output, e) < 0)
		return -1;
	if (media_layout_make(o, 0, &l, e) < 0 || media_layout_check_inputs(&l, e) < 0)
		return -1;
	if ((o->bios ? media_bios_write(&l, e) : write_file(&l, e)) < 0)
		return -1;
	summarize(&l, ret);
	return 0;
}

static int write_device(const struct media_layout *l, struct device *d, struct err *e)
{
	AUTO_DEVICE_COMPARE compare = {.piece = NULL};

	d->total = l->bytes;
	if (media_layout_write(l, &d->sink, e) < 0 || device_sync(d, e) < 0)
		return -1;
	log_info("written, now reading it back");
	if (device_compare_init(&compare, d, e) < 0 || media_layout_write(l, &compare.sink, e) < 0)
		return -1;
	return media_layout_check_inputs(l, e);
}

static int make_device(const struct media_options *o, struct media_summary *ret, struct err *e)
{
	AUTO_DEVICE d = DEVICE_INIT;
	AUTO_MEDIA_LAYOUT l = {.options = NULL};

	if (o->qcow2 || o->size || o->bios)
		return err_set(e, ERR_USAGE,
			       "'%s' is a block device: it has its own size and is written raw; "
			       "write a file with --bios or --format and copy that",
			       o->output);
	if (device_open(&d, o->output, o->erase, e) < 0 || media_layout_make(o, d.bytes, &l, e) < 0)
		return -1;
	if (write_device(&l, &d, e) < 0)
		return err_ctx(e, "what is on the disk now is of no use");
	device_reread(&d);
	summarize(&l, ret);
	return 0;
}

static int check_key_apart(const struct media_options *o, struct err *e)
{
	const struct signer_options *s = &o->esp.signer;

	if (!s->key)
		return 0;
	if (file_apart(s->key, o->output, e) < 0)
		return -1;
	for (size_t i = 0; i < s->certificates->n; i++)
		if (file_apart(s->certificates->v[i], o->output, e) < 0)
			return -1;
	return 0;
}

int stage_media(const struct media_options *options, struct media_summary *ret, struct err *e)
{
	if (check_key_apart(options, e) < 0)
		return -1;
	if (device_is_there(options->output))
		return make_device(options, ret, e);
	return make_file(options, ret, e);
}
