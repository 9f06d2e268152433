#include "stage/initramfs_planner.h"

#include "base/doubt.h"
#include "host/file.h"
#include "host/output.h"
#include "stage/initramfs_check.h"
#include "stage/initrd_read.h"

#include <stdio.h>
#include <string.h>

/* Where the content of names of one file is: it stands with one of them. */
struct content {
	uint32_t file;
	const char *location; /* that of the archive or of the scratch file */
	uint64_t offset, size;
};

struct archive {
	struct initramfs_planner *planner;
	const struct file_source *from;
	struct output scratch;	      /* content of compressed segments */
	char *scratch_path;	      /* NULL: not begun */
	struct initramfs_links links; /* since the last segment: the kernel forgets them then */
	struct content *contents;
	size_t n, cap;
	uint64_t left; /* of the content that goes into the scratch file */
	size_t dropped;
};

static void archive_done(struct archive *a)
{
	initramfs_links_done(&a->links);
	output_abort(&a->scratch);
	free(a->scratch_path);
	free(a->contents);
}

static int begin_scratch(struct archive *a, struct err *e)
{
	struct initramfs_planner *p = a->planner;

	if (a->scratch_path)
		return 0;
	if (!p->options->scratch)
		return err_set(e, ERR_INPUT, "'%s' is compressed: unpack it first", a->from->path);
	if (!p->options->scratch->path && temp_folder_make(p->options->scratch, e) < 0)
		return -1;
	if (asprintf(&a->scratch_path, "%s/archive-%zu", p->options->scratch->path, p->archives++) <
	    0) {
		a->scratch_path = NULL;
		return err_memory(e);
	}
	return output_begin(&a->scratch, a->scratch_path, false, e);
}

static int note_content(struct archive *a, const struct content *content, struct err *e)
{
	if (a->n == a->cap) {
		size_t cap = a->cap ? a->cap * 2 : 256;
		struct content *grown = reallocarray(a->contents, cap, sizeof(*grown));

		if (!grown)
			return err_memory(e);
		a->contents = grown;
		a->cap = cap;
	}
	a->contents[a->n++] = *content;
	return 0;
}

/* Where the content of the entry told last is, or will be put. */
static int place_content(struct archive *a, const struct cpio_found *found, uint64_t data_at,
			 struct content *content, struct err *e)
{
	content->size = found->size;
	content->location = a->from->path;
	content->offset = data_at;
	if (data_at != UINT64_MAX)
		return 0;
	if (begin_scratch(a, e) < 0)
		return -1;
	content->location = a->scratch_path;
	content->offset = a->scratch.sink.pos;
	a->left = found->size;
	return 0;
}

/* The boot loader's part: in a compressed archive nobody looks for it. */
static bool is_early(const char *name, uint64_t data_at)
{
	return data_at != UINT64_MAX &&
	       (!strncmp(name, "kernel/x86/", 11) || !strncmp(name, "kernel/firmware/acpi", 20));
}

static int add_file(struct archive *a, const struct cpio_found *found, uint64_t data_at,
		    struct image_entry *entry, struct err *e)
{
	struct initramfs_planner *p = a->planner;
	struct content content = {.location = NULL};
	struct image_entry *added;
	const char *name;
	bool known = false;

	/* Content that comes with another of its names is put right in the end. */
	entry->location = a->from->path;
	entry->archive = a->from->path;
	if (found->size && place_content(a, found, data_at, &content, e) < 0)
		return -1;
	if (initramfs_lay_over(p, entry, &name, e) < 0)
		return -1;
	added = image_tree_find(p->plan, name);
	if (found->entry.nlink > 1) {
		const struct initramfs_link link = {.device = (uint64_t)found->dev_major << 32 |
							      found->dev_minor,
						    .inode = found->entry.ino,
						    .file = added->file};

		if (initramfs_links_add(&a->links, &link, &known, &added->file, e) < 0)
			return -1;
	}
	content.file = added->file;
	return !known || content.location ? note_content(a, &content, e) : 0;
}

static int add_entry(void *context, const struct cpio_found *found, uint64_t data_at, struct err *e)
{
	struct archive *a = context;
	struct initramfs_planner *p = a->planner;
	struct image_entry entry = {
		.name = found->entry.name,
		.mode = found->entry.mode,
		.uid = found->entry.uid,
		.gid = found->entry.gid,
		.rdev_major = found->entry.rdev_major,
		.rdev_minor = found->entry.rdev_minor,
		.target = found->target,
		.origin = IMAGE_COPIED,
		.where = p->where,
		.has_mtime = p->as_it_is,
		.mtime = p->as_it_is ? found->entry.mtime : 0,
	};
	AUTO_FREE char *name = NULL;
	const char *added;

	a->left = 0;
	if (image_name(found->entry.name, &name, e) < 0)
		return -1;
	if (initramfs_is_excluded(&p->line->settings, name))
		return 0;
	if (!p->as_it_is && (is_early(name, data_at) || !strcmp(name, "early_cpio"))) {
		a->dropped++;
		return 0;
	}
	initramfs_apply(&p->line->settings, &entry);
	if (!image_type_known(entry.mode))
		return err_set(
			e, ERR_INPUT,
			"'%.200s' has mode %o, which is no type of file: the kernel drops it", name,
			entry.mode);
	if ((entry.mode & CPIO_TYPE_MASK) == CPIO_FILE)
		return add_file(a, found, data_at, &entry, e);
	return initramfs_lay_over(p, &entry, &added, e);
}

static int keep_data(void *context, const void *data, size_t len, struct err *e)
{
	struct archive *a = context;

	if (!a->left)
		return 0;
	a->left -= len;
	return sink_put(&a->scratch.sink, data, len, e);
}

static int end_segment(void *context, const struct initrd_segment *s, struct err *e)
{
	struct archive *a = context;

	if (!s->listed)
		return err_set(e, ERR_INPUT,
			       "'%s' is compressed with %s at byte %llu, which cannot "
			       "be unpacked here",
			       a->from->path, s->compression, (unsigned long long)s->offset);
	initramfs_links_done(&a->links);
	return 0;
}

/* Every name of a file gets the place of its content. */
static int set_contents(struct archive *a, struct err *e)
{
	struct image_tree *plan = a->planner->plan;
	AUTO_FREE size_t *of = calloc((size_t)plan->files + 1, sizeof(*of));

	if (!of)
		return err_memory(e);
	/* The last one counts, as it does for the kernel. */
	for (size_t i = 0; i < a->n; i++)
		of[a->contents[i].file] = i + 1;
	for (size_t i = 0; i < plan->n; i++) {
		struct image_entry *entry = &plan->entries[i];
		const struct content *c;
		char *location;

		if (!entry->location || !of[entry->file])
			continue;
		c = &a->contents[of[entry->file] - 1];
		entry->size = c->size;
		entry->offset = c->offset;
		if (!c->location)
			continue;
		location = strdup(c->location);
		if (!location)
			return err_memory(e);
		free((char *)entry->location);
		entry->location = location;
	}
	return 0;
}

int initramfs_add_archive(struct initramfs_planner *p, struct err *e)
{
	AUTO_FILE_SOURCE from = FILE_SOURCE_INIT;
	AUTO(archive_done) struct archive a = {.planner = p, .from = &from, .scratch = OUTPUT_INIT};
	const struct initrd_visitor visitor = {&a, add_entry, keep_data, end_segment};
	const struct initrd_limits usual = {0};

	if (file_source_open(&from, p->line->location, e) < 0 ||
	    initramfs_apart(p, p->line->location, &from.stat, e) < 0 ||
	    initrd_read(&from.source, &visitor, p->limits ? p->limits : &usual, e) < 0 ||
	    set_contents(&a, e) < 0 || file_source_unchanged(&from, e) < 0)
		return -1;
	if (a.dropped && doubt(p->options->strict, e,
			       "'%s' has microcode or ACPI tables in front, which are left "
			       "out here: give them with --microcode and --acpi",
			       p->line->location) < 0)
		return -1;
	return a.scratch_path ? output_commit(&a.scratch, e) : 0;
}
