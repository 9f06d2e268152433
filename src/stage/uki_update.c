#include "stage/uki_update.h"

#include "base/doubt.h"
#include "format/sbat.h"
#include "format/uki_split.h"
#include "host/file.h"
#include "stage/uki_pcrsig.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct uki_update {
	struct uki_parts file; /* only the UKI itself */
	struct uki_split split;
	struct strv removed; /* in either way of saying it */
	size_t n_given;	     /* the first parts of the base are new */
};

void uki_update_free(struct uki_update *u)
{
	if (!u)
		return;
	strv_done(&u->removed);
	uki_split_done(&u->split);
	uki_parts_done(&u->file);
	free(u);
}

static const char *name_of(const struct uki_update *u, size_t section)
{
	return u->split.pe.sections[section].Name;
}

static enum uki_kind kind_of(const struct uki_update *u)
{
	size_t first = u->split.n_own;

	if (strcmp(name_of(u, first), ".profile") == 0)
		return UKI_PROFILE;
	for (size_t i = first; i < u->split.pe.n_sections; i++)
		if (strcmp(name_of(u, i), ".linux") == 0)
			return UKI_IMAGE;
	return UKI_ADDON;
}

/* Those of --remove, and those that were given an empty text. */
static int find_removed(const struct uki_options *o, struct strv *ret, struct err *e)
{
	for (size_t i = 0; o->remove && i < o->remove->n; i++)
		if (strv_add(ret, o->remove->v[i], e) < 0)
			return -1;
	for (size_t i = 0; o->sections && i < o->sections->n; i++) {
		const char *spec = o->sections->v[i], *colon = strchr(spec, ':');

		if (colon && !colon[1] && strv_addf(ret, e, "%.*s", (int)(colon - spec), spec) < 0)
			return -1;
	}
	return 0;
}

int uki_update_begin(const struct uki_options *options, struct uki_gathered *g,
		     struct uki_options *ret_given, struct err *e)
{
	const struct strv *joined = options->join_profiles;
	const struct source *file;

	if (options->profile || (joined && joined->n))
		return err_set(e, ERR_USAGE,
			       "--profile and --join-profile do not go with --update: profiles are "
			       "joined when a UKI is made");
	g->update = calloc(1, sizeof(*g->update));
	if (!g->update)
		return err_memory(e);
	if (uki_parts_open(&g->update->file, options->update, &file, e) < 0 ||
	    uki_split_init(&g->update->split, file, e) < 0)
		return -1;
	if (find_removed(options, &g->update->removed, e) < 0)
		return -1;
	g->kind = kind_of(g->update);
	if (!options->stub)
		g->stub = &g->update->split.stub;
	*ret_given = *options;
	if (!options->os_release)
		ret_given->os_release = "";
	if (!options->hwids)
		ret_given->hwids = "";
	return 0;
}

/* Is the old section of that name replaced, or not wanted any more? */
static bool is_dropped(const struct uki_options *o, const struct uki_gathered *g, const char *name)
{
	static const char pcrsig[] = ".pcrsig";
	const struct {
		const char *name;
		bool given;
	} texts[] = {
		{".cmdline", o->cmdline},
		{".osrel", o->os_release},
		{".hwids", o->hwids},
		{".uname", o->uname || o->kernel},
		/* A signature is of what it was made for. */
		{pcrsig, true},
	};

	for (size_t i = 0; i < g->update->n_given; i++)
		if (strcmp(g->base.v[i].name, name) == 0)
			return true;
	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		if (texts[i].given && strcmp(texts[i].name, name) == 0)
			return true;
	return strv_has(&g->update->removed, name);
}

static int keep(struct uki_parts *to, const struct uki_update *u, size_t section, struct err *e)
{
	if (uki_parts_begin(to, name_of(u, section), e) < 0)
		return -1;
	return uki_parts_section(to, u->split.file, &u->split.pe.sections[section], e);
}

static int keep_old(const struct uki_options *o, struct uki_gathered *g, struct err *e)
{
	const struct uki_update *u = g->update;
	struct uki_parts *to = &g->base;

	for (size_t i = u->split.n_own; i < u->split.pe.n_sections; i++) {
		bool is_base = to == &g->base;
		const char *name = name_of(u, i);
		bool is_pcrsig = strcmp(name, ".pcrsig") == 0;
		bool fills = is_pcrsig && o->pcrsig;

		if (!uki_split_is_added(&u->split, i))
			continue;
		if (g->kind == UKI_IMAGE && strcmp(name, ".profile") == 0)
			to = &g->profiles;
		else if (!fills && (is_base ? is_dropped(o, g, name) : is_pcrsig))
			continue;
		if (fills ? uki_pcrsig_fill(g, to, u->split.file, &u->split.pe.sections[i], e) < 0
			  : keep(to, u, i, e) < 0)
			return -1;
	}
	return 0;
}

/* Where the first old section of that name stood; what is new comes last. */
static size_t old_place(const struct uki_update *u, const char *name)
{
	size_t i = u->split.n_own;

	while (i < u->split.pe.n_sections && strcmp(name_of(u, i), name) != 0)
		i++;
	return i;
}

/* Stable, and for a handful of parts. */
static void sort_by_place(const struct uki_update *u, struct uki_parts *p)
{
	for (size_t i = 1; i < p->n; i++) {
		struct uki_part part = p->v[i];
		size_t place = old_place(u, part.name), k = i;

		for (; k > 0 && old_place(u, p->v[k - 1].name) > place; k--)
			p->v[k] = p->v[k - 1];
		p->v[k] = part;
	}
}

static int check_removed(const struct uki_options *o, const struct uki_gathered *g, struct err *e)
{
	const struct uki_update *u = g->update;

	for (size_t i = 0; i < u->removed.n; i++) {
		const char *name = u->removed.v[i];
		char dotted[16];

		if (strcmp(name, ".sbat") == 0)
			return err_set(e, ERR_USAGE,
				       "section .sbat cannot be removed: shim starts nothing "
				       "without");
		snprintf(dotted, sizeof(dotted), ".%s", name);
		if (old_place(u, name) < u->split.pe.n_sections)
			continue;
		if (old_place(u, dotted) < u->split.pe.n_sections)
			return err_set(e, ERR_INPUT,
				       "'%s' has no section '%s' to remove: did you mean '%s'?",
				       o->update, name, dotted);
		return err_set(e, ERR_INPUT, "'%s' has no section '%s' to remove", o->update, name);
	}
	return 0;
}

static int tell_signatures(const struct uki_options *o, const struct uki_gathered *g, struct err *e)
{
	const struct uki_update *u = g->update;

	if (o->pcrsig || pcr_signing_wanted(&o->pcr))
		return 0;
	for (size_t i = u->split.n_own; i < u->split.pe.n_sections; i++)
		if (strcmp(name_of(u, i), ".pcrsig") == 0)
			return doubt(o->strict, e,
				     "the old .pcrsig is left out: it is of what was measured "
				     "before");
	return 0;
}

/* The lines that are neither the stub's nor the kernel's, unless others are given. */
static int take_sbat(const struct uki_options *o, struct uki_gathered *g, struct err *e)
{
	const struct uki_split *split = &g->update->split;
	bool is_given = o->sbat && o->sbat->n;

	if (split->own_sbat.len)
		return is_given ? 0 : strv_add(&g->sbat, split->own_sbat.data, e);
	if (split->stub_sbat.len == 0)
		return 0;
	if (is_given || o->stub)
		return err_set(e, ERR_INPUT,
			       "'%s': which lines of its .sbat are the stub's cannot be told: make "
			       "the UKI anew from its parts",
			       o->update);
	return strv_add(&g->sbat, SBAT_HEADER, e);
}

int uki_update_finish(const struct uki_options *options, struct uki_gathered *g, struct err *e)
{
	struct uki_update *u = g->update;

	u->n_given = g->base.n;
	if (check_removed(options, g, e) < 0 || tell_signatures(options, g, e) < 0 ||
	    keep_old(options, g, e) < 0 || take_sbat(options, g, e) < 0 ||
	    (options->pcrsig && uki_pcrsig_filled(g, e) < 0))
		return -1;
	sort_by_place(u, &g->base);
	return 0;
}

int uki_update_unchanged(const struct uki_update *u, struct err *e)
{
	return u ? uki_parts_unchanged(&u->file, e) : 0;
}
