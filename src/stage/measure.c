#include "stage/measure.h"

#include "base/parse.h"
#include "format/authenticode.h"
#include "format/boot_pcr.h"
#include "format/linux_image.h"
#include "format/uki_view.h"
#include "host/file.h"
#include "host/hash.h"
#include "stage/secure_boot.h"

#include <stdlib.h>
#include <string.h>

enum {
	TEXT_MAX = 64 * 1024,
	VARIANTS_MAX = 1000, /* of what only a few machines tell apart */
	BEGINS_IMAGES_ITSELF = 258,
	PACKS_MORE_INITRDS = 254,
	/* Linux that measures what it is given (drivers/firmware/efi/libstub) */
	MEASURES_MAJOR = 6,
	MEASURES_MINOR = 1,
};

/* What is known of a section's bytes, so that each is read once. */
struct content {
	bool known;
	struct digest_value of[DIGEST_KINDS];
};

struct measuring {
	const struct source *uki;
	const struct measure_options *options;
	struct pe pe;
	struct hash hashes[DIGEST_KINDS];
	struct digests digests;
	struct content *contents; /* by index of the section */
	struct digest_value image[DIGEST_KINDS];
	const struct pe_section *kernel; /* that the next is of */
	struct digest_value kernel_image[DIGEST_KINDS];
	size_t n_banks;
	struct secure_boot_events secure_boot;
	struct measure_result result;
};

void measure_result_done(struct measure_result *r)
{
	free(r->variants);
	free(r->values);
	free(r->trails);
	strv_done(&r->phases);
	*r = (struct measure_result){.n_values = 0};
}

static void measuring_done(struct measuring *m)
{
	pe_done(&m->pe);
	for (size_t i = 0; i < DIGEST_KINDS; i++)
		hash_done(&m->hashes[i]);
	free(m->contents);
	secure_boot_events_done(&m->secure_boot);
	measure_result_done(&m->result);
}

int measure_add_bank(struct measure_options *o, const char *name, struct err *e)
{
	int kind = digest_kind_of(name);

	if (kind < 0)
		return err_set(e, ERR_USAGE, "a bank is sha1, sha256, sha384 or sha512, not '%s'",
			       name);
	o->banks[kind] = true;
	return 0;
}

static int begin_banks(struct measuring *m, struct err *e)
{
	const bool *wanted = m->options->banks;
	bool all = true;

	for (size_t i = 0; i < DIGEST_KINDS; i++)
		all = all && !wanted[i];
	for (size_t i = 0; i < DIGEST_KINDS; i++) {
		if (!all && !wanted[i])
			continue;
		if (hash_begin_kind(&m->hashes[i], (enum digest_kind)i, e) < 0)
			return -1;
		m->digests.of[i] = &m->hashes[i].digest;
		m->n_banks++;
	}
	return 0;
}

/* Without empty words: ":a" and "a" are the same. */
static int add_phase(struct strv *to, const char *path, struct err *e)
{
	AUTO_BUF text = BUF_INIT;

	while (*path) {
		size_t len = strcspn(path, ":");

		if (len && text.len && buf_put(&text, ":", 1, e) < 0)
			return -1;
		if (buf_put(&text, path, len, e) < 0)
			return -1;
		path += len + (path[len] == ':');
	}
	return strv_has(to, buf_str(&text)) ? 0 : strv_add(to, buf_str(&text), e);
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

int measure_phases(const struct strv *given, struct strv *ret, struct err *e)
{
	if (!given || given->n == 0)
		return strv_split(ret, MEASURE_DEFAULT_PHASES, e);
	for (size_t i = 0; i < given->n; i++)
		if (add_phase(ret, given->v[i], e) < 0)
			return -1;
	qsort(ret->v, ret->n, sizeof(char *), by_text);
	return 0;
}

int measure_words_split(const char *text, struct strv *to, struct err *e)
{
	static const char between[] = ", \t\n";
	size_t before = to->n;

	while (*text) {
		size_t len = strcspn(text, between);

		if (len && strv_addf(to, e, "%.*s", (int)len, text) < 0)
			return -1;
		text += len + (text[len] != '\0');
	}
	return to->n > before ? 0 : strv_add(to, "", e);
}

static int begin_stub(struct measuring *m, struct err *e)
{
	struct stub_version *v = &m->result.stub;
	const char *given = m->options->stub_version;

	if (given) {
		if (stub_version_parse(given, v) < 0)
			return err_set(e, ERR_USAGE, "'%s' is no version of systemd-stub", given);
		return 0;
	}
	if (stub_version_read(m->uki, &m->pe, v, e) < 0)
		return -1;
	if (v->major == 0)
		return err_set(e, ERR_INPUT,
			       "'%s' does not tell the version of its systemd-stub, which decides "
			       "what is measured: give it to measure with --stub-version",
			       m->uki->name);
	return 0;
}

static int read_text(struct measuring *m, const struct pe_section *section, struct buf *to,
		     struct err *e)
{
	struct pe_section_source content;
	size_t len;

	if (pe_section_source_init(&content, m->uki, section, e) < 0)
		return -1;
	if (content.source.size > TEXT_MAX)
		return err_set(e, ERR_LIMIT, "'%s': section %s has more than %d bytes",
			       m->uki->name, section->Name, TEXT_MAX);
	len = (size_t)content.source.size;
	if (buf_reserve(to, len, e) < 0 || source_read(&content.source, 0, to->data, len, e) < 0)
		return -1;
	to->len = len;
	to->data[len] = '\0';
	return 0;
}

static int read_id(struct measuring *m, size_t profile, char *ret, size_t size, struct err *e)
{
	const struct pe_section *section = uki_profile_section(&m->pe, profile);
	AUTO_BUF text = BUF_INIT;

	ret[0] = '\0';
	if (!m->result.has_profiles || !section)
		return 0;
	if (read_text(m, section, &text, e) < 0)
		return -1;
	uki_profile_id(buf_str(&text), ret, size);
	return 0;
}

static bool is_wanted(const struct measure_options *o, size_t profile, const char *id)
{
	struct err ignored;
	uint64_t number;

	if (!o->profile || strcmp(o->profile, id) == 0)
		return true;
	return parse_number(o->profile, 10, SIZE_MAX, "", &number, &ignored) == 0 &&
	       number == profile;
}

static int add_variants(struct measuring *m, size_t profile, struct err *e)
{
	struct measure_result *r = &m->result;
	size_t dtbs = uki_offered(&m->pe, &r->stub, profile, ".dtbauto");
	size_t firmwares = uki_offered(&m->pe, &r->stub, profile, ".efifw");
	struct measure_variant *grown;
	struct measure_variant v;

	if (read_id(m, profile, v.id, sizeof(v.id), e) < 0)
		return -1;
	if (!is_wanted(m->options, profile, v.id))
		return 0;
	r->has_dtbauto = r->has_dtbauto || dtbs;
	r->has_efifw = r->has_efifw || firmwares;
	if (dtbs > VARIANTS_MAX || firmwares > VARIANTS_MAX ||
	    r->n_variants + (dtbs + 1) * (firmwares + 1) > VARIANTS_MAX)
		return err_set(e, ERR_LIMIT,
			       "'%s' can boot in more than %d ways: name one --profile",
			       m->uki->name, VARIANTS_MAX);
	grown = realloc(r->variants,
			(r->n_variants + (dtbs + 1) * (firmwares + 1)) * sizeof(*grown));
	if (!grown)
		return err_memory(e);
	r->variants = grown;
	for (size_t dtb = 0; dtb <= dtbs; dtb++)
		for (size_t firmware = 0; firmware <= firmwares; firmware++) {
			v.choice = (struct uki_choice){
				.profile = profile, .dtbauto = dtb, .efifw = firmware};
			r->variants[r->n_variants++] = v;
		}
	return 0;
}

static int find_variants(struct measuring *m, struct err *e)
{
	struct measure_result *r = &m->result;
	size_t n = uki_profiles(&m->pe, &r->stub);

	r->has_profiles =
		stub_measures(&r->stub, ".profile") && pe_section_find(&m->pe, ".profile");
	if (m->options->profile && !r->has_profiles)
		return err_set(e, ERR_INPUT, "'%s' has no profiles", m->uki->name);
	for (size_t i = 0; i < n; i++)
		if (add_variants(m, i, e) < 0)
			return -1;
	if (r->n_variants == 0)
		return err_set(e, ERR_INPUT, "'%s' has no profile '%s'", m->uki->name,
			       m->options->profile);
	return 0;
}

static const struct digest_value *content_of(struct measuring *m, const struct pe_section *section,
					     struct err *e)
{
	struct content *c = &m->contents[section - m->pe.sections];

	if (!c->known && uki_section_digests(m->uki, &m->pe, section, &m->digests, c->of, e) < 0)
		return NULL;
	c->known = true;
	return c->of;
}

static void keep(struct measuring *m, size_t variant, const struct pcr *pcr, unsigned int number,
		 const char *phase)
{
	m->result.values[m->result.n_values++] = (struct measure_value){
		.variant = variant,
		.pcr = number,
		.phase = phase,
		.bank = pcr->bank,
		.value = pcr->value,
		.trail = pcr->trail,
	};
}

static void begin_pcr(struct measuring *m, struct pcr *pcr, size_t kind)
{
	pcr_init(pcr, (enum digest_kind)kind);
	if (m->result.trails && m->digests.of[kind])
		pcr->trail = &m->result.trails[m->result.n_trails++];
}

static int measure_4(struct measuring *m, size_t variant, const struct uki_measurement *sections,
		     struct err *e)
{
	/* Before 258 the stub has the firmware start the kernel, and that measures it. */
	const struct pe_section *kernel = NULL;

	/* With Secure Boot the stub vouches for it, and then nobody measures it. */
	if (m->result.stub.major < BEGINS_IMAGES_ITSELF && !m->secure_boot.authority.len)
		kernel = uki_measurement_find(sections, ".linux");
	if (kernel && kernel != m->kernel) {
		AUTO_PE pe = {.sections = NULL};
		struct pe_section_source content;

		if (pe_section_source_init(&content, m->uki, kernel, e) < 0 ||
		    pe_read(&content.source, &pe, e) < 0 ||
		    authenticode_digests(&content.source, &pe, &m->digests, m->kernel_image, e) < 0)
			return err_ctx(e, "section %s", kernel->Name);
		m->kernel = kernel;
	}
	for (size_t i = 0; i < DIGEST_KINDS; i++) {
		struct pcr pcr;

		if (!m->digests.of[i])
			continue;
		begin_pcr(m, &pcr, i);
		if (boot_pcr4(&pcr, m->digests.of[i], &m->image[i],
			      kernel ? &m->kernel_image[i] : NULL, e) < 0)
			return -1;
		keep(m, variant, &pcr, FIRMWARE_PCR, "");
	}
	return 0;
}

static int measure_7(struct measuring *m, size_t variant, struct err *e)
{
	for (size_t i = 0; i < DIGEST_KINDS; i++) {
		struct pcr pcr;

		if (!m->digests.of[i])
			continue;
		begin_pcr(m, &pcr, i);
		if (boot_pcr7(&pcr, m->digests.of[i], m->secure_boot.variables,
			      &m->secure_boot.authority, e) < 0)
			return -1;
		keep(m, variant, &pcr, SECURE_BOOT_PCR, "");
	}
	return 0;
}

/* The stub turns other characters into something else, each version in its own way. */
static bool is_handed_on_as_is(const struct buf *cmdline)
{
	for (size_t i = 0; i < cmdline->len; i++)
		if (cmdline->data[i] < 0x20 || cmdline->data[i] > 0x7e)
			return false;
	return cmdline->len && cmdline->data[0] != ' ' && cmdline->data[cmdline->len - 1] != ' ';
}

/* "6.12.1-mkos" is not before 6.1; nor is a kernel that does not tell. */
static bool is_before(const char *release, unsigned long major, unsigned long minor)
{
	char *end;
	unsigned long n = strtoul(release, &end, 10);

	if (end == release || *end != '.')
		return false;
	return n < major || (n == major && strtoul(end + 1, NULL, 10) < minor);
}

static int check_kernel(struct measuring *m, const struct pe_section *kernel, struct err *e)
{
	struct pe_section_source content;
	struct linux_image image;

	if (!kernel)
		return 0;
	if (pe_section_source_init(&content, m->uki, kernel, e) < 0 ||
	    linux_image_read(&content.source, &image, e) < 0)
		return err_ctx(e, "section %s", kernel->Name);
	if (is_before(image.release, MEASURES_MAJOR, MEASURES_MINOR))
		return err_set(e, ERR_INPUT,
			       "'%s': PCR 9 is not known before the boot: before 6.1 Linux (%s) "
			       "does not measure both command line and initrd",
			       m->uki->name, image.release);
	return 0;
}

static int check_9(struct measuring *m, const struct pe_section *cmdline, struct buf *text,
		   struct err *e)
{
	const char *name = m->uki->name;

	if (m->result.stub.major >= PACKS_MORE_INITRDS || pe_section_find(&m->pe, ".pcrsig") ||
	    pe_section_find(&m->pe, ".pcrpkey"))
		return err_set(e, ERR_INPUT,
			       "'%s': PCR 9 is not known before the boot: this systemd-stub (%s) "
			       "hands files of its own to the kernel as further initrds",
			       name, m->result.stub.text);
	if (!cmdline)
		return err_set(e, ERR_INPUT,
			       "'%s': PCR 9 is not known before the boot: there is no .cmdline, so "
			       "it depends on the firmware's boot entry",
			       name);
	if (read_text(m, cmdline, text, e) < 0)
		return -1;
	if (!is_handed_on_as_is(text))
		return err_set(e, ERR_INPUT,
			       "'%s': PCR 9 is not known before the boot: the stub changes a "
			       "command line that is not plain ASCII without blanks around it",
			       name);
	return 0;
}

static int measure_9(struct measuring *m, size_t variant, const struct uki_measurement *sections,
		     struct err *e)
{
	const struct pe_section *initrd = uki_measurement_find(sections, ".initrd");
	const struct digest_value *content = NULL;
	AUTO_BUF cmdline = BUF_INIT;

	if (check_9(m, uki_measurement_find(sections, ".cmdline"), &cmdline, e) < 0 ||
	    check_kernel(m, uki_measurement_find(sections, ".linux"), e) < 0)
		return -1;
	if (initrd) {
		content = content_of(m, initrd, e);
		if (!content)
			return -1;
	}
	for (size_t i = 0; i < DIGEST_KINDS; i++) {
		struct pcr pcr;

		if (!m->digests.of[i])
			continue;
		begin_pcr(m, &pcr, i);
		if (boot_pcr9(&pcr, m->digests.of[i], cmdline.data, cmdline.len,
			      content ? &content[i] : NULL, e) < 0)
			return -1;
		keep(m, variant, &pcr, KERNEL_PCR, "");
	}
	return 0;
}

static int measure_sections(struct measuring *m, const struct uki_measurement *sections,
			    struct pcr pcrs[DIGEST_KINDS], struct err *e)
{
	for (size_t i = 0; i < DIGEST_KINDS; i++)
		begin_pcr(m, &pcrs[i], i);
	for (size_t i = 0; i < sections->n; i++) {
		const struct digest_value *content = content_of(m, sections->of[i].section, e);

		if (!content)
			return -1;
		for (size_t k = 0; k < DIGEST_KINDS; k++)
			if (m->digests.of[k] &&
			    uki_measure_section(&pcrs[k], m->digests.of[k], sections->of[i].name,
						&content[k], e) < 0)
				return -1;
	}
	return 0;
}

static int measure_11(struct measuring *m, size_t variant, const struct uki_measurement *sections,
		      struct err *e)
{
	struct pcr pcrs[DIGEST_KINDS];

	if (measure_sections(m, sections, pcrs, e) < 0)
		return -1;
	for (size_t i = 0; i < m->result.phases.n; i++)
		for (size_t k = 0; k < DIGEST_KINDS; k++) {
			struct pcr pcr = pcrs[k];

			if (!m->digests.of[k])
				continue;
			if (pcr_measure_phases(&pcr, m->digests.of[k], m->result.phases.v[i], e) <
			    0)
				return -1;
			keep(m, variant, &pcr, UKI_PCR, m->result.phases.v[i]);
		}
	return 0;
}

static int measure_all(struct measuring *m, struct err *e)
{
	const struct measure_options *o = m->options;
	struct measure_result *r = &m->result;

	m->contents = calloc(m->pe.n_sections + 1, sizeof(*m->contents));
	r->values =
		calloc(r->n_variants * m->n_banks, (m->result.phases.n + 3) * sizeof(*r->values));
	if (o->trails)
		/* One for each bank of each register, of which there are four. */
		r->trails = calloc(r->n_variants * m->n_banks, 4 * sizeof(*r->trails));
	if (!m->contents || !r->values || (o->trails && !r->trails))
		return err_memory(e);
	if (o->pcr_4 && authenticode_digests(m->uki, &m->pe, &m->digests, m->image, e) < 0)
		return -1;
	if (secure_boot_is_known(&o->firmware) && (o->pcr_4 || o->pcr_7) &&
	    secure_boot_events(&o->firmware, m->uki, &m->secure_boot, e) < 0)
		return -1;
	for (size_t i = 0; i < r->n_variants; i++) {
		struct uki_measurement sections;

		uki_measured_sections(&m->pe, &r->stub, &r->variants[i].choice, &sections);
		if (o->pcr_4 && measure_4(m, i, &sections, e) < 0)
			return -1;
		if (o->pcr_7 && measure_7(m, i, e) < 0)
			return -1;
		if (o->pcr_9 && measure_9(m, i, &sections, e) < 0)
			return -1;
		if (o->pcr_11 && measure_11(m, i, &sections, e) < 0)
			return -1;
	}
	return 0;
}

/* Firmware does not start what is cut, if only in the padding. */
static int check_whole(const struct measuring *m, struct err *e)
{
	for (size_t i = 0; i < m->pe.n_sections; i++) {
		const struct pe_section *section = &m->pe.sections[i];

		if (section->SizeOfRawData && pe_section_file_end(section) > m->uki->size)
			return err_set(e, ERR_INPUT,
				       "'%s' is cut short: section %s ends at %llu, the file at "
				       "%llu",
				       m->uki->name, section->Name,
				       (unsigned long long)pe_section_file_end(section),
				       (unsigned long long)m->uki->size);
	}
	return 0;
}

int stage_measure(const struct source *uki, const struct measure_options *options,
		  struct measure_result *ret, struct err *e)
{
	AUTO(measuring_done) struct measuring m = {.uki = uki, .options = options};

	if (pe_read(uki, &m.pe, e) < 0 || check_whole(&m, e) < 0 || begin_stub(&m, e) < 0)
		return -1;
	if (!pe_section_find(&m.pe, ".linux"))
		return err_set(e, ERR_INPUT, "'%s' has no section .linux: it is no UKI", uki->name);
	if (options->before_phases && !(options->phases && options->phases->n) &&
	    strv_add(&m.result.phases, "", e) < 0)
		return -1;
	if (measure_phases(options->phases, &m.result.phases, e) < 0 || begin_banks(&m, e) < 0 ||
	    find_variants(&m, e) < 0 || measure_all(&m, e) < 0)
		return -1;
	*ret = m.result;
	m.result = (struct measure_result){.n_values = 0};
	return 0;
}

int stage_measure_file(const char *path, const struct measure_options *options,
		       struct measure_result *ret, struct err *e)
{
	AUTO_FILE_SOURCE f = FILE_SOURCE_INIT;
	AUTO_MEASURE_RESULT result = {.n_values = 0};

	if (file_source_open(&f, path, e) < 0 ||
	    stage_measure(&f.source, options, &result, e) < 0 || file_source_unchanged(&f, e) < 0)
		return -1;
	*ret = result;
	result = (struct measure_result){.n_values = 0};
	return 0;
}
