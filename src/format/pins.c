#include "format/pins.h"

#include "base/hex.h"
#include "base/parse.h"

#include <string.h>

enum { FIELDS = 4 };

void pins_done(struct pins *p)
{
	for (size_t i = 0; i < p->n; i++) {
		free(p->v[i].name);
		free(p->v[i].url);
	}
	free(p->v);
	*p = (struct pins)PINS_INIT;
}

int pin_sha256(const char *text, const char *what, char ret[PIN_SHA256], struct err *e)
{
	unsigned char bytes[(PIN_SHA256 - 1) / 2];

	if (!hex_get(text, bytes, sizeof(bytes)))
		return err_set(e, ERR_INPUT, "%s is 64 hexadecimal digits, not '%.80s'", what,
			       text);
	hex_put(bytes, sizeof(bytes), ret);
	return 0;
}

bool pin_name_is_safe(const char *name)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789._+-";
	size_t len = strlen(name);

	return len > 0 && len < 200 && name[0] != '.' && strspn(name, allowed) == len;
}

bool pin_url_is_https(const char *url)
{
	if (strncmp(url, "https://", 8) != 0 || !url[8] || url[8] == '/')
		return false;
	for (const char *p = url; *p; p++)
		if ((unsigned char)*p <= ' ' || *p == 0x7f)
			return false;
	return true;
}

/* Cuts the line at its blanks; a field too many counts as well. */
static size_t split(char *line, char *fields[FIELDS + 1])
{
	size_t n = 0;

	while (n <= FIELDS) {
		line += strspn(line, " \t\r");
		if (!*line)
			break;
		fields[n++] = line;
		line += strcspn(line, " \t\r");
		if (*line)
			*line++ = '\0';
	}
	return n;
}

static int read_pin(char *line, struct pin *to, struct err *e)
{
	char *fields[FIELDS + 1] = {NULL};
	size_t n = split(line, fields);

	if (n < 3 || n > FIELDS)
		return err_set(e, ERR_INPUT, "a line is: sha256 name url [size]");
	if (pin_sha256(fields[0], "the SHA-256", to->sha256, e) < 0)
		return -1;
	if (!pin_name_is_safe(fields[1]))
		return err_set(e, ERR_INPUT,
			       "'%.80s' is no name for a file: it has letters, digits and ._+-",
			       fields[1]);
	if (!pin_url_is_https(fields[2]))
		return err_set(e, ERR_INPUT, "'%.200s' is no https URL", fields[2]);
	if (n > 3 && parse_number(fields[3], 10, UINT64_MAX, "size", &to->size, e) < 0)
		return -1;
	if (n > 3 && to->size == 0)
		return err_set(e, ERR_INPUT, "the size is at least 1: leave it out if unknown");
	to->name = strdup(fields[1]);
	to->url = strdup(fields[2]);
	return to->name && to->url ? 0 : err_memory(e);
}

static int add_line(struct pins *all, char *line, size_t number, struct err *e)
{
	const struct pin *before;
	struct pin *v;

	line += strspn(line, " \t\r");
	if (!*line || *line == '#')
		return 0;
	v = reallocarray(all->v, all->n + 1, sizeof(*v));
	if (!v)
		return err_memory(e);
	all->v = v;
	v += all->n++;
	*v = (struct pin){.line = number};
	if (read_pin(line, v, e) < 0)
		return -1;
	before = pins_find(all, v->name);
	if (before != v)
		return err_set(e, ERR_INPUT, "'%s' stands in line %zu already", v->name,
			       before->line);
	return 0;
}

int pins_parse(const char *text, size_t len, const char *file, struct pins *ret, struct err *e)
{
	AUTO_PINS all = PINS_INIT;
	AUTO_FREE char *copy = strndup(text, len);
	size_t number = 0;

	if (!copy)
		return err_memory(e);
	if (strlen(copy) != len)
		return err_set(e, ERR_INPUT, "%s: there is a NUL byte in it", file);
	for (char *line = copy, *next; line; line = next) {
		next = strchr(line, '\n');
		if (next)
			*next++ = '\0';
		if (add_line(&all, line, ++number, e) < 0)
			return err_ctx(e, "%s:%zu", file, number);
	}
	*ret = all;
	all = (struct pins)PINS_INIT;
	return 0;
}

const struct pin *pins_find(const struct pins *p, const char *name)
{
	for (size_t i = 0; i < p->n; i++)
		if (p->v[i].name && !strcmp(p->v[i].name, name))
			return &p->v[i];
	return NULL;
}

/* Is this "SHA256  NAME", or "SHA256 *NAME"? */
static bool line_is_for(const char *line, size_t len, const char *name)
{
	size_t hex = PIN_SHA256 - 1;

	return len == hex + 2 + strlen(name) && line[hex] == ' ' &&
	       (line[hex + 1] == ' ' || line[hex + 1] == '*') &&
	       !strncmp(line + hex + 2, name, strlen(name));
}

int sha256sums_find(const char *text, size_t len, const char *file, const char *name,
		    char ret[PIN_SHA256], struct err *e)
{
	AUTO_FREE char *copy = strndup(text, len);
	char found[PIN_SHA256] = "", hex[PIN_SHA256];
	size_t number = 0;

	if (!copy)
		return err_memory(e);
	for (char *line = copy, *next; line; line = next) {
		next = strchr(line, '\n');
		if (next)
			*next++ = '\0';
		line[strcspn(line, "\r")] = '\0';
		number++;
		if (!line_is_for(line, strlen(line), name))
			continue;
		line[PIN_SHA256 - 1] = '\0';
		if (pin_sha256(line, "the SHA-256", hex, e) < 0)
			return err_ctx(e, "%s:%zu", file, number);
		if (*found && strcmp(found, hex) != 0)
			return err_set(e, ERR_INPUT, "%s:%zu: a second SHA-256 for '%s'", file,
				       number, name);
		memcpy(found, hex, sizeof(hex));
	}
	if (!*found)
		return err_set(e, ERR_INPUT, "%s has no '%s'", file, name);
	memcpy(ret, found, sizeof(found));
	return 0;
}
