#include "format/ini.h"

#include <stdbool.h>
#include <string.h>

void ini_done(struct ini *ini)
{
	free(ini->name);
	free(ini->text);
	free(ini->entries);
	*ini = (struct ini)INI_INIT;
}

static char *trim(char *text)
{
	char *end;

	text += strspn(text, " \t\r");
	end = text + strlen(text);
	while (end > text && strchr(" \t\r", end[-1]))
		*--end = '\0';
	return text;
}

static int add(struct ini *ini, const char *section, const char *key, const char *value,
	       size_t line, struct err *e)
{
	/* Grows at every power of two. */
	if ((ini->n & (ini->n - 1)) == 0) {
		size_t cap = ini->n ? ini->n * 2 : 1;
		struct ini_entry *entries = reallocarray(ini->entries, cap, sizeof(*entries));

		if (!entries)
			return err_memory(e);
		ini->entries = entries;
	}
	ini->entries[ini->n++] = (struct ini_entry){section, key, value, line};
	return 0;
}

/* The line's text moves up to stand right behind the value that it goes on with. */
static void join(struct ini_entry *entry, const char *more)
{
	char *end = (char *)entry->value + strlen(entry->value);

	if (end > entry->value)
		*end++ = '\n';
	memmove(end, more, strlen(more) + 1);
}

static int parse_section(const struct ini *ini, char *line, size_t number, const char **ret,
			 struct err *e)
{
	char *end = strchr(line, ']');

	if (!end || end[1])
		return err_set(e, ERR_INPUT, "%s:%zu: a section is written [name]: '%.100s'",
			       ini->name, number, line);
	*end = '\0';
	*ret = trim(line + 1);
	if (!**ret)
		return err_set(e, ERR_INPUT, "%s:%zu: a section needs a name", ini->name, number);
	return 0;
}

static int parse_line(struct ini *ini, char *line, size_t number, const char **section,
		      struct err *e)
{
	bool indented = line[0] == ' ' || line[0] == '\t';
	char *text = trim(line);
	char *equals;

	if (!*text || *text == '#' || *text == ';')
		return 0;
	if (indented && ini->n && ini->entries[ini->n - 1].section == *section) {
		join(&ini->entries[ini->n - 1], text);
		return 0;
	}
	if (*text == '[')
		return parse_section(ini, text, number, section, e);
	equals = strchr(text, '=');
	if (!equals)
		return err_set(e, ERR_INPUT, "%s:%zu: neither [section] nor key = value: '%.100s'",
			       ini->name, number, text);
	*equals = '\0';
	text = trim(text);
	if (!*text)
		return err_set(e, ERR_INPUT, "%s:%zu: no key before '='", ini->name, number);
	return add(ini, *section, text, trim(equals + 1), number, e);
}

int ini_parse(const char *text, size_t len, const char *name, struct ini *ret, struct err *e)
{
	AUTO_INI ini = {.name = strdup(name), .text = malloc(len + 1)};
	const char *section = "";
	size_t number = 0;

	if (!ini.name || !ini.text)
		return err_memory(e);
	if (memchr(text, '\0', len))
		return err_set(e, ERR_INPUT, "%s: there is a NUL byte in it: it is no text", name);
	memcpy(ini.text, text, len);
	ini.text[len] = '\0';
	for (char *line = ini.text, *next; line; line = next) {
		next = strchr(line, '\n');
		if (next)
			*next++ = '\0';
		if (parse_line(&ini, line, ++number, &section, e) < 0)
			return -1;
	}
	*ret = ini;
	ini = (struct ini)INI_INIT;
	return 0;
}
