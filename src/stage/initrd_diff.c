#include "stage/initrd_files.h"

#include "format/entry_text.h"
#include "host/file.h"
#include "host/hash.h"

#include <stdlib.h>
#include <string.h>

/* Bytes that a folder at the top has, in one and the other. */
struct folder {
	const char *name;
	size_t len;
	uint64_t before, after;
};

struct comparison {
	const struct image_tree *a, *b;
	const struct initrd_diff_form *to;
	struct folder *folders;
	size_t n, cap;
	size_t differences;
};

static uint64_t bytes_of(const struct image_entry *entry)
{
	return entry && entry->content ? entry->size : 0;
}

static int count(struct comparison *c, const char *name, uint64_t before, uint64_t after,
		 struct err *e)
{
	size_t len = strcspn(name, "/"), i;

	for (i = 0; i < c->n; i++)
		if (c->folders[i].len == len && !memcmp(c->folders[i].name, name, len))
			break;
	if (i == c->cap) {
		size_t cap = c->cap ? c->cap * 2 : 32;
		struct folder *folders = reallocarray(c->folders, cap, sizeof(*folders));

		if (!folders)
			return err_memory(e);
		c->folders = folders;
		c->cap = cap;
	}
	if (i == c->n)
		c->folders[c->n++] = (struct folder){.name = name, .len = len};
	c->folders[i].before += before;
	c->folders[i].after += after;
	return 0;
}

static int hash(const struct image_entry *entry, char hex[HASH_HEX], struct err *e)
{
	AUTO_FILE_SOURCE f = FILE_SOURCE_INIT;

	if (!entry->size)
		return hash_bytes("", 0, hex, e);
	if (file_source_open(&f, entry->location, e) < 0)
		return -1;
	return hash_source(&f.source, entry->offset, entry->size, hex, e);
}

static int same_content(const struct image_entry *a, const struct image_entry *b, bool *ret,
			struct err *e)
{
	char x[HASH_HEX], y[HASH_HEX];

	*ret = a->size == b->size;
	if (!*ret || !a->location || !b->location)
		return 0;
	if (hash(a, x, e) < 0 || hash(b, y, e) < 0)
		return -1;
	*ret = !strcmp(x, y);
	return 0;
}

enum change { ADDED, REMOVED, CHANGED };

static int tell(struct comparison *c, enum change change, const char *name, const char *what,
		struct err *e)
{
	static const char signs[] = {[ADDED] = '+', [REMOVED] = '-', [CHANGED] = '~'};
	static const char *const words[] = {
		[ADDED] = "added", [REMOVED] = "removed", [CHANGED] = "changed"};

	c->differences++;
	if (c->to->json) {
		json_open_object(c->to->json, NULL);
		json_text(c->to->json, "change", words[change]);
		json_text(c->to->json, "name", name);
		if (what[0])
			json_text(c->to->json, "what", what);
		json_close_object(c->to->json);
		return 0;
	}
	if (buf_putf(c->to->text, e, "%c ", signs[change]) < 0 ||
	    entry_name_text(c->to->text, name, e) < 0)
		return -1;
	return buf_putf(c->to->text, e, "%s%s\n", what[0] ? ": " : "", what);
}

/* In words, what changed; "" when nothing did. */
static int describe(const struct image_entry *a, const struct image_entry *b, struct buf *what,
		    struct err *e)
{
	char before[ENTRY_MODE_TEXT], after[ENTRY_MODE_TEXT];
	bool same;

	entry_mode_text(a->mode, before);
	entry_mode_text(b->mode, after);
	if (strcmp(before, after) && buf_putf(what, e, ", mode %s to %s", before, after) < 0)
		return -1;
	if ((a->uid != b->uid || a->gid != b->gid) &&
	    buf_putf(what, e, ", owner %u:%u to %u:%u", a->uid, a->gid, b->uid, b->gid) < 0)
		return -1;
	if ((a->rdev_major != b->rdev_major || a->rdev_minor != b->rdev_minor) &&
	    buf_putf(what, e, ", device %u,%u to %u,%u", a->rdev_major, a->rdev_minor,
		     b->rdev_major, b->rdev_minor) < 0)
		return -1;
	if (a->target && b->target && strcmp(a->target, b->target) &&
	    buf_putf(what, e, ", target '%s' to '%s'", a->target, b->target) < 0)
		return -1;
	if (a->mtime != b->mtime && buf_putf(what, e, ", time %u to %u", a->mtime, b->mtime) < 0)
		return -1;
	if (a->size != b->size)
		return buf_putf(what, e, ", size %llu to %llu", (unsigned long long)a->size,
				(unsigned long long)b->size);
	if (same_content(a, b, &same, e) < 0)
		return -1;
	return same ? 0 : buf_puts(what, ", content", e);
}

static int compare(struct comparison *c, const struct image_entry *a, struct err *e)
{
	const struct image_entry *b = image_tree_find(c->b, a->name);
	AUTO_BUF what = BUF_INIT;

	if (count(c, a->name, bytes_of(a), bytes_of(b), e) < 0)
		return -1;
	if (!b)
		return tell(c, REMOVED, a->name, "", e);
	if (describe(a, b, &what, e) < 0)
		return -1;
	return what.len ? tell(c, CHANGED, a->name, what.data + 2, e) : 0;
}

static void folders_as_json(const struct comparison *c, struct json_writer *json)
{
	json_open_array(json, "folders");
	for (size_t i = 0; i < c->n; i++) {
		const struct folder *f = &c->folders[i];

		if (f->before == f->after)
			continue;
		json_open_object(json, NULL);
		json_text_n(json, "name", f->name, f->len);
		json_number(json, "before", f->before);
		json_number(json, "after", f->after);
		json_close_object(json);
	}
	json_close_array(json);
}

static int folders_as_text(const struct comparison *c, struct buf *text, struct err *e)
{
	for (size_t i = 0; i < c->n; i++) {
		const struct folder *f = &c->folders[i];
		long long more = (long long)(f->after - f->before);

		if (more && buf_putf(text, e, "%+12lld bytes in %.*s: %llu, before %llu\n", more,
				     (int)f->len, f->name, (unsigned long long)f->after,
				     (unsigned long long)f->before) < 0)
			return -1;
	}
	return 0;
}

static int tell_entries(struct comparison *c, struct err *e)
{
	for (size_t i = 0; i < c->a->n; i++)
		if (compare(c, &c->a->entries[i], e) < 0)
			return -1;
	for (size_t i = 0; i < c->b->n; i++) {
		const struct image_entry *entry = &c->b->entries[i];

		if (image_tree_find(c->a, entry->name))
			continue;
		if (count(c, entry->name, 0, bytes_of(entry), e) < 0 ||
		    tell(c, ADDED, entry->name, "", e) < 0)
			return -1;
	}
	return 0;
}

int initrd_diff(const struct image_tree *a, const struct image_tree *b,
		const struct initrd_diff_form *to, bool *ret_same, struct err *e)
{
	struct comparison c = {.a = a, .b = b, .to = to};
	int r;

	if (to->json)
		json_open_array(to->json, "changes");
	r = tell_entries(&c, e);
	if (to->json) {
		json_close_array(to->json);
		folders_as_json(&c, to->json);
	} else if (r == 0) {
		r = folders_as_text(&c, to->text, e);
	}
	free(c.folders);
	*ret_same = c.differences == 0;
	return r;
}
