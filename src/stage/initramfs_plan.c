#include "stage/initramfs.h"

#include "base/doubt.h"
#include "base/log.h"
#include "host/file.h"
#include "host/opener.h"
#include "host/pool.h"
#include "stage/initramfs_check.h"
#include "stage/initramfs_layout.h"
#include "stage/initramfs_planner.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	LIST_PIECE = 256 << 10,
	LINE_MAX_BYTES = 1 << 20,
	FILE_SIZE_OLD_KERNEL = INT32_MAX, /* 6.1 opens what it unpacks without O_LARGEFILE */
	BATCH = 512,			  /* entries that one thread looks at */
};

static const char *lookup(void *context, const char *variable)
{
	const struct initramfs_options *o = ((struct initramfs_planner *)context)->options;

	for (size_t i = 0; i < o->n_variables; i++)
		if (!strcmp(o->variables[i].name, variable))
			return o->variables[i].value;
	return o->use_environment ? getenv(variable) : NULL;
}

static uint32_t line_type(const struct initlist_line *line)
{
	switch (line->type) {
	case INITLIST_FILE:
		return CPIO_FILE;
	case INITLIST_NOD:
		return line->device == 'b' ? CPIO_BLOCK : CPIO_CHAR;
	case INITLIST_SLINK:
		return CPIO_SYMLINK;
	case INITLIST_PIPE:
		return CPIO_PIPE;
	case INITLIST_SOCK:
		return CPIO_SOCKET;
	default:
		return CPIO_FOLDER;
	}
}

static int add_line(void *context, const struct initlist_line *line, struct err *e)
{
	struct initramfs_planner *p = context;
	struct image_entry entry = {
		.name = line->name,
		.mode = line_type(line) | line->mode,
		.uid = line->uid,
		.gid = line->gid,
		.rdev_major = line->major,
		.rdev_minor = line->minor,
		.target = line->type == INITLIST_SLINK ? line->location : NULL,
		.location = line->type == INITLIST_FILE ? line->location : NULL,
		.origin = IMAGE_LISTED,
	};
	AUTO_FREE char *where = NULL;

	if (asprintf(&where, "%s:%u", p->list, line->number) < 0) {
		where = NULL;
		return err_memory(e);
	}
	p->where = where;
	entry.where = where;
	p->line = line;
	switch (line->type) {
	case INITLIST_TREE:
	case INITLIST_OVERLAY:
		return initramfs_add_tree(p, e);
	case INITLIST_ARCHIVE:
		return initramfs_add_archive(p, e);
	case INITLIST_ELF:
		return initramfs_add_elf(p, e);
	case INITLIST_SET:
		return initramfs_set(p, e);
	default:
		break;
	}
	return image_tree_add_links(p->plan, &entry, line->links, line->n_links, e);
}

/* Takes whole lines out of what was read of a list; the last one may have no end. */
static int parse_lines(const struct initlist_reader *reader, struct buf *text, bool last,
		       struct err *e)
{
	const char *end = last ? text->data + text->len : memrchr(text->data, '\n', text->len);
	size_t len;

	if (!end && text->len >= LINE_MAX_BYTES)
		return err_set(e, ERR_LIMIT, "%s:%u: a line of more than %d bytes", reader->list,
			       *reader->line + 1, LINE_MAX_BYTES);
	if (!end)
		return 0;
	len = (size_t)(end - text->data) + !last;
	if (initlist_parse(text->data, len, reader, e) < 0)
		return -1;
	text->len -= len;
	memmove(text->data, text->data + len, text->len);
	return 0;
}

static int add_list(struct initramfs_planner *p, const char *path, struct err *e)
{
	unsigned int line = 0;
	const struct initlist_reader reader = {path, &line, p, lookup, add_line};
	AUTO_FILE_SOURCE f = FILE_SOURCE_INIT;
	AUTO_BUF text = BUF_INIT;

	p->list = path;
	if (file_source_open(&f, path, e) < 0)
		return -1;
	for (uint64_t at = 0, left; (left = f.source.size - at);) {
		size_t n = left < LIST_PIECE ? (size_t)left : LIST_PIECE;

		if (buf_reserve(&text, n, e) < 0 ||
		    source_read(&f.source, at, text.data + text.len, n, e) < 0)
			return -1;
		text.len += n;
		at += n;
		if (parse_lines(&reader, &text, at == f.source.size, e) < 0)
			return -1;
	}
	return file_source_unchanged(&f, e);
}

static int add_files(struct initramfs_planner *p, struct err *e)
{
	for (size_t i = 0; i < p->options->n_files; i++) {
		const struct initramfs_file *file = &p->options->files[i];
		const struct image_entry entry = {.name = file->name,
						  .mode = CPIO_FILE | (file->mode & 07777),
						  .location = file->path,
						  .origin = IMAGE_LISTED,
						  .where = file->path};

		if (image_tree_add(p->plan, &entry, e) < 0)
			return err_ctx(e, "file '%s'", file->path);
	}
	return 0;
}

/*
 * The kernel boots on with what it had memory for. The first entry leads to the last one, so that
 * PID 1 (init/sentinel.c) can tell a part from the whole, and from an archive without this.
 */
static int add_begin(const struct initramfs_options *o, struct image_tree *plan, struct err *e)
{
	const struct image_entry entry = {.name = ".archive-begin",
					  .mode = CPIO_SYMLINK | 0777,
					  .target = ".archive-end",
					  .origin = IMAGE_LISTED,
					  .where = "the mark of the archive's begin"};

	return o->sentinel ? image_tree_add(plan, &entry, e) : 0;
}

static int add_end(const struct initramfs_options *o, struct image_tree *plan, struct err *e)
{
	const struct image_entry entry = {.name = ".archive-end",
					  .mode = CPIO_FILE | 0444,
					  .origin = IMAGE_LISTED,
					  .where = "the mark of the archive's end"};

	return o->sentinel ? image_tree_add(plan, &entry, e) : 0;
}

static int look_at(const struct initramfs_planner *p, struct opener *opener,
		   struct image_entry *entry, struct err *e)
{
	struct stat st;

	if (opener_stat(opener, entry->location, &st, e) < 0)
		return -1;
	if (!S_ISREG(st.st_mode))
		return err_set(e, ERR_INPUT, "'%s' is %s, not a regular file", entry->location,
			       S_ISDIR(st.st_mode) ? "a folder" : "a device or a pipe");
	if (initramfs_apart(p, entry->location, &st, e) < 0)
		return -1;
	if (!entry->archive)
		entry->size = (uint64_t)st.st_size;
	entry->stamp = file_stamp(&st);
	return 0;
}

static int check_size(const struct initramfs_planner *p, const struct image_entry *entry,
		      struct err *e)
{
	if (entry->size > UINT32_MAX)
		return err_set(e, ERR_LIMIT,
			       "'%s' has %llu bytes; an initramfs has room for files below 4 GiB",
			       entry->location, (unsigned long long)entry->size);
	if (entry->size > FILE_SIZE_OLD_KERNEL)
		return doubt(
			p->options->strict, e,
			"'%s' has 2 GiB or more: older kernels, 6.1 among them, cannot unpack it",
			entry->location);
	return 0;
}

/* The entries of one task. */
static struct image_entry *batch(const struct initramfs_planner *p, const struct pool_task *task,
				 size_t *ret_n)
{
	const size_t first = task->index * BATCH, left = p->plan->n - first;

	*ret_n = left < BATCH ? left : BATCH;
	return &p->plan->entries[first];
}

/* What a tree has was looked at when it was listed. */
static int look_at_batch(void *context, const struct pool_task *task, struct err *e)
{
	const struct initramfs_planner *p = context;
	AUTO_OPENER opener = OPENER_INIT;
	struct image_entry *entry;
	size_t n;

	entry = batch(p, task, &n);
	for (size_t i = 0; i < n; i++)
		if (entry[i].location && !entry[i].stamp && look_at(p, &opener, &entry[i], e) < 0)
			return err_ctx(e, "%s", entry[i].where);
	return 0;
}

static int check_batch(void *context, const struct pool_task *task, struct err *e)
{
	const struct initramfs_planner *p = context;
	const struct image_entry *entry;
	size_t n;

	entry = batch(p, task, &n);
	for (size_t i = 0; i < n; i++)
		if (entry[i].location && check_size(p, &entry[i], e) < 0)
			return err_ctx(e, "%s", entry[i].where);
	return 0;
}

static int set_sizes(struct initramfs_planner *p, struct err *e)
{
	const unsigned int threads = initramfs_threads(p->options);
	const struct pool_job job = {
		.context = p,
		.n = (p->plan->n + BATCH - 1) / BATCH,
		.threads = threads,
		.window = threads + 2,
		.work = look_at_batch,
		.finish = check_batch,
	};

	return pool_run(&job, e);
}

/* Folders that nobody asked for are worth a word: a name may be misspelt. */
static void tell_made(const struct image_tree *plan)
{
	for (size_t i = 0; i < plan->n; i++)
		if (plan->entries[i].origin == IMAGE_MADE)
			log_info("%s: folder '%s' is made for it, 0755 root:root",
				 plan->entries[i].where, plan->entries[i].name);
}

/* A key of a tree is 0600 for a reason, which the modes of the image would forget. */
static void tell_bared(const struct image_tree *plan)
{
	const struct image_entry *first = NULL;
	char others[48] = "";
	size_t n = 0;

	for (size_t i = 0; i < plan->n; i++) {
		const struct image_entry *entry = &plan->entries[i];

		if (!entry->was_private || !(entry->mode & 077))
			continue;
		first = first ? first : entry;
		n++;
	}
	if (n > 1)
		snprintf(others, sizeof(others), " and %zu more", n - 1);
	if (first)
		log_warning("%s: '%s'%s: only the owner may read %s here, but in the image "
			    "everybody may (%04o): give the mode with a set or a file line, or say "
			    "--keep-modes",
			    first->where, first->location, others, n > 1 ? "them" : "it",
			    first->mode & 07777);
}

int initramfs_plan(const struct initramfs_options *options, struct image_tree *plan, struct err *e)
{
	struct initramfs_planner p = {.options = options, .plan = plan};

	if (initramfs_output_apart(&p, e) < 0 || add_begin(options, plan, e) < 0)
		return -1;
	for (size_t i = 0; i < options->lists->n; i++)
		if (add_list(&p, options->lists->v[i], e) < 0)
			return -1;
	if (add_files(&p, e) < 0 || add_end(options, plan, e) < 0 || set_sizes(&p, e) < 0)
		return -1;
	if ((options->dedupe && initramfs_dedupe(plan, e) < 0) || image_tree_finish(plan, e) < 0)
		return -1;
	tell_made(plan);
	tell_bared(plan);
	return initramfs_check(options, plan, e);
}
