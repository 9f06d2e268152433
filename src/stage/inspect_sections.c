#include "stage/inspect_sections.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void section_wishes_done(struct section_wishes *w)
{
	for (size_t i = 0; i < w->n; i++)
		free(w->v[i].name);
	free(w->v);
	*w = (struct section_wishes){.n = 0};
}

static int parse_wish(const char *text, struct section_wish *ret, struct err *e)
{
	size_t len = strcspn(text, ":");
	const char *rest = text[len] ? text + len + 1 : "";
	bool is_text = !strncmp(rest, "text", 4);
	size_t word = is_text ? 4 : 6;

	if (len == 0 || (!is_text && strncmp(rest, "binary", 6) != 0) ||
	    (rest[word] && (rest[word] != '@' || !rest[word + 1])))
		return err_set(e, ERR_USAGE,
			       "--section '%s' is not NAME:text or NAME:binary, with @PATH or not",
			       text);
	ret->name = strndup(text, len);
	if (!ret->name)
		return err_memory(e);
	ret->is_text = is_text;
	ret->path = rest[word] ? rest + word + 1 : NULL;
	return 0;
}

int section_wishes_parse(const struct strv *texts, struct section_wishes *ret, struct err *e)
{
	AUTO_SECTION_WISHES w = {.n = 0};

	w.v = calloc((texts ? texts->n : 0) + 1, sizeof(*w.v));
	if (!w.v)
		return err_memory(e);
	for (; texts && w.n < texts->n; w.n++)
		if (parse_wish(texts->v[w.n], &w.v[w.n], e) < 0)
			return -1;
	*ret = w;
	w = (struct section_wishes){.n = 0};
	return 0;
}

const struct section_wish *section_wish_find(const struct section_wishes *w, const char *name)
{
	for (size_t i = 0; i < w->n; i++)
		if (!strcmp(w->v[i].name, name))
			return &w->v[i];
	return NULL;
}

/* Sections may lie upon each other: a small file could ask for days of work. */
static int check_work(const struct source *from, const struct uki_view *v, struct err *e)
{
	enum { TIMES = 16 };
	uint64_t total = 0;

	for (size_t i = 0; i < v->n; i++)
		total += pe_section_size(v->sections[i].section);
	if (total / TIMES > from->size)
		return err_set(e, ERR_INPUT, "'%s': its sections lie upon each other, %d deep",
			       from->name, TIMES);
	return 0;
}

int inspect_view(const struct source *from, const struct inspect_uki *how, struct uki_view *ret,
		 struct err *e)
{
	AUTO_UKI_VIEW v = {.n = 0};

	if (uki_view_read(from, &v, e) < 0)
		return -1;
	if (how->profile && uki_view_choose(&v, from, how->profile, e) < 0)
		return -1;
	if (check_work(from, &v, e) < 0)
		return -1;
	*ret = v;
	v = (struct uki_view){.n = 0};
	return 0;
}

int section_is_missing(const struct source *from, const struct uki_view *view, const char *name,
		       struct err *e)
{
	char dotted[sizeof(((struct pe_section *)NULL)->Name) + 1];

	snprintf(dotted, sizeof(dotted), ".%s", name);
	if (pe_section_find(&view->pe, dotted))
		return err_set(e, ERR_INPUT, "'%s' has no section %s: did you mean %s?", from->name,
			       name, dotted);
	return err_set(e, ERR_INPUT, "'%s' has no section %s", from->name, name);
}

bool section_is_shown(const struct inspect_uki *how, const struct section_wishes *w,
		      const char *name)
{
	if (how->all || section_wish_find(w, name))
		return true;
	return w->n == 0 && stub_section_is_payload(name);
}
