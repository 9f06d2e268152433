#include "stage/initramfs_script.h"

#include "base/path.h"

#include <string.h>

int initramfs_content(const struct image_entry *entry, struct file_source *file,
		      struct range_source *ret, struct err *e)
{
	if (file_source_open(file, entry->location, e) < 0)
		return -1;
	return range_source_init(ret, &file->source, entry->offset,
				 entry->archive ? entry->size : file->source.size, e);
}

const char *initramfs_origin(const struct image_entry *entry)
{
	return entry->archive ? entry->archive : entry->location;
}

/* The word at the front; `rest` goes behind it. */
static char *take_word(char **rest)
{
	static const char blanks[] = " \t";
	char *word = *rest + strspn(*rest, blanks);
	size_t len = strcspn(word, blanks);

	*rest = word + len;
	if (word[len])
		*(*rest)++ = '\0';
	return word;
}

/* env [OPTION...] [NAME=VALUE...] PROGRAM: options that take a word of their own are rare here. */
static const char *program_of_env(char *rest)
{
	char *word;

	do {
		word = take_word(&rest);
	} while (*word == '-' || strchr(word, '='));
	return *word ? word : NULL;
}

int initramfs_read_script(const struct source *from, struct script *ret, struct err *e)
{
	size_t len = from->size < SCRIPT_HEAD ? (size_t)from->size : SCRIPT_HEAD;
	char *rest = ret->head + 2;

	ret->interpreter = "";
	ret->by_env = NULL;
	if (source_read(from, 0, ret->head, len, e) < 0)
		return -1;
	ret->head[len] = '\0';
	if (strncmp(ret->head, "#!", 2) != 0)
		return 0;
	rest[strcspn(rest, "\n")] = '\0';
	ret->interpreter = take_word(&rest);
	if (!strcmp(path_base(ret->interpreter), "env"))
		ret->by_env = program_of_env(rest);
	return 0;
}
