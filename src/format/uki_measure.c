#include "format/uki_measure.h"

#include <assert.h>
#include <inttypes.h>
#include <string.h>

/* Sections from one .profile, or from the first, up to the next. */
struct part {
	const struct pe_section *first;
	size_t n;
};

static bool is_profile(const struct pe_section *section)
{
	return strcmp(section->Name, ".profile") == 0;
}

static bool knows_profiles(const struct stub_version *v)
{
	return stub_measures(v, ".profile");
}

static struct part part_from(const struct pe *pe, size_t first)
{
	size_t end = first + (first < pe->n_sections);

	while (end < pe->n_sections && !is_profile(&pe->sections[end]))
		end++;
	/* A file without sections has no table to point into. */
	return (struct part){.first = end > first ? pe->sections + first : NULL, .n = end - first};
}

static size_t start_of_profile(const struct pe *pe, size_t profile)
{
	size_t i = 0;

	for (; i < pe->n_sections; i++)
		if (is_profile(&pe->sections[i]) && profile-- == 0)
			break;
	return i;
}

static struct part base_part(const struct pe *pe, const struct stub_version *v)
{
	if (!knows_profiles(v))
		return (struct part){.first = pe->sections, .n = pe->n_sections};
	if (pe->n_sections && is_profile(&pe->sections[0]))
		return (struct part){.n = 0};
	return part_from(pe, 0);
}

static struct part profile_part(const struct pe *pe, const struct stub_version *v, size_t profile)
{
	size_t start = start_of_profile(pe, profile);

	if (!knows_profiles(v) || start == pe->n_sections)
		return (struct part){.n = 0};
	return part_from(pe, start);
}

size_t uki_profiles(const struct pe *pe, const struct stub_version *v)
{
	size_t n = 0;

	if (knows_profiles(v))
		for (size_t i = 0; i < pe->n_sections; i++)
			n += is_profile(&pe->sections[i]);
	return n ? n : 1;
}

const struct pe_section *uki_profile_section(const struct pe *pe, size_t profile)
{
	size_t i = start_of_profile(pe, profile);

	return i < pe->n_sections ? &pe->sections[i] : NULL;
}

static bool has_name(const struct pe_section *section, const char *name)
{
	return strcmp(section->Name, name) == 0 && section->VirtualSize;
}

static size_t count(struct part part, const char *name)
{
	size_t n = 0;

	for (size_t i = 0; i < part.n; i++)
		n += has_name(&part.first[i], name);
	return n;
}

size_t uki_offered(const struct pe *pe, const struct stub_version *v, size_t profile,
		   const char *name)
{
	if (!stub_measures(v, name))
		return 0;
	return count(base_part(pe, v), name) + count(profile_part(pe, v, profile), name);
}

/* The nth of that name, counted from 1 and down by those passed; NULL when there are fewer. */
static const struct pe_section *pick(struct part part, const char *name, size_t *nth)
{
	for (size_t i = 0; i < part.n; i++)
		if (has_name(&part.first[i], name) && --*nth == 0)
			return part.first + i;
	return NULL;
}

/* Until 257 only the beginnings of names are compared, and what stands last is taken. */
static const struct pe_section *last_beginning(struct part part, const char *name)
{
	const struct pe_section *found = NULL;

	for (size_t i = 0; i < part.n; i++)
		if (strncmp(part.first[i].Name, name, strlen(name)) == 0)
			found = part.first + i;
	return found && found->VirtualSize ? found : NULL;
}

static const struct pe_section *pick_in_both(struct part base, struct part profile,
					     const char *name, size_t nth)
{
	const struct pe_section *found;

	if (nth == 0)
		return NULL;
	found = pick(base, name, &nth);
	return found ? found : pick(profile, name, &nth);
}

static const struct pe_section *take(const struct pe *pe, const struct stub_version *v,
				     const struct uki_choice *choice, const char *name)
{
	struct part base = base_part(pe, v), profile = profile_part(pe, v, choice->profile);
	const struct pe_section *own;
	size_t first = 1;

	if (!stub_compares_whole_names(v))
		return last_beginning(base, name);
	if (strcmp(name, ".dtbauto") == 0)
		return pick_in_both(base, profile, name, choice->dtbauto);
	if (strcmp(name, ".efifw") == 0)
		return pick_in_both(base, profile, name, choice->efifw);
	own = pick(profile, name, &first);
	if (own)
		return own;
	first = 1;
	return pick(base, name, &first);
}

void uki_measured_sections(const struct pe *pe, const struct stub_version *v,
			   const struct uki_choice *choice, struct uki_measurement *ret)
{
	ret->n = 0;
	for (size_t i = 0; i < STUB_SECTIONS; i++) {
		const char *name = stub_sections[i].name;
		const struct pe_section *section =
			stub_measures(v, name) ? take(pe, v, choice, name) : NULL;

		if (section)
			ret->of[ret->n++] = (struct uki_measured){.name = name, .section = section};
	}
}

const struct pe_section *uki_measurement_find(const struct uki_measurement *m, const char *name)
{
	for (size_t i = 0; i < m->n; i++)
		if (strcmp(m->of[i].name, name) == 0)
			return m->of[i].section;
	return NULL;
}

int uki_section_digests(const struct source *s, const struct pe *pe,
			const struct pe_section *section, const struct digests *d,
			struct digest_value ret[DIGEST_KINDS], struct err *e)
{
	struct pe_section_source content;

	if (pe_section_memory_end(section) > pe->SizeOfImage)
		return err_set(e, ERR_INPUT,
			       "'%s': section %s ends at 0x%" PRIx64
			       ", outside of SizeOfImage 0x%" PRIx32 ": firmware does not start it",
			       s->name, section->Name, pe_section_memory_end(section),
			       pe->SizeOfImage);
	if (pe_section_source_init(&content, s, section, e) < 0 ||
	    digests_range(d, &content.source, 0, content.source.size, e) < 0 ||
	    digests_zeros(d, section->VirtualSize - content.source.size, e) < 0)
		return -1;
	return digests_finish(d, ret, e);
}

int uki_measure_section(struct pcr *pcr, struct digest *d, const char *name,
			const struct digest_value *content, struct err *e)
{
	pcr->what = name;
	if (pcr_measure(pcr, d, name, strlen(name) + 1, e) < 0)
		return -1;
	return pcr_extend(pcr, d, content, e);
}
