#include "format/kconfig_expr.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

enum { DEEPEST = 64 };

struct parser {
	const char *p;
	const struct kconfig *config;
	unsigned int depth;
	bool broken;
};

/* A word of an expression: a piece of its text. */
struct word {
	const char *start;
	size_t len;
	bool quoted;
};

static void skip_blanks(struct parser *x)
{
	x->p += strspn(x->p, " \t");
}

static bool next_is(struct parser *x, const char *sign)
{
	skip_blanks(x);
	if (strncmp(x->p, sign, strlen(sign)) != 0)
		return false;
	x->p += strlen(sign);
	return true;
}

/* $(macro,with,$(others)) as one word. */
static size_t macro_length(const char *p)
{
	size_t depth = 0, i = 1;

	do {
		depth += p[i] == '(';
		depth -= p[i] == ')';
		i++;
	} while (depth && p[i]);
	return i;
}

static bool read_word(struct parser *x, struct word *ret)
{
	skip_blanks(x);
	*ret = (struct word){.start = x->p};
	if (*x->p == '"') {
		ret->start++;
		ret->len = strcspn(ret->start, "\"");
		ret->quoted = true;
		x->p = ret->start + ret->len;
		x->p += *x->p == '"';
		return true;
	}
	if (x->p[0] == '$' && x->p[1] == '(')
		ret->len = macro_length(x->p);
	else
		while (isalnum((unsigned char)x->p[ret->len]) ||
		       (x->p[ret->len] && strchr("_-./", x->p[ret->len])))
			ret->len++;
	x->p += ret->len;
	return ret->len > 0;
}

/* The value of a name as .config has it, "n" when it has none; a quoted text is itself. */
static void text_of(const struct parser *x, const struct word *w, char *to, size_t size)
{
	const struct kconfig_option *o;
	const char *value = "n";
	size_t len;

	if (w->len >= size || w->start[0] == '$') {
		memcpy(to, "y", 2);
		return;
	}
	memcpy(to, w->start, w->len);
	to[w->len] = '\0';
	if (w->quoted || (w->len == 1 && strchr("nmy", *to)) || isdigit((unsigned char)*to))
		return;
	o = kconfig_find(x->config, to);
	if (o)
		value = o->value;
	len = strlen(value);
	if (*value == '"' && len >= 2) {
		value++;
		len -= 2;
	}
	if (len >= size)
		len = size - 1;
	memcpy(to, value, len);
	to[len] = '\0';
}

static enum kconfig_value tristate(const char *text)
{
	return !strcmp(text, "y") ? KCONFIG_Y : !strcmp(text, "m") ? KCONFIG_M : KCONFIG_N;
}

/* Numbers by value, other texts by their bytes. */
static long compare(const char *a, const char *b)
{
	char *end_a, *end_b;
	long x = strtol(a, &end_a, 0), y = strtol(b, &end_b, 0);

	if (*a && *b && !*end_a && !*end_b)
		return (x > y) - (x < y);
	return strcmp(a, b);
}

static enum kconfig_value parse_or(struct parser *x);

static enum kconfig_value parse_comparison(struct parser *x)
{
	static const char *const signs[] = {"!=", "<=", ">=", "=", "<", ">"};
	char a[256], b[256];
	struct word left, right;

	if (!read_word(x, &left)) {
		x->broken = true;
		return KCONFIG_Y;
	}
	text_of(x, &left, a, sizeof(a));
	for (size_t i = 0; i < ARRAY_LEN(signs); i++) {
		long order;
		bool holds[ARRAY_LEN(signs)];

		if (!next_is(x, signs[i]))
			continue;
		if (!read_word(x, &right)) {
			x->broken = true;
			return KCONFIG_Y;
		}
		text_of(x, &right, b, sizeof(b));
		order = compare(a, b);
		holds[0] = order != 0;
		holds[1] = order <= 0;
		holds[2] = order >= 0;
		holds[3] = order == 0;
		holds[4] = order < 0;
		holds[5] = order > 0;
		return holds[i] ? KCONFIG_Y : KCONFIG_N;
	}
	return tristate(a);
}

static enum kconfig_value parse_primary(struct parser *x)
{
	enum kconfig_value v = KCONFIG_Y;

	if (x->depth == DEEPEST) {
		x->broken = true;
		return KCONFIG_Y;
	}
	x->depth++;
	skip_blanks(x);
	if (x->p[0] == '!' && x->p[1] != '=') {
		x->p++;
		v = (enum kconfig_value)(KCONFIG_Y - parse_primary(x));
	} else if (next_is(x, "(")) {
		v = parse_or(x);
		if (!next_is(x, ")"))
			x->broken = true;
	} else {
		v = parse_comparison(x);
	}
	x->depth--;
	return v;
}

static enum kconfig_value parse_and(struct parser *x)
{
	enum kconfig_value v = parse_primary(x);

	while (!x->broken && next_is(x, "&&")) {
		enum kconfig_value right = parse_primary(x);

		v = right < v ? right : v;
	}
	return v;
}

static enum kconfig_value parse_or(struct parser *x)
{
	enum kconfig_value v = parse_and(x);

	while (!x->broken && next_is(x, "||")) {
		enum kconfig_value right = parse_and(x);

		v = right > v ? right : v;
	}
	return v;
}

enum kconfig_value kconfig_evaluate(const char *expression, const struct kconfig *config)
{
	struct parser x = {.p = expression, .config = config};
	enum kconfig_value v;

	skip_blanks(&x);
	if (!*x.p)
		return KCONFIG_Y;
	v = parse_or(&x);
	skip_blanks(&x);
	return x.broken || *x.p ? KCONFIG_Y : v;
}

/* One part with the value behind each bare name. */
static int describe(const char *part, size_t len, const struct kconfig *config, struct buf *to,
		    struct err *e)
{
	struct parser x = {.p = part, .config = config};
	const char *end = part + len;
	bool compared = false;

	while (x.p < end) {
		const char *from = x.p;
		struct word w;
		char value[256];

		if (*from == '"' && read_word(&x, &w)) {
			compared = false;
			if (buf_put(to, from, (size_t)(x.p - from), e) < 0)
				return -1;
			continue;
		}
		if (!isalpha((unsigned char)*x.p) || !read_word(&x, &w)) {
			x.p = from + 1;
			compared = strchr("=<>", *from) != NULL || (compared && *from == ' ');
			if (buf_put(to, from, 1, e) < 0)
				return -1;
			continue;
		}
		text_of(&x, &w, value, sizeof(value));
		/* The right side of a comparison is a value already. */
		if (compared ? buf_put(to, w.start, w.len, e) < 0
			     : buf_putf(to, e, "%.*s=%s", (int)w.len, w.start, value) < 0)
			return -1;
		compared = false;
	}
	return 0;
}

/* Where the sign first stands outside parentheses and quotes; the text's length when nowhere. */
static size_t find_outside(const char *text, const char *sign)
{
	size_t depth = 0, i;
	bool quoted = false;

	for (i = 0; text[i]; i++) {
		if (text[i] == '"')
			quoted = !quoted;
		if (quoted)
			continue;
		depth += text[i] == '(';
		depth -= text[i] == ')' && depth;
		if (!depth && !strncmp(text + i, sign, strlen(sign)))
			break;
	}
	return i;
}

/* Is all of it in one pair of parentheses? */
static bool is_wrapped(const char *text)
{
	size_t len = strlen(text);

	/* Behind the one that closes the first nothing follows. */
	return text[0] == '(' && len > 1 && find_outside(text, ")") == len - 1;
}

/* A copy of the text without the blanks and the parentheses around all of it. */
static char *unwrap(const char *text, size_t len)
{
	char *copy = strndup(text, len);
	char *start = copy;

	while (copy) {
		size_t end;

		start += strspn(start, " \t");
		end = strlen(start);
		while (end && strchr(" \t", start[end - 1]))
			end--;
		start[end] = '\0';
		if (!is_wrapped(start))
			break;
		start[end - 1] = '\0';
		start++;
	}
	if (copy)
		memmove(copy, start, strlen(start) + 1);
	return copy;
}

static int unmet(const char *text, size_t len, const struct kconfig *config, struct buf *to,
		 struct err *e)
{
	AUTO_FREE char *part = unwrap(text, len);

	if (!part)
		return err_memory(e);
	if (kconfig_evaluate(part, config) != KCONFIG_N)
		return 0;
	if (part[find_outside(part, "||")] || !part[find_outside(part, "&&")]) {
		if (to->len && buf_puts(to, ", ", e) < 0)
			return -1;
		return describe(part, strlen(part), config, to, e);
	}
	for (const char *p = part; *p; p += strspn(p, "&")) {
		size_t n = find_outside(p, "&&");

		if (unmet(p, n, config, to, e) < 0)
			return -1;
		p += n;
	}
	return 0;
}

int kconfig_unmet(const char *expression, const struct kconfig *config, struct buf *to,
		  struct err *e)
{
	AUTO_BUF list = BUF_INIT;

	if (unmet(expression, strlen(expression), config, &list, e) < 0)
		return -1;
	return buf_put(to, buf_str(&list), list.len, e);
}
