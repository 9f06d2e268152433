/* Lists of images, and the table that they fill. */

#include "base/buf.h"
#include "format/image_tree.h"
#include "format/initlist.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *lookup(void *context, const char *variable)
{
	(void)context;
	return variable[0] == 'A' ? "a value" : NULL;
}

/* Errors of the table do not end the list here: so that more of it is reached. */
static int add(void *context, const struct initlist_line *line, struct err *e)
{
	static const uint32_t types[] = {CPIO_FILE,   CPIO_FOLDER, CPIO_CHAR,	CPIO_SYMLINK,
					 CPIO_PIPE,   CPIO_SOCKET, CPIO_FOLDER, CPIO_FOLDER,
					 CPIO_FOLDER, CPIO_FILE,   CPIO_FILE};
	const struct image_entry entry = {
		.name = line->name ? line->name : line->location,
		.mode = types[line->type] | line->mode,
		.uid = line->uid,
		.target = line->type == INITLIST_SLINK ? line->location : NULL,
		.location = line->type == INITLIST_FILE ? line->location : NULL,
		.origin = line->type == INITLIST_TREE ? IMAGE_COPIED : IMAGE_LISTED,
	};
	struct image_tree *t = context;
	AUTO_FREE char *real = NULL;
	const char *old;

	if (line->type == INITLIST_OVERLAY) {
		if (image_tree_overlay(t, &entry, &old, e) < 0 && !e->text[0])
			__builtin_trap();
		return image_tree_real_name(t, entry.name, true, &real, e) < 0 && !e->text[0] ? -1
											      : 0;
	}
	if (image_tree_add_links(t, &entry, line->links, line->n_links, e) < 0 && !e->text[0])
		__builtin_trap();
	return 0;
}

static void check(const struct image_tree *t)
{
	for (size_t i = 0; i < t->n; i++) {
		const struct image_entry *entry = &t->entries[i];
		AUTO_FREE char *name = NULL;
		struct err e = ERR_INIT;

		if (image_tree_find(t, entry->name) != entry)
			__builtin_trap();
		if (image_name(entry->name, &name, &e) < 0 || strcmp(name, entry->name))
			__builtin_trap();
		if (cpio_check_name(name, &e) < 0)
			__builtin_trap();
		image_tree_resolve(t, entry->name);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO_IMAGE_TREE t = IMAGE_TREE_INIT;
	unsigned int line = 0;
	const struct initlist_reader reader = {"fuzz", &line, &t, lookup, add};
	struct err e = ERR_INIT;

	if (initlist_parse((const char *)data, size, &reader, &e) < 0 && !e.text[0])
		__builtin_trap();
	check(&t);
	if (image_tree_finish(&t, &e) == 0)
		check(&t);
	return 0;
}
