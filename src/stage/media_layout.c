#include "stage/media_layout.h"

#include "base/bytes.h"
#include "base/parse.h"
#include "format/image_kind.h"
#include "format/iso9660.h"
#include "stage/media_identity.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	MIB = 1 << 20,
	SPARE = MIB, /* of an ESP that is as small as it can be: for what a boot loader writes */
	GAP_START = ISO9660_FIRST_BLOCK * ISO9660_BLOCK,
};

#define DEFAULT_LABEL "MVIRT"

void media_layout_done(struct media_layout *l)
{
	for (size_t i = 0; i < l->n_partitions; i++) {
		free(l->partitions[i].label);
		file_source_close(&l->partitions[i].content);
	}
	free(l->partitions);
	fat32_plan_free(l->fat);
	esp_done(&l->esp);
	*l = (struct media_layout){.options = NULL};
}

/* The next word up to one of the ends, in memory of the caller's; *at goes behind it. */
static int next_word(const char **at, const char *ends, char **ret, struct err *e)
{
	const size_t len = strcspn(*at, ends);

	*ret = strndup(*at, len);
	if (!*ret)
		return err_memory(e);
	*at += len;
	return 0;
}

static int set_content(struct media_partition *p, const char *path, struct err *e)
{
	enum image_kind kind;

	if (file_source_open(&p->content, path, e) < 0 ||
	    image_kind_read(&p->content.source, &kind, e) < 0)
		return -1;
	if (kind == IMAGE_QCOW2)
		return err_set(e, ERR_INPUT,
			       "'%s' is in QEMU's format: make it raw first, with qemu-img convert "
			       "-O raw",
			       path);
	p->has_content = true;
	if (p->bytes == 0)
		p->bytes = p->content.source.size;
	if (p->content.source.size > p->bytes)
		return err_set(e, ERR_LIMIT, "'%s' has %llu bytes, more than the partition's %llu",
			       path, (unsigned long long)p->content.source.size,
			       (unsigned long long)p->bytes);
	return 0;
}

static int parse_partition_size(const char *text, uint64_t *ret, struct err *e)
{
	if (!text || !*text)
		return 0;
	if (parse_size(text, "size", ret, e) < 0)
		return err_usage(e);
	if (*ret && *ret < MIB)
		return err_set(e, ERR_USAGE,
			       "the size of %s is less than 1 MiB: write M for MiB or G for GiB "
			       "behind the number",
			       text);
	return 0;
}

/* LABEL:SIZE[:TYPE][=FILE], or LABEL=FILE */
static int parse_partition(const char *text, struct media_partition *p, struct err *e)
{
	AUTO_FREE char *size = NULL;
	AUTO_FREE char *type = NULL;
	const char *at = text;

	if (next_word(&at, ":=", &p->label, e) < 0)
		return -1;
	if (!p->label[0] || !*at)
		return err_set(e, ERR_USAGE,
			       "a partition is LABEL:SIZE[:TYPE][=FILE] or LABEL=FILE");
	if (*at == ':' && (at++, next_word(&at, ":=", &size, e)) < 0)
		return -1;
	if (*at == ':' && (at++, next_word(&at, "=", &type, e)) < 0)
		return -1;
	if (parse_partition_size(size, &p->bytes, e) < 0)
		return -1;
	if (gpt_type_parse(type && *type ? type : "linux", &p->type, e) < 0)
		return err_usage(e);
	if (*at == '=' && set_content(p, at + 1, e) < 0)
		return -1;
	if (p->bytes == 0)
		return err_set(e, ERR_USAGE, "the size is missing: LABEL:SIZE[:TYPE][=FILE]");
	if (p->bytes > UINT64_MAX / 4)
		return err_set(e, ERR_LIMIT, "the size is beyond what a disk can have");
	p->bytes = align_up(p->bytes, MIB);
	return 0;
}

static int check_label_is_new(const struct media_layout *l, size_t i, struct err *e)
{
	for (size_t k = 0; k < i; k++)
		if (!strcmp(l->partitions[k].label, l->partitions[i].label))
			return err_set(e, ERR_USAGE, "there are two partitions '%s'",
				       l->partitions[i].label);
	return 0;
}

static int add_partitions(struct media_layout *l, struct err *e)
{
	const struct strv *texts = l->options->partitions;
	const size_t n = 1 + (texts ? texts->n : 0);

	if (n > GPT_ENTRIES)
		return err_set(e, ERR_LIMIT, "a disk has %d partitions at most", GPT_ENTRIES);
	l->partitions = calloc(n, sizeof(*l->partitions));
	if (!l->partitions)
		return err_memory(e);
	for (size_t i = 0; i < n; i++)
		l->partitions[i].content = (struct file_source)FILE_SOURCE_INIT;
	l->n_partitions = n;
	l->partitions[0].label = strdup("ESP");
	if (!l->partitions[0].label)
		return err_memory(e);
	if (gpt_type_parse("esp", &l->partitions[0].type, e) < 0)
		return -1;
	for (size_t i = 1; i < n; i++)
		if (parse_partition(texts->v[i - 1], &l->partitions[i], e) < 0 ||
		    check_label_is_new(l, i, e) < 0)
			return err_ctx(e, "--partition %s", texts->v[i - 1]);
	return 0;
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(((const struct fat32_file *)a)->name, ((const struct fat32_file *)b)->name);
}

/* With a seed the numbers stay the same when the content changes. */
static int identify(struct media_layout *l, struct media_identity *to, struct err *e)
{
	const struct media_options *o = l->options;
	AUTO_FREE struct fat32_file *files = NULL;

	if (o->seed)
		return media_identity_text(to, o->seed, e);
	if (media_identity_text(to, l->label, e) < 0 || media_identity_number(to, o->kind, e) < 0 ||
	    media_identity_number(to, o->size, e) < 0)
		return -1;
	files = malloc(l->esp.n * sizeof(*files));
	if (!files)
		return err_memory(e);
	memcpy(files, l->esp.files, l->esp.n * sizeof(*files));
	/* The order on the command line leaves no trace. */
	qsort(files, l->esp.n, sizeof(*files), compare_names);
	for (size_t i = 0; i < l->esp.n; i++)
		if (media_identity_text(to, files[i].name, e) < 0 ||
		    media_identity_source(to, files[i].content, e) < 0)
			return -1;
	for (size_t i = 1; i < l->n_partitions; i++) {
		const struct media_partition *p = &l->partitions[i];
		char type[GUID_TEXT];

		guid_text(&p->type, type);
		if (media_identity_text(to, p->label, e) < 0 ||
		    media_identity_text(to, type, e) < 0 ||
		    media_identity_number(to, p->bytes, e) < 0 ||
		    (p->has_content && media_identity_source(to, &p->content.source, e) < 0))
			return -1;
	}
	return 0;
}

static int give_ids(struct media_layout *l, struct err *e)
{
	AUTO_MEDIA_IDENTITY identity = MEDIA_IDENTITY_INIT;
	struct guid fat;

	if (identify(l, &identity, e) < 0 ||
	    media_identity_guid(&identity, "disk", &l->id, e) < 0 ||
	    media_identity_guid(&identity, "FAT", &fat, e) < 0)
		return -1;
	l->fat_id = le32_get(fat.bytes);
	for (size_t i = 0; i < l->n_partitions; i++) {
		char what[300];

		snprintf(what, sizeof(what), "partition %.250s", l->partitions[i].label);
		if (media_identity_guid(&identity, what, &l->partitions[i].id, e) < 0)
			return -1;
	}
	return 0;
}

/* What the ESP may take of a size that is given; 0: as little as it needs. */
static int esp_share(const struct media_layout *l, uint64_t *ret, struct err *e)
{
	uint64_t others = 2 * MIB; /* the tables at both ends */

	*ret = 0;
	if (!l->options->size)
		return 0;
	if (l->options->size % MIB)
		return err_set(e, ERR_USAGE,
			       "--size is a multiple of 1 MiB: write M for MiB or G for GiB behind "
			       "the number");
	for (size_t i = 1; i < l->n_partitions; i++)
		others += l->partitions[i].bytes;
	if (l->options->size <= others)
		return err_set(e, ERR_LIMIT,
			       "the size of %llu MiB leaves no room for the ESP: the other "
			       "partitions and tables take %llu MiB",
			       (unsigned long long)(l->options->size / MIB),
			       (unsigned long long)(others / MIB));
	*ret = l->options->size - others;
	return 0;
}

static int plan_esp(struct media_layout *l, struct err *e)
{
	struct fat32_options fat = {
		.spare = SPARE,
		.unit = MIB,
		/* xorriso puts it elsewhere. */
		.start = l->options->bios ? 0 : MIB,
		.label = l->label,
		.id = l->fat_id,
		.time = l->options->time,
	};

	if (esp_share(l, &fat.bytes, e) < 0 ||
	    fat32_plan_new(l->esp.files, l->esp.n, &fat, &l->fat, e) < 0)
		return -1;
	l->partitions[0].bytes = fat32_plan_bytes(l->fat);
	return 0;
}

static int place(struct media_layout *l, uint64_t device_bytes, struct err *e)
{
	uint64_t at = MIB;

	for (size_t i = 0; i < l->n_partitions; i++) {
		l->partitions[i].start = at;
		at += l->partitions[i].bytes;
		if (at > INT64_MAX / 2)
			return err_set(e, ERR_LIMIT, "the partitions are beyond what a disk has");
	}
	l->bytes = at + MIB;
	if (!device_bytes)
		return 0;
	/* On a disk the backup table stands at its very end. */
	if (at + GPT_TAIL_SIZE > device_bytes)
		return err_set(e, ERR_LIMIT, "'%s' has %llu MiB, but the image takes %llu MiB",
			       l->options->output, (unsigned long long)(device_bytes / MIB),
			       (unsigned long long)((at + GPT_TAIL_SIZE + MIB - 1) / MIB));
	l->bytes = device_bytes;
	return 0;
}

static int check_label(const struct media_options *o, struct err *e)
{
	if (!o->label)
		return 0;
	/* An ISO has it twice, and ISO 9660 allows less than FAT. */
	if (o->kind == MEDIA_ISO && strlen(o->label) <= FAT32_LABEL_MAX &&
	    (!*o->label || !iso9660_label_is_valid(o->label)))
		return err_set(e, ERR_USAGE,
			       "label '%s': an ISO's label has only capitals, digits and '_'",
			       o->label);
	return fat32_check_label(o->label, e) < 0 ? err_usage(e) : 0;
}

static int make(const struct media_options *o, uint64_t bytes, struct media_layout *l,
		struct err *e)
{
	l->label = o->label ? o->label : DEFAULT_LABEL;
	if (check_label(o, e) < 0 || add_partitions(l, e) < 0 ||
	    esp_open(&o->esp, &l->esp, e) < 0 || give_ids(l, e) < 0 || plan_esp(l, e) < 0)
		return -1;
	return place(l, bytes, e);
}

int media_layout_make(const struct media_options *options, uint64_t bytes, struct media_layout *l,
		      struct err *e)
{
	*l = (struct media_layout){.options = options};
	if (make(options, bytes, l, e) < 0) {
		media_layout_done(l);
		return -1;
	}
	return 0;
}

static int write_head(const struct media_layout *l, const struct gpt *gpt, struct sink *out,
		      struct err *e)
{
	const struct iso9660_gap gap = {
		.label = l->label,
		.bytes = l->bytes,
		.esp_start = MIB,
		.esp_bytes = l->partitions[0].bytes,
		.time = l->options->time,
	};
	uint8_t head[GPT_HEAD_SIZE];

	if (gpt_put_head(gpt, head, e) < 0 || sink_put(out, head, sizeof(head), e) < 0 ||
	    sink_zeros(out, GAP_START - sizeof(head), e) < 0)
		return -1;
	if (l->options->kind == MEDIA_ISO && iso9660_write_gap(&gap, out, e) < 0)
		return -1;
	return sink_zeros(out, MIB - out->pos, e);
}

/* What is free begins and ends with zeros: nothing of an older file system is found there. */
static int write_partition(const struct media_partition *p, struct sink *out, struct err *e)
{
	const uint64_t end = p->start + p->bytes;

	if (p->has_content && sink_range(out, &p->content.source, 0, p->content.source.size, e) < 0)
		return -1;
	if (sink_zeros(out, end - out->pos < MIB ? end - out->pos : MIB, e) < 0)
		return -1;
	if (end - out->pos > MIB && sink_skip(out, end - out->pos - MIB, e) < 0)
		return -1;
	return sink_zeros(out, end - out->pos, e);
}

int media_layout_write(const struct media_layout *l, struct sink *out, struct err *e)
{
	AUTO_FREE struct gpt_partition *rows = calloc(l->n_partitions, sizeof(*rows));
	uint8_t code[GPT_BOOT_CODE_MAX], tail[GPT_TAIL_SIZE];
	struct gpt gpt = {
		.blocks = l->bytes / GPT_BLOCK,
		.id = l->id,
		.partitions = rows,
		.n_partitions = l->n_partitions,
		.boot_code = code,
		.boot_code_len = gpt_message_code(MEDIA_BIOS_MESSAGE, code),
	};

	if (!rows)
		return err_memory(e);
	for (size_t i = 0; i < l->n_partitions; i++) {
		const struct media_partition *p = &l->partitions[i];

		rows[i] = (struct gpt_partition){
			.type = p->type,
			.id = p->id,
			.first = p->start / GPT_BLOCK,
			.last = (p->start + p->bytes) / GPT_BLOCK - 1,
			.name = p->label,
		};
	}
	if (write_head(l, &gpt, out, e) < 0 || fat32_write(l->fat, out, e) < 0)
		return -1;
	for (size_t i = 1; i < l->n_partitions; i++)
		if (write_partition(&l->partitions[i], out, e) < 0)
			return -1;
	if (sink_skip(out, l->bytes - GPT_TAIL_SIZE - out->pos, e) < 0 ||
	    gpt_put_tail(&gpt, tail, e) < 0)
		return -1;
	return sink_put(out, tail, sizeof(tail), e);
}

static int check_input(const struct file_source *f, const char *output, struct err *e)
{
	if (file_source_unchanged(f, e) < 0)
		return -1;
	return file_source_apart(f, output, e);
}

int media_layout_check_inputs(const struct media_layout *l, struct err *e)
{
	for (size_t i = 0; i < l->esp.n; i++)
		if (l->esp.sources[i].fd >= 0 &&
		    check_input(&l->esp.sources[i], l->options->output, e) < 0)
			return -1;
	for (size_t i = 1; i < l->n_partitions; i++)
		if (l->partitions[i].has_content &&
		    check_input(&l->partitions[i].content, l->options->output, e) < 0)
			return -1;
	return 0;
}
