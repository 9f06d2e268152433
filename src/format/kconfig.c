#include "format/kconfig.h"

#include <string.h>

#define PREFIX "CONFIG_"

enum { PREFIX_LEN = sizeof(PREFIX) - 1 };

void kconfig_done(struct kconfig *k)
{
	for (size_t i = 0; i < k->n; i++) {
		free(k->options[i].name);
		free(k->options[i].value);
	}
	free(k->options);
	*k = (struct kconfig)KCONFIG_INIT;
}

static int add(struct kconfig *k, const char *name, size_t name_len, const char *value,
	       size_t value_len, struct err *e)
{
	struct kconfig_option *o;

	if (k->n == k->cap) {
		size_t cap = k->cap ? k->cap * 2 : 64;
		struct kconfig_option *options = reallocarray(k->options, cap, sizeof(*options));

		if (!options)
			return err_memory(e);
		k->options = options;
		k->cap = cap;
	}
	o = &k->options[k->n];
	*o = (struct kconfig_option){
		.name = strndup(name, name_len),
		.value = strndup(value, value_len),
	};
	k->n++;
	return o->name && o->value ? 0 : err_memory(e);
}

static size_t name_length(const char *text)
{
	return strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_");
}

/* An option line; *ret_is_one tells whether it was. `line` ends with a NUL. */
static int read_option(struct kconfig *k, const char *line, bool *ret_is_one, struct err *e)
{
	static const char not_set[] = " is not set";
	bool commented = !strncmp(line, "# ", 2);
	const char *name = commented ? line + 2 : line;
	size_t len;

	*ret_is_one = false;
	if (strncmp(name, PREFIX, PREFIX_LEN))
		return 0;
	name += PREFIX_LEN;
	len = name_length(name);
	if (len == 0)
		return 0;
	if (commented && strcmp(name + len, not_set))
		return 0;
	if (!commented && name[len] != '=')
		return 0;
	*ret_is_one = true;
	if (commented)
		return add(k, name, len, "n", 1, e);
	return add(k, name, len, name + len + 1, strlen(name + len + 1), e);
}

struct fragment {
	struct kconfig *k;
	size_t first; /* of this fragment's options */
	const char *file;
	size_t line;
	const struct version *kernel;
	bool left_out; /* the next option does not count for this kernel */
};

static bool is_mark(const char *line)
{
	size_t len = !strncmp(line, "# until ", 8) ? 8 : !strncmp(line, "# from ", 7) ? 7 : 0;

	return len && line[len] >= '0' && line[len] <= '9';
}

/* "# until 6.8" counts for every 6.8.x: only the first two numbers are compared. */
static int read_mark(struct fragment *f, const char *line, struct err *e)
{
	bool until = !strncmp(line, "# until ", 8);
	struct version mark, kernel = *f->kernel;
	int order;

	/* Other comments may begin with these words too: a mark goes on with a number. */
	if (!is_mark(line))
		return 0;
	line += until ? 8 : 7;
	if (parse_version(line, &mark, e) < 0)
		return err_ctx(e, "%s:%zu", f->file, f->line);
	kernel.patch = mark.patch = 0;
	kernel.rc = mark.rc = 0;
	order = version_compare(&kernel, &mark);
	if (until ? order > 0 : order < 0)
		f->left_out = true;
	return 0;
}

/* Two values for one option in one file are a mistake; between files the later one wins. */
static int check_contradiction(const struct fragment *f, struct err *e)
{
	const struct kconfig_option *last = &f->k->options[f->k->n - 1];

	for (size_t i = f->first; i + 1 < f->k->n; i++) {
		const struct kconfig_option *o = &f->k->options[i];

		if (!strcmp(o->name, last->name) && strcmp(o->value, last->value))
			return err_set(e, ERR_INPUT,
				       "%s:%zu: CONFIG_%s=%s contradicts line %zu, which says %s",
				       f->file, f->line, last->name, last->value, o->line,
				       o->value);
	}
	return 0;
}

static int read_fragment_line(struct fragment *f, const char *line, struct err *e)
{
	bool is_option;

	if (read_option(f->k, line, &is_option, e) < 0)
		return -1;
	if (is_option) {
		struct kconfig_option *o = &f->k->options[f->k->n - 1];

		o->file = f->file;
		o->line = f->line;
		if (!f->left_out)
			return check_contradiction(f, e);
		free(o->name);
		free(o->value);
		f->k->n--;
		f->left_out = false;
		return 0;
	}
	if (line[0] == '#')
		return read_mark(f, line, e);
	if (line[0])
		return err_set(e, ERR_INPUT,
			       "%s:%zu: neither CONFIG_NAME=value nor '# CONFIG_NAME is not set': "
			       "'%.100s'",
			       f->file, f->line, line);
	return 0;
}

/* Calls for every line, without the blanks at its end. */
static int each_line(const char *text, size_t len, int (*call)(void *, const char *, struct err *),
		     void *context, struct err *e)
{
	AUTO_BUF line = BUF_INIT;

	while (len) {
		const char *newline = memchr(text, '\n', len);
		size_t n = newline ? (size_t)(newline - text) : len;
		size_t kept = n;

		while (kept && strchr(" \t\r", text[kept - 1]))
			kept--;
		buf_clear(&line);
		if (buf_put(&line, text, kept, e) < 0 || call(context, buf_str(&line), e) < 0)
			return -1;
		n += newline != NULL;
		text += n;
		len -= n;
	}
	return 0;
}

static int fragment_line(void *context, const char *line, struct err *e)
{
	struct fragment *f = context;

	f->line++;
	return read_fragment_line(f, line, e);
}

int kconfig_add_fragment(struct kconfig *k, const char *text, size_t len, const char *file,
			 const struct version *kernel, struct err *e)
{
	struct fragment f = {.k = k, .first = k->n, .file = file, .kernel = kernel};

	if (len && memchr(text, '\0', len))
		return err_set(e, ERR_INPUT, "%s: there is a NUL byte in it: it is no text", file);
	return each_line(text, len, fragment_line, &f, e);
}

static int canonical_line(void *context, const char *line, struct err *e)
{
	bool comment =
		line[0] == '#' && !is_mark(line) && strncmp(line, "# " PREFIX, PREFIX_LEN + 2) != 0;

	if (!line[0] || comment)
		return 0;
	return buf_putf(context, e, "%s\n", line);
}

int kconfig_canonical(const char *text, size_t len, struct buf *to, struct err *e)
{
	return each_line(text, len, canonical_line, to, e);
}

static int config_line(void *context, const char *line, struct err *e)
{
	struct fragment *f = context;
	bool is_option;

	f->line++;
	if (read_option(f->k, line, &is_option, e) < 0)
		return -1;
	if (is_option) {
		f->k->options[f->k->n - 1].file = f->file;
		f->k->options[f->k->n - 1].line = f->line;
	}
	return 0;
}

int kconfig_parse_config(struct kconfig *k, const char *text, size_t len, const char *file,
			 struct err *e)
{
	struct fragment f = {.k = k, .file = file};

	return each_line(text, len, config_line, &f, e);
}

const struct kconfig_option *kconfig_find(const struct kconfig *k, const char *name)
{
	for (size_t i = k->n; i-- > 0;)
		if (!strcmp(k->options[i].name, name))
			return &k->options[i];
	return NULL;
}

enum kconfig_verdict kconfig_judge(const struct kconfig *asked, size_t i,
				   const struct kconfig *made)
{
	const struct kconfig_option *a = &asked->options[i];
	const struct kconfig_option *m = kconfig_find(made, a->name);
	const char *value = m ? m->value : "n";

	if (kconfig_find(asked, a->name) != a)
		return strcmp(kconfig_find(asked, a->name)->value, a->value) ? KCONFIG_OVERRIDDEN
									     : KCONFIG_AS_ASKED;
	if (!strcmp(a->value, value))
		return KCONFIG_AS_ASKED;
	if (!strcmp(a->value, "n"))
		return KCONFIG_FORCED_ON;
	return m && strcmp(value, "n") ? KCONFIG_CHANGED : KCONFIG_LOST;
}

int kconfig_write_option(struct buf *to, const char *name, const char *value, struct err *e)
{
	if (!strcmp(value, "n"))
		return buf_putf(to, e, "# " PREFIX "%s is not set\n", name);
	return buf_putf(to, e, PREFIX "%s=%s\n", name, value);
}

int kconfig_write(const struct kconfig *k, struct buf *to, struct err *e)
{
	for (size_t i = 0; i < k->n; i++) {
		const struct kconfig_option *o = &k->options[i];

		if (kconfig_find(k, o->name) == o &&
		    kconfig_write_option(to, o->name, o->value, e) < 0)
			return -1;
	}
	return 0;
}

static const char *value_in(const struct kconfig *k, const char *name)
{
	const struct kconfig_option *o = kconfig_find(k, name);

	return o ? o->value : "n";
}

int kconfig_diff(const struct kconfig *before, const struct kconfig *after, struct buf *to,
		 struct err *e)
{
	const struct kconfig *const both[] = {after, before};

	for (size_t side = 0; side < ARRAY_LEN(both); side++) {
		for (size_t i = 0; i < both[side]->n; i++) {
			const char *name = both[side]->options[i].name;
			const char *old = value_in(before, name), *new = value_in(after, name);

			/* The second time round, only what the first did not see. */
			if (!strcmp(old, new) || (side == 1 && kconfig_find(after, name)))
				continue;
			if (buf_putf(to, e, PREFIX "%s %s -> %s\n", name, old, new) < 0)
				return -1;
		}
	}
	return 0;
}
