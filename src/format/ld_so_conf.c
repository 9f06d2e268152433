#include "format/ld_so_conf.h"

#include <stdlib.h>
#include <string.h>

static const char blanks[] = " \t\r\v\f";

/* Takes a word of this name from the front of the line. */
static bool take_word(char **line, const char *word)
{
	size_t len = strlen(word);

	if (strncmp(*line, word, len) || !(*line)[len] || !strchr(blanks, (*line)[len]))
		return false;
	*line += len;
	return true;
}

static int take_includes(const struct ld_so_conf_reader *reader, char *words, struct err *e)
{
	char *rest = NULL;

	for (char *w = strtok_r(words, blanks, &rest); w; w = strtok_r(NULL, blanks, &rest))
		if (reader->include(reader->context, w, e) < 0)
			return -1;
	return 0;
}

static int take_line(const struct ld_so_conf_reader *reader, char *line, struct err *e)
{
	size_t len;

	line[strcspn(line, "#")] = '\0';
	line += strspn(line, blanks);
	for (len = strlen(line); len && strchr(blanks, line[len - 1]);)
		line[--len] = '\0';
	if (take_word(&line, "include"))
		return take_includes(reader, line, e);
	if (line[0] != '/')
		return 0;
	/* "=libc6" told of what kind the libraries were. */
	len = strcspn(line, "=");
	while (len > 1 && (line[len - 1] == '/' || strchr(blanks, line[len - 1])))
		len--;
	line[len] = '\0';
	return reader->folder(reader->context, line, e);
}

int ld_so_conf_parse(const char *text, size_t len, const struct ld_so_conf_reader *reader,
		     struct err *e)
{
	const char *end = text + len;

	while (text < end) {
		const char *stop = memchr(text, '\n', (size_t)(end - text));
		size_t n = (size_t)((stop ? stop : end) - text);
		AUTO_FREE char *line = strndup(text, n);

		if (!line)
			return err_memory(e);
		if (take_line(reader, line, e) < 0)
			return -1;
		text += n + 1;
	}
	return 0;
}

int ld_musl_path_parse(const char *text, size_t len, struct strv *to, struct err *e)
{
	AUTO_FREE char *copy = strndup(text, len);
	char *rest = NULL;

	if (!copy)
		return err_memory(e);
	for (char *w = strtok_r(copy, ":\n", &rest); w; w = strtok_r(NULL, ":\n", &rest))
		if (w[0] == '/' && strv_add(to, w, e) < 0)
			return -1;
	return 0;
}
