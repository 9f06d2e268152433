#include "stage/inspect_initramfs.h"

#include "format/cpio.h"
#include "format/entry_text.h"

#include <stdio.h>
#include <string.h>

/* Where a listing goes: one of text and json is set. */
struct listing {
	struct sink *text;
	struct buf line; /* of the text at hand */
	struct json_writer *json;
	struct initrd_segment *segments;
	size_t n, cap;
};

static void listing_done(struct listing *l)
{
	buf_done(&l->line);
	free(l->segments);
}

static bool is_device(uint32_t mode)
{
	uint32_t type = mode & CPIO_TYPE_MASK;

	return type == CPIO_CHAR || type == CPIO_BLOCK;
}

static int entry_as_text(struct buf *text, const struct cpio_found *found, struct err *e)
{
	const struct cpio_entry *entry = &found->entry;
	char mode[ENTRY_MODE_TEXT], size[32];

	entry_mode_text(entry->mode, mode);
	if (is_device(entry->mode))
		snprintf(size, sizeof(size), "%u, %u", entry->rdev_major, entry->rdev_minor);
	else
		snprintf(size, sizeof(size), "%llu",
			 (unsigned long long)(found->target ? strlen(found->target) : found->size));
	if (buf_putf(text, e, "%s %5u %5u %10s ", mode, entry->uid, entry->gid, size) < 0 ||
	    entry_name_text(text, entry->name, e) < 0)
		return -1;
	if (found->target &&
	    (buf_puts(text, " -> ", e) < 0 || entry_name_text(text, found->target, e) < 0))
		return -1;
	return buf_puts(text, "\n", e);
}

static void entry_as_json(struct json_writer *json, const struct cpio_found *found)
{
	const struct cpio_entry *entry = &found->entry;
	char mode[ENTRY_MODE_TEXT];

	entry_mode_text(entry->mode, mode);
	json_open_object(json, NULL);
	json_text(json, "name", entry->name);
	json_text(json, "mode", mode);
	json_number(json, "uid", entry->uid);
	json_number(json, "gid", entry->gid);
	json_number(json, "size", found->target ? strlen(found->target) : found->size);
	json_number(json, "mtime", entry->mtime);
	json_number(json, "inode", entry->ino);
	json_number(json, "links", entry->nlink);
	if (found->target)
		json_text(json, "target", found->target);
	if (is_device(entry->mode)) {
		json_number(json, "major", entry->rdev_major);
		json_number(json, "minor", entry->rdev_minor);
	}
	json_close_object(json);
}

static int put_line(struct listing *l, struct err *e)
{
	int r = sink_put(l->text, buf_str(&l->line), l->line.len, e);

	buf_clear(&l->line);
	return r;
}

static int list_entry(void *context, const struct cpio_found *found, uint64_t data_at,
		      struct err *e)
{
	struct listing *l = context;

	(void)data_at;
	if (!l->text) {
		entry_as_json(l->json, found);
		return 0;
	}
	if (entry_as_text(&l->line, found, e) < 0)
		return -1;
	return put_line(l, e);
}

static int keep_segment(void *context, const struct initrd_segment *s, struct err *e)
{
	struct listing *l = context;

	if (l->n == l->cap) {
		size_t cap = l->cap ? l->cap * 2 : 8;
		struct initrd_segment *segments = reallocarray(l->segments, cap, sizeof(*segments));

		if (!segments)
			return err_memory(e);
		l->segments = segments;
		l->cap = cap;
	}
	l->segments[l->n++] = *s;
	return 0;
}

static int list_all(struct listing *l, const struct source *from,
		    const struct initrd_limits *limits, struct err *e)
{
	const struct initrd_visitor visitor = {l, list_entry, NULL, keep_segment};

	return initrd_read(from, &visitor, limits, e);
}

static int segments_as_text(struct listing *l, struct err *e)
{
	for (size_t i = 0; i < l->n; i++) {
		const struct initrd_segment *s = &l->segments[i];
		int r;

		if (s->listed)
			r = buf_putf(&l->line, e,
				     "%llu %s, %llu bytes; %llu bytes at %llu, compression %s\n",
				     (unsigned long long)s->entries,
				     s->entries == 1 ? "entry" : "entries",
				     (unsigned long long)s->unpacked, (unsigned long long)s->size,
				     (unsigned long long)s->offset, s->compression);
		else
			r = buf_putf(&l->line, e,
				     "%llu bytes at %llu, compression %s: not listed\n",
				     (unsigned long long)s->size, (unsigned long long)s->offset,
				     s->compression);
		if (r < 0 || put_line(l, e) < 0)
			return -1;
	}
	return 0;
}

static void segments_as_json(const struct listing *l)
{
	json_open_array(l->json, "segments");
	for (size_t i = 0; i < l->n; i++) {
		const struct initrd_segment *s = &l->segments[i];

		json_open_object(l->json, NULL);
		json_number(l->json, "offset", s->offset);
		json_number(l->json, "size", s->size);
		json_text(l->json, "compression", s->compression);
		json_bool(l->json, "listed", s->listed);
		if (s->listed) {
			json_number(l->json, "unpacked", s->unpacked);
			json_number(l->json, "entries", s->entries);
		}
		json_close_object(l->json);
	}
	json_close_array(l->json);
}

int inspect_initramfs_text(const struct source *from, const struct initrd_limits *limits,
			   struct sink *out, struct err *e)
{
	AUTO(listing_done) struct listing l = {.text = out, .line = BUF_INIT};

	if (list_all(&l, from, limits, e) < 0)
		return -1;
	return segments_as_text(&l, e);
}

int inspect_initramfs_json(const struct source *from, const struct initrd_limits *limits,
			   struct json_writer *out, struct err *e)
{
	AUTO(listing_done) struct listing l = {.json = out};

	json_open_array(out, "entries");
	if (list_all(&l, from, limits, e) < 0)
		return -1;
	json_close_array(out);
	segments_as_json(&l);
	return 0;
}
