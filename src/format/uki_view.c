#include "format/uki_view.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PROFILE_TEXT_MAX = 4096, ID_MAX = 256 };

void uki_view_done(struct uki_view *v)
{
	pe_done(&v->pe);
	free(v->sections);
	*v = (struct uki_view){.n = 0};
}

static int by_part_name_place(const void *a, const void *b)
{
	const struct uki_view_section *x = *(struct uki_view_section *const *)a;
	const struct uki_view_section *y = *(struct uki_view_section *const *)b;
	int names;

	if (x->part != y->part)
		return x->part < y->part ? -1 : 1;
	names = strcmp(x->section->Name, y->section->Name);
	if (names)
		return names;
	return x < y ? -1 : x > y;
}

/* Sections of one name in one part learn of each other. A file can have 65535 sections. */
static int link_names(struct uki_view *v, struct err *e)
{
	AUTO_FREE struct uki_view_section **sorted =
		calloc(v->n + 1, sizeof(struct uki_view_section *));

	if (!sorted)
		return err_memory(e);
	for (size_t i = 0; i < v->n; i++)
		sorted[i] = &v->sections[i];
	qsort(sorted, v->n, sizeof(struct uki_view_section *), by_part_name_place);
	for (size_t i = 0; i < v->n; i++) {
		struct uki_view_section *s = sorted[i], *last = i ? sorted[i - 1] : NULL;

		s->is_first = !last || last->part != s->part ||
			      strcmp(last->section->Name, s->section->Name) != 0;
		s->nth = s->is_first ? 1 : last->nth + 1;
		s->next = SIZE_MAX;
		if (!s->is_first)
			last->next = (size_t)(s - v->sections);
	}
	return 0;
}

static enum uki_view_kind kind_of(const struct uki_view *v)
{
	enum uki_view_kind kind = UKI_VIEW_PROGRAM;

	for (size_t i = 0; i < v->n; i++) {
		const char *name = v->sections[i].section->Name;

		if (!strcmp(name, ".linux"))
			return kind == UKI_VIEW_PROFILE ? kind : UKI_VIEW_IMAGE;
		/* Any EFI program may have .sbat. */
		if (kind == UKI_VIEW_PROGRAM && stub_section_is_payload(name) &&
		    strcmp(name, ".sbat"))
			kind = strcmp(name, ".profile") ? UKI_VIEW_ADDON : UKI_VIEW_PROFILE;
	}
	return kind;
}

int uki_view_read(const struct source *s, struct uki_view *ret, struct err *e)
{
	AUTO_UKI_VIEW v = {.n = 0};

	if (pe_read(s, &v.pe, e) < 0)
		return -1;
	/* A version that cannot be read is one that is unknown. */
	if (stub_version_read(s, &v.pe, &v.stub, e) < 0 && e->kind != ERR_INPUT)
		return -1;
	v.sections = calloc(v.pe.n_sections + 1, sizeof(*v.sections));
	if (!v.sections)
		return err_memory(e);
	for (; v.n < v.pe.n_sections; v.n++) {
		v.n_profiles += strcmp(v.pe.sections[v.n].Name, ".profile") == 0;
		v.sections[v.n].section = &v.pe.sections[v.n];
		v.sections[v.n].part = v.n_profiles;
	}
	v.kind = kind_of(&v);
	if (link_names(&v, e) < 0)
		return -1;
	*ret = v;
	v = (struct uki_view){.n = 0};
	return 0;
}

void uki_profile_id(const char *text, char *ret, size_t size)
{
	const char *value = strncmp(text, "ID=", 3) ? strstr(text, "\nID=") : text - 1;
	size_t len;

	ret[0] = '\0';
	if (!value)
		return;
	value += strlen("\nID=");
	len = strcspn(value, "\n");
	if (len >= 2 && strchr("\"'", value[0]) && value[len - 1] == value[0]) {
		value++;
		len -= 2;
	}
	for (size_t i = 0; i < len; i++)
		if (value[i] < 0x20 || value[i] > 0x7e)
			return;
	if (len < size)
		snprintf(ret, size, "%.*s", (int)len, value);
}

static int has_id(const struct source *s, const struct pe_section *section, const char *want,
		  bool *ret, struct err *e)
{
	char text[PROFILE_TEXT_MAX + 1] = "", id[ID_MAX];
	struct pe_section_source content;
	size_t len = PROFILE_TEXT_MAX;

	if (pe_section_source_init(&content, s, section, e) < 0)
		return -1;
	if (content.source.size < len)
		len = (size_t)content.source.size;
	if (source_read(&content.source, 0, text, len, e) < 0)
		return -1;
	uki_profile_id(text, id, sizeof(id));
	*ret = strcmp(id, want) == 0;
	return 0;
}

/* The part of the profile, by its ID first: a number may be one. */
static int find_profile(const struct uki_view *v, const struct source *s, const char *profile,
			size_t *ret, struct err *e)
{
	char *end;
	unsigned long number = strtoul(profile, &end, 10);

	for (size_t i = 0; i < v->n; i++) {
		bool found = false;

		if (strcmp(v->sections[i].section->Name, ".profile") != 0)
			continue;
		if (has_id(s, v->sections[i].section, profile, &found, e) < 0)
			return -1;
		*ret = v->sections[i].part;
		if (found)
			return 0;
	}
	if (!*profile || *end || *profile < '0' || *profile > '9' || number >= v->n_profiles)
		return v->n_profiles
			       ? err_set(e, ERR_INPUT, "'%s' has no profile '%s' among its %zu",
					 s->name, profile, v->n_profiles)
			       : err_set(e, ERR_INPUT, "'%s' has no profiles", s->name);
	*ret = number + 1;
	return 0;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The sorted names of a part's sections. */
static size_t names_of(const struct uki_view *v, size_t part, const char **names)
{
	size_t n = 0;

	for (size_t i = 0; i < v->n; i++)
		if (v->sections[i].part == part)
			names[n++] = v->sections[i].section->Name;
	qsort(names, n, sizeof(*names), by_name);
	return n;
}

int uki_view_choose(struct uki_view *v, const struct source *s, const char *profile, struct err *e)
{
	AUTO_FREE const char **names = calloc(v->n + 1, sizeof(*names));
	size_t part = 0, n_names, n = 0;

	if (!names)
		return err_memory(e);
	if (find_profile(v, s, profile, &part, e) < 0)
		return -1;
	n_names = names_of(v, part, names);
	for (size_t i = 0; i < v->n; i++) {
		struct uki_view_section *section = &v->sections[i];
		const char *name = section->section->Name;

		if (section->part != part &&
		    (section->part != 0 || bsearch(&name, names, n_names, sizeof(*names), by_name)))
			continue;
		section->part = 0;
		v->sections[n++] = *section;
	}
	v->n = n;
	v->n_profiles = 0;
	return link_names(v, e);
}
