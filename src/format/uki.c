#include "format/uki.h"

#include "format/sbat.h"

#include <stdlib.h>
#include <string.h>

enum { SBAT_MAX = 64 * 1024 };

/* ukify's order. Names not listed stand in front of .sbat in the order they were given. */
static const char *const order[] = {
	".osrel",  ".cmdline", ".dtb",	 ".dtbauto", ".hwids", ".uname",
	".splash", ".pcrpkey", ".linux", ".initrd",  ".efifw", ".ucode",
};

enum { RANK_OTHER = ARRAY_LEN(order) + 1, RANK_LAST_KERNEL, RANK_SBAT, RANK_PCRSIG, RANK_PROFILE };

static unsigned int rank(const struct uki_plan *plan, const struct uki_input *in, const char *name)
{
	/* Before 257 the stub may start an old kernel where it lies in memory, and the
	 * kernel then unpacks itself over what follows. */
	bool kernel_anywhere = plan->stub.major >= 257;

	if (strcmp(name, ".sbat") == 0)
		return RANK_SBAT;
	if (strcmp(name, ".pcrsig") == 0 && kernel_anywhere)
		return RANK_PCRSIG;
	if (strcmp(name, ".profile") == 0)
		return in->kind == UKI_PROFILE ? 0 : RANK_PROFILE;
	if (strcmp(name, ".linux") == 0 && !kernel_anywhere)
		return RANK_LAST_KERNEL;
	for (unsigned int i = 0; i < ARRAY_LEN(order); i++)
		if (strcmp(name, order[i]) == 0)
			return i + 1;
	return RANK_OTHER;
}

/* Stable, and for a handful of parts. */
static void sort_parts(const struct uki_plan *plan, const struct uki_input *in,
		       struct uki_part *parts, size_t n)
{
	for (size_t i = 1; i < n; i++) {
		struct uki_part part = parts[i];
		size_t k = i;

		for (; k > 0 && rank(plan, in, parts[k - 1].name) > rank(plan, in, part.name); k--)
			parts[k] = parts[k - 1];
		parts[k] = part;
	}
}

static int check_name(const char *name, struct err *e)
{
	size_t len = strlen(name);
	bool fine = len > 0 && len <= 8;

	for (size_t i = 0; i < len; i++)
		fine = fine && name[i] > 0x20 && name[i] < 0x7f;
	if (!fine)
		return err_set(e, ERR_INPUT,
			       "section name '%s' is not 1 to 8 printable ASCII characters", name);
	if (strcmp(name, ".sbat") == 0)
		return err_set(e, ERR_INPUT, "section .sbat is made from SBAT texts, not given");
	return 0;
}

/* Is the name of parts[i] taken by another before it? Each .profile begins anew. */
static bool is_twice(const struct uki_part *parts, size_t i)
{
	if (stub_section_may_repeat(parts[i].name))
		return false;
	for (size_t k = i; k > 0; k--) {
		if (strcmp(parts[k - 1].name, parts[i].name) == 0)
			return true;
		if (strcmp(parts[k - 1].name, ".profile") == 0)
			return false;
	}
	return false;
}

static int check_part(struct uki_plan *plan, const struct uki_input *in, const struct pe *stub,
		      const struct uki_part *part, struct err *e)
{
	const char *name = part->name, *known;
	unsigned int since;

	if (check_name(name, e) < 0)
		return -1;
	if (part->n_pieces == 0)
		return err_set(e, ERR_INPUT, "section %s has no content", name);
	if (pe_section_find(stub, name))
		return err_set(e, ERR_INPUT,
			       "stub '%s' has a section %s of its own: is it a UKI already?",
			       in->stub->name, name);
	known = stub_mistakes(&plan->stub, name);
	if (known)
		return err_set(e, ERR_INPUT,
			       "section %s: systemd-stub %s takes it for %s, 257 or newer does not",
			       name, plan->stub.text, known);
	since = stub_ignores(&plan->stub, name);
	if (since && strcmp(name, ".profile") == 0)
		return err_set(e, ERR_INPUT,
			       "profiles need systemd-stub %u or newer: %s boots the last one's "
			       "command line",
			       since, plan->stub.text);
	return 0;
}

static int check_base(struct uki_plan *plan, const struct uki_input *in, const struct pe *stub,
		      struct err *e)
{
	for (size_t i = 0; i < in->n_parts; i++) {
		for (size_t k = 0; k < i; k++)
			if (strcmp(in->parts[k].name, in->parts[i].name) == 0 &&
			    !stub_section_may_repeat(in->parts[i].name))
				return err_set(e, ERR_INPUT, "section %s is given twice",
					       in->parts[i].name);
		if (check_part(plan, in, stub, &in->parts[i], e) < 0)
			return -1;
	}
	return 0;
}

static int check_profiles(struct uki_plan *plan, const struct uki_input *in, const struct pe *stub,
			  struct err *e)
{
	size_t n = 0;

	if (in->n_profiles && strcmp(in->profiles[0].name, ".profile") != 0)
		return err_set(e, ERR_INPUT, "a profile begins with .profile, not with %s",
			       in->profiles[0].name);
	for (size_t i = 0; i < in->n_profiles; i++) {
		n += strcmp(in->profiles[i].name, ".profile") == 0;
		if (strcmp(in->profiles[i].name, ".profile") != 0 && is_twice(in->profiles, i))
			return err_set(e, ERR_INPUT, "profile %zu has section %s twice", n - 1,
				       in->profiles[i].name);
		if (check_part(plan, in, stub, &in->profiles[i], e) < 0)
			return -1;
	}
	if (n > STUB_PROFILES_MAX)
		return err_set(e, ERR_LIMIT, "%zu profiles: a stub looks at %d", n,
			       STUB_PROFILES_MAX);
	return 0;
}

static const struct uki_part *find_part(const struct uki_input *in, const char *name)
{
	for (size_t i = 0; i < in->n_parts; i++)
		if (strcmp(in->parts[i].name, name) == 0)
			return &in->parts[i];
	return NULL;
}

static int check_machines(const struct linux_image *kernel, const char *kernel_name,
			  const struct uki_input *in, const struct pe *stub, struct err *e)
{
	const char *is = pe_machine_name(kernel->Machine), *wants;

	if (linux_image_fits(kernel, stub->Machine))
		return 0;
	wants = pe_machine_name(stub->Machine);
	return err_set(e, ERR_INPUT, "kernel '%s' is for %s, but stub '%s' for %s", kernel_name,
		       is ? is : "an unknown machine", in->stub->name,
		       wants ? wants : "an unknown machine");
}

static int check_kernel(struct uki_plan *plan, const struct uki_input *in, struct pe *stub,
			const struct source *s, struct err *e)
{
	struct linux_image kernel;

	if (linux_image_read(s, &kernel, e) < 0)
		return -1;
	if (!kernel.has_efi_stub)
		return err_set(e, ERR_INPUT,
			       "kernel '%s' has no EFI stub: build it with CONFIG_EFI_STUB=y",
			       s->name);
	if (plan->stub.is_addon)
		return err_set(e, ERR_INPUT, "stub '%s' is that of an addon: it starts no kernel",
			       in->stub->name);
	if (check_machines(&kernel, s->name, in, stub, e) < 0)
		return -1;
	if (!plan->kernel.has_efi_stub)
		plan->kernel = kernel;
	/* Else firmware that enforces it would stop the kernel inside, which is not fit for it. */
	if (!kernel.nx_compat)
		stub->DllCharacteristics &= (uint16_t)~PE_NX_COMPAT;
	return 0;
}

/* That of the base and those of profiles. */
static int check_kernels(struct uki_plan *plan, const struct uki_input *in, struct pe *stub,
			 struct err *e)
{
	const struct uki_part *part = find_part(in, ".linux");

	if (in->kind == UKI_IMAGE && (!part || part->n_pieces != 1))
		return err_set(e, ERR_INPUT, "a UKI needs one kernel");
	if (part && check_kernel(plan, in, stub, part->pieces[0], e) < 0)
		return -1;
	for (size_t i = 0; i < in->n_profiles; i++)
		if (strcmp(in->profiles[i].name, ".linux") == 0 &&
		    check_kernel(plan, in, stub, in->profiles[i].pieces[0], e) < 0)
			return -1;
	return 0;
}

static int check_count(const struct uki_plan *plan, struct err *e)
{
	size_t n = plan->layout.pe.n_sections;
	size_t max = stub_max_sections(&plan->stub);

	if (n > max)
		return err_set(e, ERR_LIMIT,
			       "%zu sections: until 257.13 systemd-stub refuses more than %zu", n,
			       max);
	return 0;
}

/* The .sbat of a program, when it has one. */
static int merge_program(struct uki_plan *plan, const struct source *s, const struct pe *pe,
			 struct err *e)
{
	const struct pe_section *section = pe_section_find(pe, ".sbat");
	struct pe_section_source content;
	AUTO_BUF text = BUF_INIT;
	size_t len;

	if (!section)
		return 0;
	if (pe_section_source_init(&content, s, section, e) < 0)
		return -1;
	if (content.source.size > SBAT_MAX)
		return err_set(e, ERR_LIMIT, "'%s': its .sbat has more than %d bytes", s->name,
			       SBAT_MAX);
	len = (size_t)content.source.size;
	if (buf_reserve(&text, len, e) < 0 ||
	    source_read(&content.source, 0, text.data, len, e) < 0)
		return -1;
	if (!sbat_is_valid(text.data, len))
		return strv_addf(&plan->warnings, e, "'%s': its .sbat is none and is left out",
				 s->name);
	return sbat_merge(&plan->sbat, text.data, len, e);
}

/* An addon is of no stub: the one in front only keeps its sections. */
static int merge_programs(struct uki_plan *plan, const struct uki_input *in, const struct pe *stub,
			  struct err *e)
{
	const struct source *kernel;
	AUTO_PE pe = {.sections = NULL};

	if (in->kind == UKI_ADDON)
		return 0;
	kernel = find_part(in, ".linux")->pieces[0];
	if (merge_program(plan, in->stub, stub, e) < 0 || pe_read(kernel, &pe, e) < 0)
		return -1;
	return merge_program(plan, kernel, &pe, e);
}

static int make_sbat(struct uki_plan *plan, const struct uki_input *in, const struct pe *stub,
		     struct err *e)
{
	const char *usual = in->kind == UKI_ADDON ? SBAT_ADDON : SBAT_UKI;

	if (in->kind == UKI_PROFILE)
		return 0;
	if (merge_programs(plan, in, stub, e) < 0)
		return -1;
	for (size_t i = 0; in->sbat && i < in->sbat->n; i++) {
		const char *text = in->sbat->v[i];

		if (!sbat_is_valid(text, strlen(text)))
			return err_set(e, ERR_INPUT,
				       "SBAT text %zu does not begin with a line 'sbat,1,...'",
				       i + 1);
		if (sbat_merge(&plan->sbat, text, strlen(text), e) < 0)
			return -1;
	}
	if ((!in->sbat || in->sbat->n == 0) && sbat_merge(&plan->sbat, usual, strlen(usual), e) < 0)
		return -1;
	memory_source_init(&plan->sbat_source, plan->sbat.data, plan->sbat.len, ".sbat");
	plan->sbat_piece = &plan->sbat_source.source;
	return 0;
}

static int lay_out(struct uki_plan *plan, const struct uki_input *in, const struct pe *stub,
		   struct err *e)
{
	size_t n = in->n_parts;
	AUTO_FREE struct uki_part *parts = calloc(n + in->n_profiles + 1, sizeof(*parts));
	struct uki_layout_input layout = {
		.stub = in->stub,
		.pe = stub,
		/* Its place is too small for the merged text: in some stubs another
		 * section stands right behind it. It gets a new one. */
		.leave_out = ".sbat",
		.parts = parts,
	};

	if (!parts)
		return err_memory(e);
	memcpy(parts, in->parts, n * sizeof(*parts));
	if (plan->sbat_piece)
		parts[n++] = (struct uki_part){
			.name = ".sbat", .pieces = &plan->sbat_piece, .n_pieces = 1};
	sort_parts(plan, in, parts, n);
	if (in->n_profiles)
		memcpy(parts + n, in->profiles, in->n_profiles * sizeof(*parts));
	layout.n_parts = n + in->n_profiles;
	return uki_layout_make(&layout, &plan->layout, e);
}

static int fill_plan(struct uki_plan *plan, const struct uki_input *in, struct err *e)
{
	AUTO_PE stub = {.sections = NULL};

	if (pe_read(in->stub, &stub, e) < 0)
		return err_ctx(e, "stub");
	if (stub_version_read(in->stub, &stub, &plan->stub, e) < 0)
		return err_ctx(e, "stub");
	if (check_base(plan, in, &stub, e) < 0 || check_profiles(plan, in, &stub, e) < 0 ||
	    check_kernels(plan, in, &stub, e) < 0 || make_sbat(plan, in, &stub, e) < 0 ||
	    lay_out(plan, in, &stub, e) < 0)
		return -1;
	return check_count(plan, e);
}

int uki_plan_new(const struct uki_input *in, struct uki_plan **ret, struct err *e)
{
	struct uki_plan *plan = calloc(1, sizeof(*plan));

	if (!plan)
		return err_memory(e);
	if (fill_plan(plan, in, e) < 0) {
		uki_plan_free(plan);
		return -1;
	}
	*ret = plan;
	return 0;
}

void uki_plan_free(struct uki_plan *plan)
{
	if (!plan)
		return;
	uki_layout_done(&plan->layout);
	strv_done(&plan->warnings);
	buf_done(&plan->sbat);
	free(plan);
}

int uki_write(const struct uki_plan *plan, struct sink *to, struct err *e)
{
	const struct uki_layout *layout = &plan->layout;

	if (sink_put(to, layout->headers.data, layout->headers.len, e) < 0)
		return -1;
	for (size_t i = 0; i < layout->n_runs; i++) {
		const struct uki_run *run = &layout->runs[i];

		if (sink_range(to, run->source, run->offset, run->len, e) < 0 ||
		    sink_zeros(to, run->zeros, e) < 0)
			return -1;
	}
	return 0;
}
