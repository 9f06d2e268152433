#include "format/linux_image.h"
#include "stage/inspect_sections.h"
#include "stage/verify.h"

#include <stdio.h>
#include <string.h>

enum { TEXT_MAX = 4096 };

struct facts {
	struct uki_view view;
	const char *arch;
	char kernel[129];     /* "": unknown */
	struct strv profiles; /* their IDs, "" for one without */
	struct verify_report signatures;
	char fault[256]; /* why these cannot be read, "" when they can */
};

static void facts_done(struct facts *f)
{
	uki_view_done(&f->view);
	strv_done(&f->profiles);
	verify_report_done(&f->signatures);
}
#define AUTO_FACTS AUTO(facts_done) struct facts

/* What can be read of a section as text; nothing where it lies outside the file. */
static void read_text(const struct source *from, const struct pe_section *section,
		      char text[TEXT_MAX + 1])
{
	struct pe_section_source content;
	size_t len = TEXT_MAX;
	struct err e = ERR_INIT;

	text[0] = '\0';
	if (pe_section_source_init(&content, from, section, &e) < 0)
		return;
	if (content.source.size < len)
		len = (size_t)content.source.size;
	if (source_read(&content.source, 0, text, len, &e) < 0)
		len = 0;
	text[len] = '\0';
}

/* As the kernel itself says, else as .uname does. */
static void find_kernel(const struct source *from, struct facts *f)
{
	const struct pe_section *section = pe_section_find(&f->view.pe, ".linux");
	struct pe_section_source content;
	struct linux_image image;
	struct err e = ERR_INIT;
	char text[TEXT_MAX + 1];

	if (section && pe_section_source_init(&content, from, section, &e) == 0 &&
	    linux_image_read(&content.source, &image, &e) == 0)
		snprintf(f->kernel, sizeof(f->kernel), "%s", image.release);
	section = pe_section_find(&f->view.pe, ".uname");
	if (f->kernel[0] || !section)
		return;
	read_text(from, section, text);
	text[strcspn(text, "\n")] = '\0';
	snprintf(f->kernel, sizeof(f->kernel), "%.128s", text);
}

/* A terminal must not take orders from what a file says. */
static void make_plain(char *text)
{
	for (; *text; text++)
		if ((unsigned char)*text < 0x20 || *text == 0x7f)
			*text = '?';
}

/* Who signed it; what is wrong with the table of signatures is one more fact. */
static int find_signatures(const struct source *from, struct facts *f, struct err *e)
{
	struct err broken = ERR_INIT;

	if (f->view.pe.directories[PE_DIRECTORY_SECURITY].Size == 0 ||
	    stage_verify(from, NULL, &f->signatures, &broken) == 0)
		return 0;
	if (broken.kind != ERR_INPUT) {
		*e = broken;
		return -1;
	}
	snprintf(f->fault, sizeof(f->fault), "%.255s", broken.text);
	make_plain(f->fault);
	return 0;
}

/* "CN=db" or "CN=db (the program was changed after it was signed)" */
static int signer_text(const struct verify_signature *s, struct buf *out, struct err *e)
{
	size_t begin = out->len;

	if (buf_puts(out, s->signer.subject ? s->signer.subject : "nobody that can be read", e) < 0)
		return -1;
	make_plain(out->data + begin);
	return s->is_intact ? 0 : buf_putf(out, e, " (%s)", s->fault);
}

static int get_facts(const struct source *from, struct facts *f, struct err *e)
{
	char text[TEXT_MAX + 1], id[256];

	if (uki_view_read(from, &f->view, e) < 0)
		return -1;
	f->arch = pe_machine_name(f->view.pe.Machine);
	if (!f->arch)
		f->arch = "unknown machine";
	find_kernel(from, f);
	make_plain(f->kernel);
	if (find_signatures(from, f, e) < 0)
		return -1;
	for (size_t i = 0; i < f->view.n; i++) {
		if (strcmp(f->view.sections[i].section->Name, ".profile") != 0)
			continue;
		read_text(from, f->view.sections[i].section, text);
		uki_profile_id(text, id, sizeof(id));
		if (strv_add(&f->profiles, id, e) < 0)
			return -1;
	}
	return 0;
}

static const char *kind_text(const struct facts *f)
{
	static const char *const kinds[] = {
		[UKI_VIEW_PROGRAM] = "EFI program",
		[UKI_VIEW_IMAGE] = "UKI",
		[UKI_VIEW_ADDON] = "addon",
		[UKI_VIEW_PROFILE] = "profile",
	};

	return kinds[f->view.kind];
}

static const char *stub_kind(const struct facts *f)
{
	return f->view.stub.is_addon ? "systemd-addon" : "systemd-stub";
}

int inspect_uki_headline(const struct source *from, struct buf *out, struct err *e)
{
	AUTO_FACTS f = {.arch = NULL};

	if (get_facts(from, &f, e) < 0 || buf_putf(out, e, "%s for %s", kind_text(&f), f.arch) < 0)
		return -1;
	if (f.view.stub.text[0] && buf_putf(out, e, ", %s %s", stub_kind(&f), f.view.stub.text) < 0)
		return -1;
	if (f.kernel[0] && buf_putf(out, e, ", Linux %s", f.kernel) < 0)
		return -1;
	if (f.view.n_profiles && buf_putf(out, e, ", %zu profiles", f.view.n_profiles) < 0)
		return -1;
	for (size_t i = 0; i < f.signatures.n_signatures; i++)
		if (buf_puts(out, i ? " and " : ", signed by ", e) < 0 ||
		    signer_text(&f.signatures.signatures[i], out, e) < 0)
			return -1;
	if (f.fault[0] && buf_putf(out, e, ", signatures that cannot be read: %s", f.fault) < 0)
		return -1;
	return buf_puts(out, "\n", e);
}

static int signatures_text(const struct facts *f, struct buf *out, struct err *e)
{
	if (f->fault[0])
		return buf_putf(out, e, "signatures: cannot be read: %s\n", f->fault);
	if (buf_putf(out, e, "signatures: %zu\n", f->signatures.n_signatures) < 0)
		return -1;
	for (size_t i = 0; i < f->signatures.n_signatures; i++)
		if (buf_puts(out, "signed by: ", e) < 0 ||
		    signer_text(&f->signatures.signatures[i], out, e) < 0 ||
		    buf_puts(out, "\n", e) < 0)
			return -1;
	return 0;
}

static void signatures_json(const struct facts *f, const char *key, struct json_writer *out)
{
	json_open_array(out, key);
	for (size_t i = 0; i < f->signatures.n_signatures; i++) {
		const struct verify_signature *s = &f->signatures.signatures[i];

		json_open_object(out, NULL);
		if (s->signer.subject)
			json_text(out, "signer", s->signer.subject);
		json_bool(out, "intact", s->is_intact);
		if (!s->is_intact)
			json_text(out, "fault", s->fault);
		json_close_object(out);
	}
	json_close_array(out);
}

int inspect_uki_signatures_json(const struct source *from, struct json_writer *out, struct err *e)
{
	AUTO_FACTS f = {.arch = NULL};

	if (get_facts(from, &f, e) < 0)
		return -1;
	if (f.signatures.n_signatures)
		signatures_json(&f, "_signatures", out);
	return 0;
}

int inspect_uki_facts_text(const struct source *from, struct buf *out, struct err *e)
{
	AUTO_FACTS f = {.arch = NULL};

	if (get_facts(from, &f, e) < 0 ||
	    buf_putf(out, e,
		     "kind: %s\narchitecture: %s\nstub: %s%s%s\nkernel: %s\nsections: %zu\n",
		     kind_text(&f), f.arch, f.view.stub.text[0] ? stub_kind(&f) : "unknown",
		     f.view.stub.text[0] ? " " : "", f.view.stub.text,
		     f.kernel[0] ? f.kernel : "none", f.view.n) < 0)
		return -1;
	for (size_t i = 0; i < f.profiles.n; i++)
		if (buf_putf(out, e, "profile %zu: %s\n", i, f.profiles.v[i]) < 0)
			return -1;
	return signatures_text(&f, out, e);
}

int inspect_uki_facts_json(const struct source *from, struct json_writer *out, struct err *e)
{
	AUTO_FACTS f = {.arch = NULL};

	if (get_facts(from, &f, e) < 0)
		return -1;
	json_text(out, "kind", kind_text(&f));
	json_text(out, "architecture", f.arch);
	json_text(out, "stub", f.view.stub.text[0] ? stub_kind(&f) : "");
	json_text(out, "stub_version", f.view.stub.text);
	json_text(out, "kernel", f.kernel);
	json_number(out, "sections", f.view.n);
	json_open_array(out, "profiles");
	for (size_t i = 0; i < f.profiles.n; i++)
		json_text(out, NULL, f.profiles.v[i]);
	json_close_array(out);
	signatures_json(&f, "signatures", out);
	if (f.fault[0])
		json_text(out, "signatures_fault", f.fault);
	return 0;
}
