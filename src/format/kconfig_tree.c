#include "format/kconfig_tree.h"

#include "base/buf.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* The deepest nesting of `if`, `menu` and `source` in Linux 6.18 is below 20. */
enum { DEEPEST = 100, FIRST_SLOTS = 32768 };

struct reader {
	struct kconfig_tree *tree;
	const char *arch;
	kconfig_open *open;
	void *context;

	/* The conditions of the blocks that are open; "" for one without. */
	char *conditions[DEEPEST];
	bool is_choice[DEEPEST];
	size_t depth;
	unsigned int files; /* sourcing each other */

	size_t current;		  /* index + 1 of the definition that is read, 0: none */
	bool block_takes_depends; /* the block that was opened last still takes `depends on` */
};

void kconfig_tree_done(struct kconfig_tree *t)
{
	for (size_t i = 0; i < t->n; i++) {
		free(t->definitions[i].name);
		free(t->definitions[i].depends);
		free(t->definitions[i].prompt);
	}
	for (size_t i = 0; i < t->n_selects; i++) {
		free(t->selects[i].target);
		free(t->selects[i].by);
		free(t->selects[i].condition);
	}
	free(t->definitions);
	free(t->selects);
	free(t->slots);
	*t = (struct kconfig_tree)KCONFIG_TREE_INIT;
}

static size_t hash(const char *name)
{
	uint32_t h = 2166136261U; /* FNV-1a */

	for (; *name; name++)
		h = (h ^ (unsigned char)*name) * 16777619U;
	return h;
}

/* The slot that holds the name, or the empty one where it belongs. */
static size_t *slot_of(const struct kconfig_tree *t, const char *name)
{
	size_t i = hash(name) & (t->n_slots - 1);

	while (t->slots[i] && strcmp(t->definitions[t->slots[i] - 1].name, name) != 0)
		i = (i + 1) & (t->n_slots - 1);
	return &t->slots[i];
}

/* Room for twice the names there are. */
static int grow_slots(struct kconfig_tree *t, struct err *e)
{
	struct kconfig_tree bigger = *t;

	if (t->n_slots > 2 * t->n)
		return 0;
	bigger.n_slots = t->n_slots ? t->n_slots * 4 : FIRST_SLOTS;
	bigger.slots = calloc(bigger.n_slots, sizeof(*bigger.slots));
	if (!bigger.slots)
		return err_memory(e);
	for (size_t i = 0; i < t->n_slots; i++)
		if (t->slots[i])
			*slot_of(&bigger, t->definitions[t->slots[i] - 1].name) = t->slots[i];
	free(t->slots);
	*t = bigger;
	return 0;
}

const struct kconfig_definition *kconfig_tree_find(const struct kconfig_tree *t, const char *name)
{
	size_t index = t->n_slots ? *slot_of(t, name) : 0;

	return index ? &t->definitions[index - 1] : NULL;
}

const struct kconfig_definition *kconfig_tree_next(const struct kconfig_tree *t,
						   const struct kconfig_definition *d)
{
	return d->next ? &t->definitions[d->next - 1] : NULL;
}

/* "A && (B)"; an empty side is left out. */
static int join(const char *a, const char *b, char **ret, struct err *e)
{
	int n;

	if (!*a || !*b)
		n = asprintf(ret, "%s%s", a, b);
	else
		n = asprintf(ret, "%s && (%s)", a, b);
	if (n < 0) {
		*ret = NULL;
		return err_memory(e);
	}
	return 0;
}

static int add_condition(char **to, const char *condition, struct err *e)
{
	char *joined;

	if (join(*to, condition, &joined, e) < 0)
		return -1;
	free(*to);
	*to = joined;
	return 0;
}

/* All conditions around what is read now. */
static int conditions_here(const struct reader *r, char **ret, struct err *e)
{
	AUTO_FREE char *all = strdup("");

	if (!all)
		return err_memory(e);
	for (size_t i = 0; i < r->depth; i++)
		if (add_condition(&all, r->conditions[i], e) < 0)
			return -1;
	*ret = TAKE(all);
	return 0;
}

static int open_block(struct reader *r, const char *condition, bool choice, struct err *e)
{
	char *copy;

	if (r->depth == DEEPEST)
		return err_set(e, ERR_LIMIT, "Kconfig: more than %d blocks in each other", DEEPEST);
	copy = strdup(condition);
	if (!copy)
		return err_memory(e);
	r->conditions[r->depth] = copy;
	r->is_choice[r->depth++] = choice;
	r->current = 0;
	return 0;
}

static void close_block(struct reader *r)
{
	r->current = 0;
	r->block_takes_depends = false;
	if (r->depth)
		free(r->conditions[--r->depth]);
}

static bool inside_choice(const struct reader *r)
{
	for (size_t i = 0; i < r->depth; i++)
		if (r->is_choice[i])
			return true;
	return false;
}

/* Chains the new definition, the tree's last, to others of its name. */
static void link_definition(struct kconfig_tree *t)
{
	size_t *slot = slot_of(t, t->definitions[t->n - 1].name);
	size_t i = *slot;

	if (!i) {
		*slot = t->n;
		return;
	}
	while (t->definitions[i - 1].next)
		i = t->definitions[i - 1].next;
	t->definitions[i - 1].next = t->n;
}

static int begin_config(struct reader *r, const char *name, struct err *e)
{
	struct kconfig_tree *t = r->tree;
	struct kconfig_definition *d;

	if (grow_slots(t, e) < 0)
		return -1;
	if (t->n == t->cap) {
		size_t cap = t->cap ? t->cap * 2 : 1024;

		d = reallocarray(t->definitions, cap, sizeof(*d));
		if (!d)
			return err_memory(e);
		t->definitions = d;
		t->cap = cap;
	}
	d = &t->definitions[t->n];
	*d = (struct kconfig_definition){.name = strdup(name), .in_choice = inside_choice(r)};
	if (!d->name)
		return err_memory(e);
	t->n++;
	link_definition(t);
	r->current = t->n;
	r->block_takes_depends = false;
	return conditions_here(r, &d->depends, e);
}

static int add_select(struct reader *r, const char *target, const char *condition, struct err *e)
{
	struct kconfig_tree *t = r->tree;
	const struct kconfig_definition *by = &t->definitions[r->current - 1];
	struct kconfig_select *s;

	if (t->n_selects == t->cap_selects) {
		size_t cap = t->cap_selects ? t->cap_selects * 2 : 1024;

		s = reallocarray(t->selects, cap, sizeof(*s));
		if (!s)
			return err_memory(e);
		t->selects = s;
		t->cap_selects = cap;
	}
	s = &t->selects[t->n_selects++];
	*s = (struct kconfig_select){strdup(target), strdup(by->name), strdup(condition)};
	return s->target && s->by && s->condition ? 0 : err_memory(e);
}

/* The condition behind " if " outside quotes, "" when there is none; cuts it off the text. */
static const char *take_condition(char *text)
{
	bool quoted = false;

	for (char *p = text; *p; p++) {
		if (*p == '"')
			quoted = !quoted;
		if (!quoted && !strncmp(p, " if ", 4)) {
			*p = '\0';
			return p + 4 + strspn(p + 4, " \t");
		}
	}
	return "";
}

static int set_prompt(struct reader *r, char *text, struct err *e)
{
	struct kconfig_definition *d = &r->tree->definitions[r->current - 1];
	const char *condition;

	/* "bool" alone gives a type and no prompt. */
	if (*text != '"' && *text != '\'')
		return 0;
	condition = take_condition(text);
	free(d->prompt);
	d->prompt = strdup(condition);
	return d->prompt ? 0 : err_memory(e);
}

static int depends_on(struct reader *r, const char *condition, struct err *e)
{
	condition += strspn(condition, " \t");
	if (r->current)
		return add_condition(&r->tree->definitions[r->current - 1].depends, condition, e);
	if (r->block_takes_depends && r->depth)
		return add_condition(&r->conditions[r->depth - 1], condition, e);
	return 0;
}

static bool word_is(const char *text, const char *word, char **ret_rest)
{
	size_t len = strlen(word);

	if (strncmp(text, word, len) || (text[len] && !strchr(" \t\"", text[len])))
		return false;
	*ret_rest = (char *)text + len + strspn(text + len, " \t");
	return true;
}

static int read_file(struct reader *r, const char *path, struct err *e);

/* source "arch/$(SRCARCH)/Kconfig" */
static int read_sourced(struct reader *r, const char *quoted, struct err *e)
{
	AUTO_BUF path = BUF_INIT;
	const char *p = quoted + (*quoted == '"');

	while (*p && *p != '"') {
		size_t len = strcspn(p, "$\"");

		if (buf_put(&path, p, len, e) < 0)
			return -1;
		p += len;
		if (!strncmp(p, "$(SRCARCH)", 10)) {
			if (buf_puts(&path, r->arch, e) < 0)
				return -1;
			p += 10;
		} else if (*p == '$') {
			/* Another variable: not a file of the tree that we read. */
			return 0;
		}
	}
	return read_file(r, buf_str(&path), e);
}

/* What begins or ends a block; *ret_known tells whether it was that. */
static int read_block_word(struct reader *r, const char *line, bool *ret_known, struct err *e)
{
	char *rest;

	*ret_known = true;
	if (word_is(line, "config", &rest) || word_is(line, "menuconfig", &rest)) {
		rest[strcspn(rest, " \t")] = '\0';
		return begin_config(r, rest, e);
	}
	if (word_is(line, "if", &rest))
		return open_block(r, rest, false, e);
	if (word_is(line, "menu", &rest) || word_is(line, "choice", &rest)) {
		r->block_takes_depends = true;
		return open_block(r, "", line[0] == 'c', e);
	}
	if (word_is(line, "endif", &rest) || word_is(line, "endmenu", &rest) ||
	    word_is(line, "endchoice", &rest)) {
		close_block(r);
		return 0;
	}
	if (word_is(line, "source", &rest))
		return read_sourced(r, rest, e);
	if (word_is(line, "comment", &rest) || word_is(line, "mainmenu", &rest)) {
		r->current = 0;
		r->block_takes_depends = false;
		return 0;
	}
	*ret_known = false;
	return 0;
}

static int read_attribute(struct reader *r, const char *line, struct err *e)
{
	static const char *const with_prompt[] = {"bool", "tristate", "string",
						  "int",  "hex",      "prompt"};
	const char *condition;
	char *rest;

	if (word_is(line, "depends", &rest) && !strncmp(rest, "on", 2))
		return depends_on(r, rest + 2, e);
	if (!r->current)
		return 0;
	for (size_t i = 0; i < ARRAY_LEN(with_prompt); i++)
		if (word_is(line, with_prompt[i], &rest))
			return set_prompt(r, rest, e);
	if (word_is(line, "select", &rest)) {
		condition = take_condition(rest);
		rest[strcspn(rest, " \t")] = '\0';
		return add_select(r, rest, condition, e);
	}
	return 0;
}

static int read_line(struct reader *r, const char *line, struct err *e)
{
	bool known;

	if (read_block_word(r, line, &known, e) < 0)
		return -1;
	return known ? 0 : read_attribute(r, line, e);
}

static size_t indentation(const char *line)
{
	size_t columns = 0;

	for (; *line == ' ' || *line == '\t'; line++)
		columns = *line == '\t' ? (columns | 7) + 1 : columns + 1;
	return columns;
}

static bool is_blank(const char *line)
{
	return !line[strspn(line, " \t\r")];
}

/* Ends the line and returns the next one; a '\' at its end joins the next line to it. */
static char *cut_line(char *line)
{
	char *end = strchr(line, '\n');

	while (end && end > line && end[-1] == '\\') {
		end[-1] = ' ';
		*end = ' ';
		end = strchr(end, '\n');
	}
	if (!end)
		return line + strlen(line);
	*end = '\0';
	return end + 1;
}

static void cut_comment(char *line)
{
	bool quoted = false;
	char *end;

	for (end = line; *end && (quoted || *end != '#'); end++)
		if (*end == '"')
			quoted = !quoted;
	while (end > line && strchr(" \t\r", end[-1]))
		end--;
	*end = '\0';
}

static bool is_help(const char *line)
{
	char *rest;

	return word_is(line, "help", &rest) || word_is(line, "---help---", &rest);
}

/* Help ends at the first line that is indented less than its first one. */
static char *skip_help(char *line)
{
	size_t first = 0;

	while (*line) {
		size_t len = strcspn(line, "\n");
		char kept = line[len];

		line[len] = '\0';
		if (!is_blank(line)) {
			size_t here = indentation(line);

			if (here == 0 || (first && here < first)) {
				line[len] = kept;
				return line;
			}
			first = first ? first : here;
		}
		line[len] = kept;
		line += len;
		line += *line == '\n';
	}
	return line;
}

static int read_text(struct reader *r, char *text, struct err *e)
{
	for (char *line = text, *next; *line; line = next) {
		next = cut_line(line);
		line += strspn(line, " \t");
		cut_comment(line);
		if (is_help(line))
			next = skip_help(next);
		else if (*line && read_line(r, line, e) < 0)
			return -1;
	}
	return 0;
}

static int read_file(struct reader *r, const char *path, struct err *e)
{
	AUTO_FREE char *text = NULL;
	int result;

	if (r->files == DEEPEST)
		return err_set(e, ERR_LIMIT, "Kconfig: '%s' is sourced too deep", path);
	if (r->open(r->context, path, &text, e) < 0)
		return -1;
	if (!text)
		return 0;
	r->files++;
	result = read_text(r, text, e);
	r->files--;
	return result;
}

int kconfig_tree_read(struct kconfig_tree *t, const char *path, const char *arch,
		      kconfig_open *open, void *context, struct err *e)
{
	struct reader r = {.tree = t, .arch = arch, .open = open, .context = context};
	int result = read_file(&r, path, e);

	while (r.depth)
		close_block(&r);
	return result;
}
