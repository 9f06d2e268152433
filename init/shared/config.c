#include "shared/config.h"

#include "shared/config_value.h"
#include "shared/message.h"

#include <stdarg.h>
#include <string.h>

#define WORD_PREFIX "pideisn."

static void complain(struct config *c, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static void complain(struct config *c, const char *format, ...)
{
	char sentence[512];
	size_t len;
	va_list args;

	if (!c->told || c->verdict == NULL)
		return;
	if (c->line_number > 0)
		len = message_put(sentence, sizeof(sentence), "%s:%d: ", c->file, c->line_number);
	else
		len = message_put(sentence, sizeof(sentence), "%s: ", c->file);
	va_start(args, format);
	message_format(sentence + len, sizeof(sentence) - len, format, args);
	va_end(args);
	c->verdict(c->data, sentence);
}

static char *item_at(const struct config *c, size_t section, size_t index)
{
	const struct config_section *s = &c->grammar->sections[section];

	return c->settings + s->offset + index * s->size;
}

static void set_initial(char *item, const struct config_key *key)
{
	if (key->kind < CONFIG_TEXTS)
		*(int64_t *)(void *)(item + key->offset) = key->initial;
	else
		*(const char **)(void *)(item + key->offset) = NULL;
}

static void make_item(const struct config *c, char *item, size_t section)
{
	for (size_t i = 0; i < c->grammar->keys_count; i++)
		if (c->grammar->keys[i].section == section)
			set_initial(item, &c->grammar->keys[i]);
}

/* Before the first head of a file, and below one that no section has. */
static void leave_section(struct config *c, int section)
{
	c->section = section;
	c->told = c->grammar->told;
	c->item = NULL;
}

void config_init(struct config *c, const struct config_grammar *grammar, void *settings,
		 struct config_text *text)
{
	*c = (struct config){.grammar = grammar, .settings = settings, .text = text};
	leave_section(c, CONFIG_NO_SECTION);
	for (size_t i = 0; i < grammar->sections_count; i++)
		if (grammar->sections[i].most == 0)
			make_item(c, item_at(c, i, 0), i);
}

/* Room for a text of that length and its NUL, or NULL and a complaint. */
static char *text_room(struct config *c, size_t len)
{
	struct config_text *t = c->text;

	if (len + 1 > sizeof(t->bytes) - t->used) {
		complain(c, "no room: all texts together may have %d bytes", (int)sizeof(t->bytes));
		return NULL;
	}
	return t->bytes + t->used;
}

/* The text with its NUL, kept; NULL and a complaint when there is no room. */
static const char *keep_text(struct config *c, const char *value)
{
	size_t len = strlen(value);
	char *text = text_room(c, len);

	if (text == NULL)
		return NULL;
	memcpy(text, value, len + 1);
	c->text->used += (uint32_t)len + 1;
	return text;
}

static int find_section(const struct config *c, const char *name, size_t len)
{
	for (size_t i = 0; i < c->grammar->sections_count; i++)
		if (strlen(c->grammar->sections[i].name) == len &&
		    memcmp(c->grammar->sections[i].name, name, len) == 0)
			return (int)i;
	return CONFIG_WRONG_SECTION;
}

/* The item of that name, made if there is none; NULL and a complaint when there is no room. */
static char *named_item(struct config *c, size_t section, const char *name)
{
	const struct config_section *s = &c->grammar->sections[section];

	for (size_t i = 0; i < s->most; i++) {
		char *item = item_at(c, section, i);
		const char **field = (const char **)(void *)item;

		if (*field == NULL) {
			const char *text = keep_text(c, name);

			if (text == NULL)
				return NULL;
			make_item(c, item, section);
			*field = text;
			return item;
		}
		if (strcmp(*field, name) == 0)
			return item;
	}
	complain(c, "no room for [%s %s]: %d are the most", s->name, name, (int)s->most);
	return NULL;
}

/* The item that a head means, or NULL and a complaint. */
static char *choose_item(struct config *c, size_t section, const char *name)
{
	const struct config_section *s = &c->grammar->sections[section];

	if (s->most == 0 && *name == '\0')
		return item_at(c, section, 0);
	if (s->most == 0)
		complain(c, "section [%s] takes no name, its lines are skipped", s->name);
	else if (*name == '\0')
		complain(c, "section [%s] needs a name, its lines are skipped", s->name);
	else if (!config_value_name(name))
		complain(c, "'%s' is not a name, its lines are skipped", name);
	else
		return named_item(c, section, name);
	return NULL;
}

/* Makes the section with that name, "" if it has none, the one that keys go to. */
static void enter_section(struct config *c, const char *section, size_t section_len,
			  const char *name)
{
	char shown[64];

	leave_section(c, find_section(c, section, section_len));
	if (c->section < 0) {
		message_put(shown, section_len < sizeof(shown) ? section_len + 1 : sizeof(shown),
			    "%s", section);
		complain(c, "unknown section [%s], its lines are skipped", shown);
		return;
	}
	c->told = c->grammar->sections[c->section].told;
	if (c->grammar->sections[c->section].size > 0)
		c->item = choose_item(c, (size_t)c->section, name);
	if (c->item == NULL)
		c->section = CONFIG_WRONG_SECTION;
}

static void refuse_value(struct config *c, const struct config_key *key, const char *value)
{
	char wanted[80];

	config_value_wanted(c->grammar, key, wanted, sizeof(wanted));
	complain(c, "%s: '%s' is not %s", key->name, value, wanted);
}

static void set_text(struct config *c, const struct config_key *key, const char *value)
{
	const char *text;

	if (!config_value_suits(c->grammar, key->kind, value, 0)) {
		refuse_value(c, key, value);
		return;
	}
	text = keep_text(c, value);
	if (text != NULL)
		*(const char **)(void *)(c->item + key->offset) = text;
}

static void set_list(struct config *c, const struct config_key *key, const char *value)
{
	char *text = text_room(c, strlen(value) + 1);
	char *end = text;
	size_t index = 0;
	int got;

	if (text == NULL)
		return;
	/* The words of a value take no more room than the value itself. */
	while ((got = config_value_split(&value, end, sizeof(c->line))) > 0) {
		if (*end == '\0') {
			complain(c, "%s: a word cannot be empty", key->name);
			return;
		}
		if (!config_value_suits(c->grammar, key->kind, end, index++)) {
			refuse_value(c, key, end);
			return;
		}
		end += strlen(end) + 1;
	}
	if (got < 0) {
		complain(c, "%s: a double quote is not closed", key->name);
		return;
	}
	*end++ = '\0';
	c->text->used += (uint32_t)(end - text);
	*(const char **)(void *)(c->item + key->offset) = text;
}

static const struct config_key *find_key(const struct config *c, const char *name)
{
	const struct config_key *key = c->grammar->keys;

	for (size_t i = 0; i < c->grammar->keys_count; i++)
		if (key[i].section == c->section && strcmp(key[i].name, name) == 0)
			return &key[i];
	return NULL;
}

static void set_key(struct config *c, const char *name, const char *value)
{
	const struct config_key *key = find_key(c, name);

	if (key == NULL)
		complain(c, "unknown key '%s' in [%s]", name,
			 c->grammar->sections[c->section].name);
	else if (*value == '\0')
		set_initial(c->item, key);
	else if (key->kind >= CONFIG_LISTS)
		set_list(c, key, value);
	else if (key->kind >= CONFIG_TEXTS)
		set_text(c, key, value);
	else if (!config_value_number(c->grammar, key, value,
				      (int64_t *)(void *)(c->item + key->offset)))
		refuse_value(c, key, value);
}

static char *trim(char *text)
{
	size_t len;

	text += strspn(text, " \t");
	len = strlen(text);
	while (len > 0 && (text[len - 1] == ' ' || text[len - 1] == '\t'))
		len--;
	text[len] = '\0';
	return text;
}

static void take_head(struct config *c, char *line)
{
	size_t len = strlen(line);
	size_t word;

	if (line[len - 1] != ']') {
		leave_section(c, CONFIG_WRONG_SECTION);
		complain(c, "the section's head does not end with ']', its lines are skipped");
		return;
	}
	line[len - 1] = '\0';
	line = trim(line + 1);
	word = strcspn(line, " \t");
	enter_section(c, line, word, line + word + strspn(line + word, " \t"));
}

/* What cannot be read may have been a section's head: then the lines below are not for the last. */
static bool is_readable(struct config *c)
{
	bool readable = !c->too_long;

	if (c->too_long)
		complain(c, "the line is longer than %d bytes", (int)sizeof(c->line) - 1);
	for (size_t i = 0; readable && i < c->len; i++) {
		unsigned char byte = (unsigned char)c->line[i];

		if ((byte < ' ' && byte != '\t') || byte == 0x7f) {
			complain(c, "byte %d is not text", byte);
			readable = false;
		}
	}
	c->line[c->len] = '\0';
	if (!readable && c->line[strspn(c->line, " \t")] == '[')
		leave_section(c, CONFIG_WRONG_SECTION);
	return readable;
}

static void take_line(struct config *c)
{
	char *line = trim(c->line);
	char *equals = strchr(line, '=');

	if (*line == '\0' || *line == '#')
		return;
	if (*line == '[') {
		take_head(c, line);
		return;
	}
	if (c->section == CONFIG_WRONG_SECTION)
		return;
	if (equals == NULL || equals == line) {
		complain(c, "'%s' is neither [section] nor key = value", line);
	} else if (c->section == CONFIG_NO_SECTION) {
		complain(c, "there is no [section] above this key");
	} else {
		*equals = '\0';
		set_key(c, trim(line), trim(equals + 1));
	}
}

static void end_line(struct config *c)
{
	c->line_number++;
	if (is_readable(c))
		take_line(c);
	c->too_long = false;
	c->len = 0;
}

void config_begin(struct config *c, const char *file)
{
	c->file = file;
	c->line_number = 0;
	c->len = 0;
	c->too_long = false;
	leave_section(c, CONFIG_NO_SECTION);
}

void config_feed(struct config *c, const char *bytes, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (bytes[i] == '\n')
			end_line(c);
		else if (c->len + 1 < sizeof(c->line))
			c->line[c->len++] = bytes[i];
		else
			c->too_long = true;
	}
}

void config_finish(struct config *c)
{
	if (c->len > 0 || c->too_long)
		end_line(c);
}

/* Cuts SECTION or SECTION.NAME off the front of a word's left side; what is left is the key. */
static const char *enter_by_word(struct config *c, char *left)
{
	char *first = strchr(left, '.');
	char *last = strrchr(left, '.');
	int section;

	if (first == NULL) {
		section = find_section(c, left, strlen(left));
		if (section >= 0 && c->grammar->sections[section].main_key[0] != '\0') {
			enter_section(c, left, strlen(left), "");
			return c->grammar->sections[section].main_key;
		}
		enter_section(c, "system", strlen("system"), "");
		return left;
	}
	*last = '\0';
	enter_section(c, left, (size_t)(first - left), first == last ? "" : first + 1);
	return last + 1;
}

bool config_word(struct config *c, const char *word)
{
	const char *equals = strchr(word, '=');
	const char *key;
	size_t left;

	if (strncmp(word, WORD_PREFIX, strlen(WORD_PREFIX)) != 0)
		return false;
	config_begin(c, "command line");
	word += strlen(WORD_PREFIX);
	left = equals != NULL ? (size_t)(equals - word) : strlen(word);
	if (equals == NULL || left == 0 || left >= sizeof(c->line)) {
		complain(c, "'" WORD_PREFIX "%s' is not " WORD_PREFIX "KEY=VALUE", word);
		return true;
	}
	memcpy(c->line, word, left);
	c->line[left] = '\0';
	key = enter_by_word(c, c->line);
	if (c->section >= 0)
		set_key(c, key, equals + 1);
	return true;
}
