#include "format/pideisn_conf.h"

#include "format/pideisn_keys.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PREFIX "pideisn."
#define BLANKS " \t\n\r"

/* The bounds that PID 1 has: it allocates nothing. */
enum {
	LINE_BYTES = 1023,
	TEXT_BYTES = 16 * 1024,
	SENTENCE_BYTES = 511,
	HINT_BYTES = 511,
	ITEMS_MAX = 64, /* above the sum of all that sections may have */
};

struct item {
	const struct pideisn_section *section;
	char *name;
	bool is_vlan;
	bool has_device;
	bool has_number;
	char *exec; /* the program, NULL if there is none */
	bool optional;
	struct strv after;
};

struct pideisn_conf {
	struct item items[ITEMS_MAX];
	size_t n_items;
	bool has_links;
	size_t text_used[2]; /* by PID 1, and by the network's program */
	struct strv verdicts;

	/* Of the file at hand, or of the word. */
	const char *file;
	size_t line; /* 0: it is no file */
	bool hints;
	const struct pideisn_section *section;
	struct item *item; /* NULL for a section without a name */
	bool skipping;	   /* what belongs to a wrong head */
};

int pideisn_conf_new(struct pideisn_conf **ret, struct err *e)
{
	struct pideisn_conf *conf = calloc(1, sizeof(*conf));

	if (!conf)
		return err_memory(e);
	*ret = conf;
	return 0;
}

void pideisn_conf_free(struct pideisn_conf **conf)
{
	if (!*conf)
		return;
	for (size_t i = 0; i < (*conf)->n_items; i++) {
		free((*conf)->items[i].name);
		free((*conf)->items[i].exec);
		strv_done(&(*conf)->items[i].after);
	}
	strv_done(&(*conf)->verdicts);
	free(*conf);
	*conf = NULL;
}

const struct strv *pideisn_conf_verdicts(const struct pideisn_conf *conf)
{
	return &conf->verdicts;
}

PRINTF_LIKE(3, 4)
static int complain(struct pideisn_conf *c, struct err *e, const char *format, ...)
{
	char sentence[SENTENCE_BYTES + 1];
	int len = 0;
	va_list ap;

	if (c->file && c->line)
		len = snprintf(sentence, sizeof(sentence), "%s:%zu: ", c->file, c->line);
	else if (c->file)
		len = snprintf(sentence, sizeof(sentence), "%s: ", c->file);
	va_start(ap, format);
	if (len >= 0 && (size_t)len < sizeof(sentence))
		vsnprintf(sentence + len, sizeof(sentence) - (size_t)len, format, ap);
	va_end(ap);
	/* As PID 1 shows them; a line has no other than tabs, a word of the command line may. */
	for (char *at = sentence; *at; at++)
		if ((unsigned char)*at < ' ' || *at == 0x7f)
			*at = '?';
	return strv_add(&c->verdicts, sentence, e);
}

/* Behind the sentence about an unknown name; PID 1 has no room for that. */
static int add_hint(struct pideisn_conf *c, const struct pideisn_section *section, const char *name,
		    struct err *e)
{
	char hint[HINT_BYTES + 1];
	char *sentence;

	if (!c->hints)
		return 0;
	pideisn_name_hint(section, name, hint, sizeof(hint));
	if (asprintf(&sentence, "%s: %s", c->verdicts.v[c->verdicts.n - 1], hint) < 0)
		return err_memory(e);
	free(c->verdicts.v[c->verdicts.n - 1]);
	c->verdicts.v[c->verdicts.n - 1] = sentence;
	return 0;
}

/* The program that reads the section at hand has one buffer for all its texts. */
static size_t *text_used(struct pideisn_conf *c)
{
	return &c->text_used[!strcmp(c->section->name, "link")];
}

/* Counts bytes of that buffer; *ret_fits tells whether they are still there. */
static int use_text(struct pideisn_conf *c, size_t bytes, bool *ret_fits, struct err *e)
{
	*ret_fits = bytes <= TEXT_BYTES - *text_used(c);
	if (!*ret_fits)
		return complain(c, e, "no room: all texts together may have %d bytes", TEXT_BYTES);
	*text_used(c) += bytes;
	return 0;
}

static struct item *find_item(struct pideisn_conf *c, const struct pideisn_section *section,
			      const char *name)
{
	for (size_t i = 0; i < c->n_items; i++)
		if (c->items[i].section == section && !strcmp(c->items[i].name, name))
			return &c->items[i];
	return NULL;
}

static int enter_item(struct pideisn_conf *c, const char *name, struct err *e)
{
	size_t there = 0;
	struct item *item;
	bool fits;

	c->item = find_item(c, c->section, name);
	if (c->item)
		return 0;
	c->skipping = true;
	for (size_t i = 0; i < c->n_items; i++)
		there += c->items[i].section == c->section;
	if (there == c->section->most || c->n_items == ITEMS_MAX)
		return complain(c, e, "no room for [%s %s]: %zu are the most", c->section->name,
				name, c->section->most);
	if (use_text(c, strlen(name) + 1, &fits, e) < 0 || !fits)
		return fits ? -1 : 0;
	item = &c->items[c->n_items];
	item->name = strdup(name);
	if (!item->name)
		return err_memory(e);
	item->section = c->section;
	c->has_links |= !strcmp(c->section->name, "link");
	c->n_items++;
	c->item = item;
	c->skipping = false;
	return 0;
}

static int enter_section(struct pideisn_conf *c, const char *section, const char *name,
			 struct err *e)
{
	c->item = NULL;
	c->skipping = true;
	c->section = pideisn_section_find(section);
	if (!c->section) {
		if (complain(c, e, "unknown section [%.63s], its lines are skipped", section) < 0)
			return -1;
		return add_hint(c, NULL, section, e);
	}
	if (!c->section->most && *name)
		return complain(c, e, "section [%s] takes no name, its lines are skipped", section);
	if (c->section->most && !*name)
		return complain(c, e, "section [%s] needs a name, its lines are skipped", section);
	if (c->section->most && !pideisn_name_fits(name))
		return complain(c, e, "'%s' is not a name, its lines are skipped", name);
	c->skipping = false;
	return c->section->most ? enter_item(c, name, e) : 0;
}

static int refuse(struct pideisn_conf *c, const struct pideisn_key *key, const char *value,
		  struct err *e)
{
	char wanted[128];

	pideisn_value_wanted(key, wanted, sizeof(wanted));
	return complain(c, e, "%s: '%s' is not %s", key->name, value, wanted);
}

/* The next word of a list into word, which has room for the whole value; false at the end. */
static bool next_word(const char **value, char *word, bool *ret_open)
{
	const char *at = *value + strspn(*value, " \t");

	*ret_open = false;
	if (!*at)
		return false;
	for (; *at && (*ret_open || !strchr(" \t", *at)); at++) {
		if (*at == '"') {
			*ret_open = !*ret_open;
			continue;
		}
		at += *at == '\\' && at[1];
		*word++ = *at;
	}
	*word = '\0';
	*value = at;
	return true;
}

static int set_list(struct pideisn_conf *c, const struct pideisn_key *key, const char *value,
		    struct err *e)
{
	AUTO_STRV words = STRV_INIT;
	char word[LINE_BYTES + 1];
	size_t bytes = 1;
	bool fits, open;

	/* PID 1 looks for room for the value as it stands. */
	if (strlen(value) + 2 > TEXT_BYTES - *text_used(c))
		return use_text(c, TEXT_BYTES, &fits, e);
	while (next_word(&value, word, &open)) {
		if (open)
			return complain(c, e, "%s: a double quote is not closed", key->name);
		if (!*word)
			return complain(c, e, "%s: a word cannot be empty", key->name);
		if (!pideisn_value_fits(key, word, words.n))
			return refuse(c, key, word, e);
		if (strv_add(&words, word, e) < 0)
			return -1;
		bytes += strlen(word) + 1;
	}
	*text_used(c) += bytes;
	if (key->kind == PIDEISN_COMMAND) {
		free(c->item->exec);
		c->item->exec = strdup(words.v[0]);
		if (!c->item->exec)
			return err_memory(e);
	}
	if (!strcmp(key->name, "after")) {
		strv_done(&c->item->after);
		c->item->after = words;
		words = (struct strv)STRV_INIT;
	}
	return 0;
}

/* What pideisn_conf_check asks of a link; an empty value takes it back. */
static void note_link(struct item *item, const char *key, const char *value)
{
	if (!strcmp(key, "kind"))
		item->is_vlan = !strcmp(value, "vlan");
	else if (!strcmp(key, "device"))
		item->has_device = *value != '\0';
	else if (!strcmp(key, "vlan"))
		item->has_number = *value != '\0';
}

static void reset(struct pideisn_conf *c, const struct pideisn_key *key)
{
	if (key->kind == PIDEISN_COMMAND) {
		free(c->item->exec);
		c->item->exec = NULL;
	}
	if (!strcmp(key->name, "after"))
		strv_done(&c->item->after);
	if (!strcmp(key->name, "optional"))
		c->item->optional = false;
	if (!strcmp(key->section, "link"))
		note_link(c->item, key->name, "");
}

static int set_value(struct pideisn_conf *c, const struct pideisn_key *key, const char *value,
		     struct err *e)
{
	bool fits;

	if (!*value) {
		reset(c, key);
		return 0;
	}
	if (key->kind >= PIDEISN_LISTS)
		return set_list(c, key, value, e);
	if (!pideisn_value_fits(key, value, 0))
		return refuse(c, key, value, e);
	if (!strcmp(key->section, "link"))
		note_link(c->item, key->name, value);
	if (!strcmp(key->name, "optional"))
		c->item->optional = !strcmp(value, "yes") || !strcmp(value, "1");
	return key->kind >= PIDEISN_TEXTS ? use_text(c, strlen(value) + 1, &fits, e) : 0;
}

static char *trim(char *text)
{
	char *end;

	text += strspn(text, " \t");
	end = text + strlen(text);
	while (end > text && strchr(" \t", end[-1]))
		end--;
	*end = '\0';
	return text;
}

static int set_key(struct pideisn_conf *c, const char *name, const char *value, struct err *e)
{
	const struct pideisn_key *key = pideisn_key_find(c->section, name);

	if (key)
		return set_value(c, key, value, e);
	if (complain(c, e, "unknown key '%s' in [%s]", name, c->section->name) < 0)
		return -1;
	return add_hint(c, c->section, name, e);
}

static int take_head(struct pideisn_conf *c, char *line, struct err *e)
{
	size_t len = strlen(line);
	char *name;

	if (line[len - 1] != ']') {
		c->skipping = true;
		return complain(c, e,
				"the section's head does not end with ']', its lines are skipped");
	}
	line[len - 1] = '\0';
	line = trim(line + 1);
	name = line + strcspn(line, " \t");
	if (*name) {
		*name++ = '\0';
		name = trim(name);
	}
	return enter_section(c, line, name, e);
}

static int take_line(struct pideisn_conf *c, char *line, struct err *e)
{
	char *value = strchr(line, '=');

	if (!*line || *line == '#')
		return 0;
	if (*line == '[')
		return take_head(c, line, e);
	if (c->skipping)
		return 0;
	if (!value || value == line)
		return complain(c, e, "'%s' is neither [section] nor key = value", line);
	if (!c->section)
		return complain(c, e, "there is no [section] above this key");
	*value++ = '\0';
	return set_key(c, trim(line), trim(value), e);
}

/* A line that cannot be read may have been a head. */
static int take_bytes(struct pideisn_conf *c, const char *bytes, size_t len, struct err *e)
{
	char line[LINE_BYTES + 1];
	size_t kept = len < LINE_BYTES ? len : LINE_BYTES;
	size_t bad = 0;

	memcpy(line, bytes, kept);
	line[kept] = '\0';
	while (bad < kept && ((unsigned char)line[bad] >= ' ' || line[bad] == '\t') &&
	       line[bad] != 0x7f)
		bad++;
	if (len <= LINE_BYTES && bad == len)
		return take_line(c, trim(line), e);
	c->skipping |= line[strspn(line, " \t")] == '[';
	if (len > LINE_BYTES)
		return complain(c, e, "the line is longer than %d bytes", LINE_BYTES);
	return complain(c, e, "byte %d is not text", line[bad]);
}

int pideisn_conf_read(struct pideisn_conf *c, const char *file, const char *text, size_t len,
		      struct err *e)
{
	const char *end = text + len;

	c->file = file;
	c->line = 0;
	c->section = NULL;
	c->item = NULL;
	c->skipping = false;
	while (text < end) {
		const char *newline = memchr(text, '\n', (size_t)(end - text));
		const char *stop = newline ? newline : end;

		c->line++;
		if (take_bytes(c, text, (size_t)(stop - text), e) < 0)
			return -1;
		text = newline ? newline + 1 : end;
	}
	c->file = NULL;
	return 0;
}

/*
 * The next word of a command line, as PID 1 splits it: double quotes keep blanks in a word and are
 * not part of it. False at the end. *ret_lines goes up with each end of a line that is passed.
 */
static bool next_of_line(const char **text, char word[LINE_BYTES + 1], size_t *ret_lines)
{
	const char *at = *text;
	bool quoted = false;
	size_t len = 0;

	for (; *at && strchr(BLANKS, *at); at++)
		*ret_lines += *at == '\n';
	if (!*at)
		return false;
	for (; *at && (quoted || !strchr(BLANKS, *at)); at++) {
		if (*at == '"')
			quoted = !quoted;
		else if (len < LINE_BYTES)
			word[len++] = *at;
	}
	word[len] = '\0';
	*text = at;
	return true;
}

/* Cuts SECTION or SECTION.NAME off the left side of a word; what is left is the key. */
static int enter_by_word(struct pideisn_conf *c, char *left, const char **ret_key, struct err *e)
{
	char *first = strchr(left, '.');
	char *last = strrchr(left, '.');
	const struct pideisn_section *section = pideisn_section_find(left);

	*ret_key = last ? last + 1 : left;
	if (!first && section && section->main_key) {
		*ret_key = section->main_key;
		return enter_section(c, left, "", e);
	}
	if (!first)
		return enter_section(c, "system", "", e);
	*first = '\0';
	*last = '\0';
	return enter_section(c, left, first == last ? "" : first + 1, e);
}

static int take_word(struct pideisn_conf *c, char *word, struct err *e)
{
	char *value = strchr(word, '=');
	const char *key;

	if (strncmp(word, PREFIX, strlen(PREFIX)) != 0)
		return 0;
	word += strlen(PREFIX);
	if (!value || value == word)
		return complain(c, e, "'" PREFIX "%s' is not " PREFIX "KEY=VALUE", word);
	*value++ = '\0';
	if (enter_by_word(c, word, &key, e) < 0)
		return -1;
	return c->skipping ? 0 : set_key(c, key, value, e);
}

int pideisn_conf_words(struct pideisn_conf *c, const char *where, bool is_file, const char *text,
		       struct err *e)
{
	char word[LINE_BYTES + 1];
	size_t lines = 0;
	int status = 0;

	c->file = where;
	c->hints = true;
	while (!status && next_of_line(&text, word, &lines)) {
		c->line = is_file ? lines + 1 : 0;
		status = take_word(c, word, e);
	}
	c->file = NULL;
	c->hints = false;
	return status;
}

bool pideisn_conf_has_words(const char *text)
{
	char word[LINE_BYTES + 1];
	size_t lines = 0;

	while (next_of_line(&text, word, &lines))
		if (!strncmp(word, PREFIX, strlen(PREFIX)))
			return true;
	return false;
}

static const struct item *find_service(const struct pideisn_conf *c, const char *name)
{
	for (size_t i = 0; i < c->n_items; i++)
		if (c->items[i].exec && !strcmp(c->items[i].section->name, "service") &&
		    !strcmp(c->items[i].name, name))
			return &c->items[i];
	return NULL;
}

/* An image without a network may still have services that would wait for one. */
static int check_names(struct pideisn_conf *c, struct item *item, struct err *e)
{
	for (size_t i = 0; i < item->after.n; i++) {
		if (strcmp(item->after.v[i], "network") != 0 &&
		    !find_service(c, item->after.v[i])) {
			int status = complain(c, e, "service %s: there is no '%s' to start after",
					      item->name, item->after.v[i]);

			strv_done(&item->after);
			return status;
		}
	}
	return 0;
}

static bool can_start(const struct pideisn_conf *c, const struct item *item, const bool *started)
{
	for (size_t i = 0; i < item->after.n; i++) {
		const struct item *other = find_service(c, item->after.v[i]);

		if (other && !started[other - c->items])
			return false;
	}
	return true;
}

/* What can never start, however many others have, waits for itself in the end. */
static int check_circles(struct pideisn_conf *c, struct err *e)
{
	bool started[ITEMS_MAX] = {false};
	bool more = true;

	while (more) {
		more = false;
		for (size_t i = 0; i < c->n_items; i++) {
			if (!started[i] && can_start(c, &c->items[i], started))
				started[i] = more = true;
		}
	}
	for (size_t i = 0; i < c->n_items; i++)
		if (!started[i] && complain(c, e, "service %s: waits for one that waits for it",
					    c->items[i].name) < 0)
			return -1;
	return 0;
}

static int check_links(struct pideisn_conf *c, struct err *e)
{
	for (size_t i = 0; i < c->n_items; i++) {
		const struct item *item = &c->items[i];

		if (item->is_vlan && !(item->has_device && item->has_number) &&
		    complain(c, e, "link %s: a vlan needs a device and a number", item->name) < 0)
			return -1;
	}
	return 0;
}

int pideisn_conf_check(struct pideisn_conf *c, struct err *e)
{
	const struct pideisn_section *service = pideisn_section_find("service");

	for (size_t i = 0; i < c->n_items; i++) {
		if (c->items[i].section != service || c->items[i].exec)
			continue;
		strv_done(&c->items[i].after);
		if (complain(c, e, "service %s: has no exec, it is left out", c->items[i].name) < 0)
			return -1;
	}
	for (size_t i = 0; i < c->n_items; i++)
		if (check_names(c, &c->items[i], e) < 0)
			return -1;
	if (check_circles(c, e) < 0)
		return -1;
	return check_links(c, e);
}

bool pideisn_conf_service(const struct pideisn_conf *c, size_t *index, struct pideisn_service *ret)
{
	const struct pideisn_section *service = pideisn_section_find("service");

	for (; *index < c->n_items; (*index)++) {
		const struct item *item = &c->items[*index];

		if (item->section != service || !item->exec)
			continue;
		*ret = (struct pideisn_service){item->name, item->exec, item->optional,
						c->has_links && !strcmp(item->name, "network")};
		(*index)++;
		return true;
	}
	return false;
}
