#include "stage/uki.h"

#include "base/doubt.h"
#include "format/uki.h"
#include "format/uki_lint.h"
#include "host/output.h"
#include "stage/sign.h"
#include "stage/uki_gather.h"
#include "stage/uki_pcrsig.h"
#include "stage/uki_pideisn.h"
#include "stage/uki_sign.h"
#include "stage/uki_update.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* All that is open while a UKI is made; what points into it ends with it. */
struct uki_assembly {
	const struct uki_options *options;
	struct pcr_signers signers;
	struct pcr_policies policies;
	struct uki_gathered gathered;
	struct uki_plan *plan;
};

void uki_assembly_free(struct uki_assembly *a)
{
	if (!a)
		return;
	uki_plan_free(a->plan);
	uki_gathered_done(&a->gathered);
	pcr_policies_done(&a->policies);
	pcr_signers_done(&a->signers);
	free(a);
}

void uki_summary_done(struct uki_summary *summary)
{
	free(summary->sections);
	free(summary->signer);
	summary->signer = NULL;
	measure_result_done(&summary->measured);
	pcr_policies_done(&summary->policies);
	summary->sections = NULL;
	summary->n_sections = 0;
}

/* What inspect --lint would say of the result; a stub with a fault of its own shows only here. */
static int check_plan(const struct uki_assembly *a, struct err *e)
{
	AUTO_UKI_FINDINGS found = UKI_FINDINGS_INIT;
	struct uki_layout_source planned;

	for (size_t i = 0; i < a->plan->warnings.n; i++)
		if (doubt(a->options->strict, e, "%s", a->plan->warnings.v[i]) < 0)
			return -1;
	uki_layout_source_init(&planned, &a->plan->layout, "the UKI");
	if (uki_lint(&planned.source, &found, e) < 0)
		return -1;
	if (found.errors.n)
		return err_set(e, ERR_INPUT, "the UKI would be faulty: %s: %s",
			       found.errors.v[0].text, found.errors.v[0].rule->cure);
	for (size_t i = 0; i < found.warnings.n; i++)
		if (doubt(a->options->strict, e, "%s: %s", found.warnings.v[i].text,
			  found.warnings.v[i].rule->cure) < 0)
			return -1;
	return 0;
}

static int lay_out(struct uki_assembly *a, struct err *e)
{
	const struct uki_gathered *g = &a->gathered;
	const struct uki_input input = {
		.stub = g->stub,
		.kind = g->kind,
		.parts = g->base.v,
		.n_parts = g->base.n,
		.profiles = g->profiles.v,
		.n_profiles = g->profiles.n,
		.sbat = &g->sbat,
	};

	uki_plan_free(a->plan);
	a->plan = NULL;
	return uki_plan_new(&input, &a->plan, e);
}

/* Of a signature that is wrong a TPM would say so, and late: when the secret is needed. */
static int check_pcrsig(const struct uki_assembly *a, struct err *e)
{
	struct uki_layout_source planned;

	uki_layout_source_init(&planned, &a->plan->layout, a->gathered.stub->name);
	return pcr_check_strictly(&planned.source, &a->options->pcrsig_check, e);
}

/* What is signed is the plan's measurement, .sbat and all; a .pcrsig does not change it. */
static int make_plan(struct uki_assembly *a, struct err *e)
{
	bool is_signed = pcr_signing_wanted(&a->options->pcr);

	if (is_signed && pcr_signers_load(&a->options->pcr, &a->signers, e) < 0)
		return -1;
	if (uki_gather(a->options, pcr_signers_public_key(&a->signers), &a->gathered, e) < 0 ||
	    uki_check_pideisn(a->options, &a->gathered, e) < 0 || lay_out(a, e) < 0)
		return -1;
	if (is_signed &&
	    (uki_pcrsig_sign(&a->signers, a->plan, &a->gathered, &a->policies, e) < 0 ||
	     lay_out(a, e) < 0))
		return -1;
	if (a->options->pcrsig && check_pcrsig(a, e) < 0)
		return -1;
	return check_plan(a, e);
}

int uki_assemble(const struct uki_options *options, struct uki_assembly **ret, struct err *e)
{
	AUTO_UKI_ASSEMBLY a = calloc(1, sizeof(*a));

	if (!a)
		return err_memory(e);
	a->options = options;
	if (make_plan(a, e) < 0)
		return -1;
	*ret = TAKE(a);
	return 0;
}

const struct uki_plan *uki_assembly_plan(const struct uki_assembly *a)
{
	return a->plan;
}

const struct pcr_policies *uki_assembly_policies(const struct uki_assembly *a)
{
	return &a->policies;
}

static int check_unchanged(const struct uki_assembly *a, struct err *e)
{
	if (uki_update_unchanged(a->gathered.update, e) < 0 ||
	    uki_parts_unchanged(&a->gathered.base, e) < 0)
		return -1;
	return uki_parts_unchanged(&a->gathered.profiles, e);
}

int uki_assembly_write(const struct uki_assembly *a, const struct signer *signer,
		       uint64_t *ret_size, struct err *e)
{
	struct sign_summary summary;
	AUTO_OUTPUT o = OUTPUT_INIT;

	if (uki_parts_apart(&a->gathered.base, a->options->output, e) < 0 ||
	    uki_parts_apart(&a->gathered.profiles, a->options->output, e) < 0 ||
	    output_begin(&o, a->options->output, a->options->sync, e) < 0 ||
	    uki_write(a->plan, &o.sink, e) < 0 || check_unchanged(a, e) < 0)
		return -1;
	if (signer && sign_output(&o, signer, &summary, e) < 0)
		return -1;
	*ret_size = o.sink.pos;
	return output_commit(&o, e);
}

int uki_assembly_measure(const struct uki_assembly *a, const struct measure_options *options,
			 struct measure_result *ret, struct err *e)
{
	AUTO_MEASURE_RESULT result = {.n_values = 0};
	struct uki_layout_source uki;

	uki_layout_source_init(&uki, &a->plan->layout, a->gathered.stub->name);
	if (stage_measure(&uki.source, options, &result, e) < 0 || check_unchanged(a, e) < 0)
		return -1;
	*ret = result;
	result = (struct measure_result){.n_values = 0};
	return 0;
}

static int summarize(const struct uki_assembly *a, struct uki_summary *ret, struct err *e)
{
	const struct uki_layout *layout = &a->plan->layout;
	size_t n = layout->pe.n_sections - layout->n_stub_sections;
	struct pe_section *sections = calloc(n, sizeof(*sections));

	if (!sections)
		return err_memory(e);
	memcpy(sections, layout->pe.sections + layout->n_stub_sections, n * sizeof(*sections));
	*ret = (struct uki_summary){
		.size = layout->file_size,
		.sections = sections,
		.n_sections = n,
		.kernel = a->gathered.kernel,
		.stub = a->plan->stub,
	};
	return 0;
}

/* TEXT or @PATH */
static int text_apart(const char *value, const char *output, struct err *e)
{
	return value && value[0] == '@' ? file_apart(value + 1, output, e) : 0;
}

static int list_apart(const struct strv *files, const char *output, struct err *e)
{
	for (size_t i = 0; files && i < files->n; i++)
		if (file_apart(files->v[i], output, e) < 0)
			return -1;
	return 0;
}

/* What is not open until the end: texts, keys, and a kernel of which a copy is taken. */
static int check_inputs(const struct uki_options *o, struct err *e)
{
	const char *out = o->output;

	if (text_apart(o->cmdline, out, e) < 0 || text_apart(o->os_release, out, e) < 0 ||
	    text_apart(o->profile, out, e) < 0 || text_apart(o->pcrsig, out, e) < 0)
		return -1;
	for (size_t i = 0; o->sbat && i < o->sbat->n; i++)
		if (text_apart(o->sbat->v[i], out, e) < 0)
			return -1;
	if ((o->kernel && file_apart(o->kernel, out, e) < 0) ||
	    (o->pcrpkey && file_apart(o->pcrpkey, out, e) < 0) ||
	    (o->signer.key && file_apart(o->signer.key, out, e) < 0) ||
	    list_apart(o->signer.certificates, out, e) < 0)
		return -1;
	if (list_apart(o->pcr.private_keys, out, e) < 0 ||
	    list_apart(o->pcr.public_keys, out, e) < 0)
		return -1;
	return list_apart(o->pcr.certificates, out, e);
}

int stage_uki(const struct uki_options *options, struct uki_summary *ret, struct err *e)
{
	AUTO_UKI_SIGNING signing = {.folder = TEMP_FOLDER_INIT};
	AUTO_UKI_ASSEMBLY a = NULL;
	AUTO_UKI_SUMMARY summary = {.size = 0};
	struct uki_options o = *options;

	if (check_inputs(options, e) < 0 || uki_signing_begin(options, &signing, e) < 0)
		return -1;
	if (signing.kernel)
		o.kernel = signing.kernel;
	if (uki_assemble(&o, &a, e) < 0 || summarize(a, &summary, e) < 0)
		return -1;
	/* First: what is hashed then is in memory when it is copied, and a failure leaves no file. */
	if (options->measure && uki_assembly_measure(a, options->measure, &summary.measured, e) < 0)
		return -1;
	if (uki_assembly_write(a, signing.wanted ? &signing.signer : NULL, &summary.size, e) < 0)
		return -1;
	if (signing.wanted) {
		summary.signer = strdup(signing.signer.certificates.v[0].facts.subject);
		if (!summary.signer)
			return err_memory(e);
	}
	summary.policies = a->policies;
	a->policies = (struct pcr_policies)PCR_POLICIES_INIT;
	*ret = summary;
	summary = (struct uki_summary){.size = 0};
	return 0;
}
