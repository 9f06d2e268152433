#include "stage/uki_pcrsig.h"

#include "stage/uki_value.h"

#include <string.h>

enum { PCRSIG_MAX = 1024 * 1024 };

static int put_section(struct uki_parts *to, const struct pcr_policies *p, struct err *e)
{
	AUTO_BUF text = BUF_INIT;

	if (pcr_policies_write(p, &text, e) < 0 || uki_parts_begin(to, ".pcrsig", e) < 0)
		return -1;
	return uki_parts_text(to, &text, e);
}

/* The place behind that profile, counted from 0, where the last section is not in its place yet. */
static size_t profile_end(const struct uki_parts *profiles, size_t profile)
{
	size_t n = 0, i;

	for (i = 0; i + 1 < profiles->n; i++)
		if (strcmp(profiles->v[i].name, ".profile") == 0 && n++ == profile + 1)
			break;
	return i;
}

static int add_all(struct pcr_policies *to, const struct pcr_policies *from, struct err *e)
{
	for (size_t i = 0; i < from->n; i++)
		if (pcr_policies_add(to, &from->v[i], e) < 0)
			return -1;
	return 0;
}

static int sign_profile(const struct pcr_signers *signers, const struct measure_result *measured,
			size_t profile, struct uki_gathered *g, struct pcr_policies *all,
			struct err *e)
{
	AUTO_PCR_POLICIES own = PCR_POLICIES_INIT;
	struct uki_parts *to = measured->has_profiles ? &g->profiles : &g->base;

	if (pcr_signers_sign(signers, measured, &profile, &own, e) < 0)
		return -1;
	if (own.n == 0)
		return 0;
	if (put_section(to, &own, e) < 0)
		return -1;
	if (measured->has_profiles)
		uki_parts_move_last(to, profile_end(to, profile));
	return add_all(all, &own, e);
}

int uki_pcrsig_sign(const struct pcr_signers *signers, const struct uki_plan *plan,
		    struct uki_gathered *g, struct pcr_policies *all, struct err *e)
{
	const struct measure_options m = pcr_signers_measure(signers);
	AUTO_MEASURE_RESULT measured = {.n_values = 0};
	struct uki_layout_source uki;

	if (g->kind != UKI_IMAGE)
		return err_set(e, ERR_USAGE,
			       "PCR keys sign a whole UKI: give them where there is a kernel, and "
			       "profiles are joined to it");
	uki_layout_source_init(&uki, &plan->layout, g->stub->name);
	if (stage_measure(&uki.source, &m, &measured, e) < 0)
		return -1;
	for (size_t i = 0; i < measured.n_variants; i++) {
		size_t profile = measured.variants[i].choice.profile;

		if (i && measured.variants[i - 1].choice.profile == profile)
			continue;
		if (sign_profile(signers, &measured, profile, g, all, e) < 0)
			return -1;
	}
	return 0;
}

int uki_pcrsig_read(const struct uki_options *options, struct uki_gathered *g, struct err *e)
{
	const char *value = options->pcrsig;
	AUTO_BUF text = BUF_INIT;

	if (!value)
		return 0;
	if (uki_value_read(value, "PCR signatures", &text, e) < 0)
		return -1;
	return pcr_policies_parse(buf_str(&text), text.len,
				  value[0] == '@' ? value + 1 : "--pcrsig", &g->given, e);
}

int uki_pcrsig_put(struct uki_gathered *g, struct err *e)
{
	if (g->kind != UKI_IMAGE || g->profiles.n)
		return err_set(e, ERR_USAGE,
			       "--pcrsig is for a UKI without profiles, or with --join-pcrsig for "
			       "one that was made with --policy-digest: else it is not known which "
			       "profile a signature is of");
	return put_section(&g->base, &g->given, e);
}

static int read_section(const struct source *file, const struct pe_section *section,
			struct pcr_policies *ret, struct err *e)
{
	struct pe_section_source content;
	AUTO_BUF text = BUF_INIT;
	size_t len;

	if (pe_section_source_init(&content, file, section, e) < 0)
		return -1;
	if (content.source.size > PCRSIG_MAX)
		return err_set(e, ERR_LIMIT, "'%s': its .pcrsig has more than %d bytes", file->name,
			       PCRSIG_MAX);
	len = (size_t)content.source.size;
	if (buf_reserve(&text, len, e) < 0 ||
	    source_read(&content.source, 0, text.data, len, e) < 0)
		return -1;
	return pcr_policies_parse(text.data, len, file->name, ret, e);
}

int uki_pcrsig_fill(struct uki_gathered *g, struct uki_parts *to, const struct source *file,
		    const struct pe_section *old, struct err *e)
{
	AUTO_PCR_POLICIES policies = PCR_POLICIES_INIT;
	AUTO_PCR_POLICIES filled = PCR_POLICIES_INIT;

	if (read_section(file, old, &policies, e) < 0)
		return -1;
	for (size_t i = 0; i < policies.n; i++) {
		const struct pcr_policy *p = &policies.v[i];
		const struct pcr_policy *signed_one = pcr_policies_find(&g->given, p);

		if (!signed_one)
			signed_one = p;
		if (!signed_one->sig)
			return err_set(e, ERR_INPUT,
				       "there is no signature for policy %s (%s) of '%s'", p->pol,
				       digest_name(p->bank), file->name);
		if (pcr_policies_add(&filled, signed_one, e) < 0)
			return -1;
	}
	if (put_section(to, &filled, e) < 0)
		return -1;
	return add_all(&g->filled, &filled, e);
}

int uki_pcrsig_filled(struct uki_gathered *g, struct err *e)
{
	if (g->filled.n == 0)
		return uki_pcrsig_put(g, e);
	for (size_t i = 0; i < g->given.n; i++)
		if (!pcr_policies_find(&g->filled, &g->given.v[i]))
			return err_set(e, ERR_INPUT,
				       "the signature of policy %s (%s) is of no policy in '%s'",
				       g->given.v[i].pol, digest_name(g->given.v[i].bank),
				       g->stub->name);
	return 0;
}
