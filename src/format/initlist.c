#include "format/initlist.h"

#include "base/buf.h"
#include "base/nearest.h"
#include "base/parse.h"
#include "base/path.h"
#include "base/strv.h"
#include "format/cpio.h"

#include <stdbool.h>
#include <string.h>

enum { MODE_MAX = 07777, ID_MAX = UINT32_MAX - 1 /* the last one means "leave it" to chown() */ };

static const char *const type_names[] = {"file", "dir",	    "nod",     "slink", "pipe", "sock",
					 "tree", "overlay", "archive", "elf",	"set",	NULL};

static const struct {
	const char *fields; /* for messages */
	bool nameless;	    /* there is no NAME */
	bool location;	    /* the second field is LOCATION, TARGET, FOLDER or FILE */
	bool expand;	    /* with variables in it */
	bool owner;	    /* MODE UID GID */
	bool device;	    /* TYPE MAJOR MINOR */
	bool links;	    /* any number of further names */
	bool settings;	    /* any number of KEY=VALUE */
} shapes[] = {
	[INITLIST_FILE] = {"NAME LOCATION MODE UID GID [HARDLINK...]", .location = true,
			   .expand = true, .owner = true, .links = true},
	[INITLIST_DIR] = {"NAME MODE UID GID", .owner = true},
	[INITLIST_NOD] = {"NAME MODE UID GID TYPE MAJOR MINOR", .owner = true, .device = true},
	[INITLIST_SLINK] = {"NAME TARGET MODE UID GID", .location = true, .owner = true},
	[INITLIST_PIPE] = {"NAME MODE UID GID", .owner = true},
	[INITLIST_SOCK] = {"NAME MODE UID GID", .owner = true},
	[INITLIST_TREE] = {"NAME FOLDER [KEY=VALUE...]", .location = true, .expand = true,
			   .settings = true},
	[INITLIST_OVERLAY] = {"NAME FOLDER [KEY=VALUE...]", .location = true, .expand = true,
			      .settings = true},
	[INITLIST_ARCHIVE] = {"FILE [KEY=VALUE...]", .nameless = true, .location = true,
			      .expand = true, .settings = true},
	[INITLIST_ELF] = {"NAME FILE [KEY=VALUE...]", .location = true, .expand = true,
			  .settings = true},
	[INITLIST_SET] = {"PATTERN KEY=VALUE...", .settings = true},
};

/* gen_init_cpio's sscanf() takes the same bytes as blanks. */
static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\v' || c == '\f';
}

static int quoted_word(const char **p, const char *end, struct buf *word, struct err *e)
{
	const char *c = *p + 1;

	for (; c < end && *c != '"'; c++) {
		if (*c == '\\' && c + 1 < end && (c[1] == '"' || c[1] == '\\'))
			c++;
		if (buf_put(word, c, 1, e) < 0)
			return -1;
	}
	if (c >= end)
		return err_set(e, ERR_INPUT, "a quotation mark is not closed");
	c++;
	if (c < end && !is_blank(*c))
		return err_set(e, ERR_INPUT,
			       "a blank is missing behind the closing quotation mark");
	*p = c;
	return 0;
}

static int plain_word(const char **p, const char *end, struct buf *word, struct err *e)
{
	const char *start = *p;

	while (*p < end && !is_blank(**p))
		++*p;
	return buf_put(word, start, (size_t)(*p - start), e);
}

/* The words of a line, in memory that serves line after line. */
struct words {
	struct buf text; /* each with a NUL */
	char **v;
	size_t n, cap;
};

static int read_words(const char *p, const char *end, struct words *w, struct err *e)
{
	if (memchr(p, '\0', (size_t)(end - p)))
		return err_set(e, ERR_INPUT, "a NUL byte: this is no text file");
	buf_clear(&w->text);
	for (w->n = 0;; w->n++) {
		while (p < end && is_blank(*p))
			p++;
		if (p == end || *p == '#')
			return 0;
		if (*p == '"' ? quoted_word(&p, end, &w->text, e) < 0
			      : plain_word(&p, end, &w->text, e) < 0)
			return -1;
		if (buf_put(&w->text, "", 1, e) < 0)
			return -1;
	}
}

/* Fills the pointers, with a NULL behind the last. */
static int split(const char *p, const char *end, struct words *w, struct err *e)
{
	char *word;

	if (read_words(p, end, w, e) < 0)
		return -1;
	if (w->n >= w->cap) {
		const size_t cap = w->n + 8;
		char **v = reallocarray(w->v, cap, sizeof(*v));

		if (!v)
			return err_memory(e);
		w->v = v;
		w->cap = cap;
	}
	word = w->text.data;
	for (size_t i = 0; i < w->n; i++, word += strlen(word) + 1)
		w->v[i] = word;
	w->v[w->n] = NULL;
	return 0;
}

static int expand(const struct initlist_reader *reader, const char *text, struct buf *to,
		  struct err *e)
{
	const char *start, *end;

	while ((start = strstr(text, "${")) && (end = strchr(start, '}'))) {
		AUTO_FREE char *name = strndup(start + 2, (size_t)(end - start - 2));
		const char *value;

		if (!name)
			return err_memory(e);
		value = reader->lookup ? reader->lookup(reader->context, name) : NULL;
		if (!value)
			return err_set(e, ERR_INPUT, "variable '%s' has no value", name);
		if (buf_put(to, text, (size_t)(start - text), e) < 0 || buf_puts(to, value, e) < 0)
			return -1;
		text = end + 1;
	}
	return buf_puts(to, text, e);
}

static int find_type(const char *word, enum initlist_type *ret, struct err *e)
{
	const char *nearest;

	for (int i = 0; type_names[i]; i++) {
		if (!strcmp(word, type_names[i])) {
			*ret = (enum initlist_type)i;
			return 0;
		}
	}
	nearest = nearest_name(word, type_names);
	if (nearest)
		return err_set(e, ERR_INPUT, "unknown type '%.60s': did you mean '%s'?", word,
			       nearest);
	return err_set(e, ERR_INPUT,
		       "unknown type '%.60s': file, dir, nod, slink, pipe, sock, tree, overlay, "
		       "archive, elf and set are known",
		       word);
}

static int number(const char *text, unsigned int max, const char *what, uint32_t *ret,
		  struct err *e)
{
	uint64_t value;

	if (parse_number(text, 10, max, what, &value, e) < 0)
		return -1;
	*ret = (uint32_t)value;
	return 0;
}

static int mode_number(const char *text, uint32_t *ret, struct err *e)
{
	uint64_t value;

	if (parse_number(text, 8, MODE_MAX, "mode", &value, e) < 0)
		return err_set(e, ERR_INPUT, "mode '%.60s' is not an octal number up to 7777",
			       text);
	*ret = (uint32_t)value;
	return 0;
}

static int owner(char *const **word, struct initlist_line *line, struct err *e)
{
	char *const *w = *word;

	*word += 3;
	if (mode_number(w[0], &line->mode, e) < 0 ||
	    number(w[1], ID_MAX, "user id", &line->uid, e) < 0)
		return -1;
	return number(w[2], ID_MAX, "group id", &line->gid, e);
}

static int device(char *const **word, struct initlist_line *line, struct err *e)
{
	char *const *w = *word;

	*word += 3;
	if (strcmp(w[0], "b") && strcmp(w[0], "c"))
		return err_set(e, ERR_INPUT,
			       "device type '%.60s' is neither b (block) nor c (character)", w[0]);
	line->device = w[0][0];
	if (number(w[1], CPIO_DEVICE_MAJOR_MAX, "major number", &line->major, e) < 0)
		return -1;
	return number(w[2], CPIO_DEVICE_MINOR_MAX, "minor number", &line->minor, e);
}

/* Are there as many words as this type of entry has? */
static int check_count(const struct words *words, enum initlist_type type, struct err *e)
{
	size_t need = 2U - shapes[type].nameless + shapes[type].location + 3U * shapes[type].owner +
		      3U * shapes[type].device;

	if (words->n < need)
		return err_set(e, ERR_INPUT, "%zu field%s missing: %s %s", need - words->n,
			       need - words->n == 1 ? " is" : "s are", words->v[0],
			       shapes[type].fields);
	if (words->n > need && !shapes[type].links && !shapes[type].settings)
		return err_set(e, ERR_INPUT, "'%.60s' is one field too many: %s %s", words->v[need],
			       words->v[0], shapes[type].fields);
	return 0;
}

static int set_number(const char *text, unsigned int base, uint32_t max, const char *what,
		      int64_t *ret, struct err *e)
{
	uint64_t value;

	if (parse_number(text, base, max, what, &value, e) < 0)
		return -1;
	*ret = (int64_t)value;
	return 0;
}

static int setting(char *word, struct initlist_settings *s, struct strv *excludes, struct err *e)
{
	static const char *const keys[] = {"uid",      "gid",	"mode",	   "file-mode",
					   "dir-mode", "mtime", "exclude", NULL};
	char *value = strchr(word, '=');
	const char *near;
	uint32_t mode = 0;

	if (!value)
		return err_set(e, ERR_INPUT, "'%.60s' is no KEY=VALUE", word);
	*value++ = '\0';
	if (!strcmp(word, "uid"))
		return set_number(value, 10, ID_MAX, "user id", &s->uid, e);
	if (!strcmp(word, "gid"))
		return set_number(value, 10, ID_MAX, "group id", &s->gid, e);
	if (!strcmp(word, "mtime"))
		return set_number(value, 10, UINT32_MAX, "time", &s->mtime, e);
	if (!strcmp(word, "exclude"))
		return strv_add(excludes, value, e);
	if (text_ends_with(word, "mode") && mode_number(value, &mode, e) < 0)
		return -1;
	if (!strcmp(word, "mode"))
		s->file_mode = s->dir_mode = (int32_t)mode;
	else if (!strcmp(word, "file-mode"))
		s->file_mode = (int32_t)mode;
	else if (!strcmp(word, "dir-mode"))
		s->dir_mode = (int32_t)mode;
	else if ((near = nearest_name(word, keys)))
		return err_set(e, ERR_INPUT, "unknown key '%.60s': did you mean '%s'?", word, near);
	else
		return err_set(
			e, ERR_INPUT,
			"unknown key '%.60s': uid, gid, mode, file-mode, dir-mode, mtime and "
			"exclude are known",
			word);
	return 0;
}

static int settings(char *const *word, char *const *end, struct initlist_settings *s,
		    struct strv *excludes, struct err *e)
{
	*s = (struct initlist_settings){.uid = INITLIST_UNSET,
					.gid = INITLIST_UNSET,
					.mtime = INITLIST_UNSET,
					.file_mode = INITLIST_UNSET,
					.dir_mode = INITLIST_UNSET};
	for (; word < end; word++)
		if (setting(*word, s, excludes, e) < 0)
			return -1;
	s->excludes = (const char *const *)excludes->v;
	s->n_excludes = excludes->n;
	return 0;
}

/* What the pointers of a line point to. */
struct texts {
	struct words words;
	struct strv excludes;
	struct buf location;
};

static void texts_done(struct texts *t)
{
	buf_done(&t->words.text);
	free(t->words.v);
	strv_done(&t->excludes);
	buf_done(&t->location);
}

static int parse_words(const struct initlist_reader *reader, struct texts *t,
		       struct initlist_line *line, struct err *e)
{
	const struct words *words = &t->words;
	struct buf *location = &t->location;
	char *const *word = words->v + 1;

	if (find_type(words->v[0], &line->type, e) < 0 || check_count(words, line->type, e) < 0)
		return -1;
	line->name = shapes[line->type].nameless ? NULL : *word++;
	if (shapes[line->type].location) {
		line->location = *word++;
		if (shapes[line->type].expand) {
			if (expand(reader, line->location, location, e) < 0)
				return -1;
			line->location = buf_str(location);
		}
		if (!line->location[0])
			return err_set(e, ERR_INPUT, "'%.200s' has an empty %s",
				       line->name ? line->name : words->v[0],
				       line->type == INITLIST_SLINK ? "target" : "location");
	}
	if (shapes[line->type].owner && owner(&word, line, e) < 0)
		return -1;
	if (shapes[line->type].device && device(&word, line, e) < 0)
		return -1;
	if (shapes[line->type].settings) {
		if (settings(word, words->v + words->n, &line->settings, &t->excludes, e) < 0)
			return -1;
		word = words->v + words->n;
	}
	line->links = word;
	line->n_links = (size_t)(words->v + words->n - word);
	return 0;
}

static int parse_line(const struct initlist_reader *reader, struct texts *t, const char *p,
		      const char *end, struct err *e)
{
	struct initlist_line line = {.number = *reader->line};

	strv_done(&t->excludes);
	buf_clear(&t->location);
	if (split(p, end, &t->words, e) < 0)
		return -1;
	if (t->words.n == 0)
		return 0;
	if (parse_words(reader, t, &line, e) < 0)
		return -1;
	return reader->entry(reader->context, &line, e);
}

int initlist_parse(const char *text, size_t len, const struct initlist_reader *reader,
		   struct err *e)
{
	AUTO(texts_done) struct texts t = {.excludes = STRV_INIT};
	const char *end = text + len;

	while (text < end) {
		const char *newline = memchr(text, '\n', (size_t)(end - text));
		const char *line_end = newline ? newline : end;

		++*reader->line;
		if (parse_line(reader, &t, text, line_end, e) < 0)
			return err_ctx(e, "%s:%u", reader->list, *reader->line);
		text = newline ? newline + 1 : end;
	}
	return 0;
}
