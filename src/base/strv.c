#include "base/strv.h"

#include "base/buf.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

void strv_done(struct strv *s)
{
	for (size_t i = 0; i < s->n; i++)
		free(s->v[i]);
	free(s->v);
	*s = (struct strv)STRV_INIT;
}

/* Takes the text over, also when it fails. */
static int push(struct strv *s, char *text, struct err *e)
{
	if (s->n + 2 > s->cap) {
		size_t cap = s->cap ? s->cap * 2 : 8;
		char **v = reallocarray(s->v, cap, sizeof(*v));

		if (!v) {
			free(text);
			return err_memory(e);
		}
		s->v = v;
		s->cap = cap;
	}
	s->v[s->n++] = text;
	s->v[s->n] = NULL;
	return 0;
}

int strv_add(struct strv *s, const char *text, struct err *e)
{
	char *copy = strdup(text);

	return copy ? push(s, copy, e) : err_memory(e);
}

int strv_addf(struct strv *s, struct err *e, const char *format, ...)
{
	char *text = NULL;
	va_list ap;
	int n;

	va_start(ap, format);
	n = vasprintf(&text, format, ap);
	va_end(ap);
	return n < 0 ? err_memory(e) : push(s, text, e);
}

int strv_add_all(struct strv *s, struct err *e, ...)
{
	const char *text;
	va_list ap;
	int r = 0;

	va_start(ap, e);
	while (r == 0 && (text = va_arg(ap, const char *)))
		r = strv_add(s, text, e);
	va_end(ap);
	return r;
}

int strv_split(struct strv *s, const char *text, struct err *e)
{
	static const char blanks[] = " \t\n";

	for (;;) {
		size_t len;
		char *word;

		text += strspn(text, blanks);
		len = strcspn(text, blanks);
		if (len == 0)
			return 0;
		word = strndup(text, len);
		if (!word)
			return err_memory(e);
		if (push(s, word, e) < 0)
			return -1;
		text += len;
	}
}

bool strv_has(const struct strv *s, const char *text)
{
	for (size_t i = 0; i < s->n; i++)
		if (!strcmp(s->v[i], text))
			return true;
	return false;
}
