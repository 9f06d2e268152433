#include "stage/uki_gather.h"

#include "base/doubt.h"
#include "format/initrd_form.h"
#include "host/file.h"
#include "host/public_key.h"
#include "stage/kernel_image.h"
#include "stage/uki_folders.h"
#include "stage/uki_pcrsig.h"
#include "stage/uki_stub.h"
#include "stage/uki_update.h"
#include "stage/uki_value.h"

#include <stdio.h>
#include <string.h>

enum { TEXT_MAX = 1024 * 1024 }; /* of an os-release file, and a public key */

void uki_gathered_done(struct uki_gathered *g)
{
	uki_parts_done(&g->base);
	uki_parts_done(&g->profiles);
	strv_done(&g->sbat);
	pcr_policies_done(&g->given);
	pcr_policies_done(&g->filled);
	uki_update_free(g->update);
}

/* The text becomes a section, unless it is empty. Takes what is in the buffer. */
static int add_text(struct uki_parts *to, const char *section, struct buf *text, struct err *e)
{
	if (text->len == 0)
		return 0;
	if (strlen(text->data) != text->len)
		return err_set(e, ERR_INPUT, "section %s: the text has a NUL in it", section);
	if (uki_parts_begin(to, section, e) < 0)
		return -1;
	return uki_parts_text(to, text, e);
}

static int add_cmdline(struct uki_gathered *g, const struct uki_options *options, struct err *e)
{
	const char *value = options->cmdline;
	AUTO_BUF text = BUF_INIT;

	if (!value)
		return 0;
	if (uki_value_read_text(options->strict, value, "kernel command line", &text, e) < 0)
		return -1;
	if (value[0] == '@')
		uki_value_cut_end(&text);
	else
		uki_value_collapse(&text);
	return add_text(&g->base, ".cmdline", &text, e);
}

/* What has no kernel has no system of its own either. */
static int add_os_release(struct uki_gathered *g, const struct uki_options *options, struct err *e)
{
	static const char *const defaults[] = {"/etc/os-release", "/usr/lib/os-release"};
	AUTO_BUF text = BUF_INIT;
	bool found = !options->kernel;

	if (options->os_release) {
		if (uki_value_read_text(options->strict, options->os_release, "os-release", &text,
					e) < 0)
			return -1;
		return add_text(&g->base, ".osrel", &text, e);
	}
	for (size_t i = 0; i < ARRAY_LEN(defaults) && !found; i++)
		if (file_read_if_there(defaults[i], TEXT_MAX, &text, &found, e) < 0)
			return -1;
	return add_text(&g->base, ".osrel", &text, e);
}

static int add_uname(struct uki_gathered *g, const struct uki_options *options, struct err *e)
{
	const char *release = options->uname ? options->uname : g->kernel.release;
	AUTO_BUF text = BUF_INIT;

	if (buf_puts(&text, release, e) < 0)
		return -1;
	return add_text(&g->base, ".uname", &text, e);
}

/* Only the beginning is looked at: the rest is not read, it is copied by the kernel. */
static int check_head(const struct source *s, const char *what, struct err *e)
{
	bool is_microcode = !strcmp(what, "microcode");
	char head[INITRD_HEAD] = "";
	size_t len = s->size < sizeof(head) ? (size_t)s->size : sizeof(head);
	const char *form;

	if (source_read(s, 0, head, len, e) < 0)
		return -1;
	form = initrd_form(head, len);
	if (len && is_microcode && (!form || strcmp(form, "newc") != 0))
		return err_set(e, ERR_INPUT,
			       "microcode '%s' is no uncompressed newc archive, which is what the "
			       "kernel looks for it in",
			       s->name);
	if (len && !form)
		return err_set(
			e, ERR_INPUT,
			"initrd '%s' is no initramfs: it begins with neither a newc archive nor "
			"a compression that Linux unpacks",
			s->name);
	return 0;
}

static int add_initrds(struct uki_gathered *g, const struct uki_options *options, struct err *e)
{
	const struct strv *names = options->initrds;
	const struct source *s;

	if (!names || names->n == 0)
		return 0;
	if (uki_parts_begin(&g->base, ".initrd", e) < 0)
		return -1;
	for (size_t i = 0; i < names->n; i++) {
		if (uki_parts_file(&g->base, names->v[i], &s, e) < 0)
			return err_ctx(e, "initrd");
		if (check_head(s, "initrd", e) < 0)
			return -1;
	}
	return 0;
}

static int add_microcode(struct uki_gathered *g, const char *path, struct err *e)
{
	const struct source *s;

	if (!path)
		return 0;
	if (uki_parts_begin(&g->base, ".ucode", e) < 0)
		return -1;
	if (uki_parts_file(&g->base, path, &s, e) < 0)
		return err_ctx(e, "microcode");
	return check_head(s, "microcode", e);
}

/* A file that becomes a section as it is, and the magic it has to begin with. */
struct plain_file {
	const char *section, *what, *magic, *form;
};

static int add_plain(struct uki_gathered *g, const char *path, const struct plain_file *f,
		     struct err *e)
{
	size_t len = f->magic ? strlen(f->magic) : 0;
	const struct source *s;
	char head[8] = "";

	if (!path)
		return 0;
	if (uki_parts_begin(&g->base, f->section, e) < 0)
		return -1;
	if (uki_parts_file(&g->base, path, &s, e) < 0)
		return err_ctx(e, "%s", f->what);
	if (s->size >= len && source_read(s, 0, head, len, e) < 0)
		return -1;
	if (s->size && f->magic && memcmp(head, f->magic, len) != 0)
		return err_set(e, ERR_INPUT, "%s '%s' is no %s", f->what, path, f->form);
	return 0;
}

/* What verifies PCR signatures reads no other form. */
static int check_pcrpkey(const char *path, struct err *e)
{
	AUTO_PUBLIC_KEY key = PUBLIC_KEY_INIT;
	AUTO_BUF text = BUF_INIT;

	if (!path)
		return 0;
	if (file_read(path, TEXT_MAX, &text, e) < 0)
		return err_ctx(e, "public key");
	if (text.len == 0)
		return 0;
	if (!strstr(buf_str(&text), "-----BEGIN PUBLIC KEY-----") ||
	    public_key_load(path, &key, e) < 0)
		return err_set(e, ERR_INPUT, "--pcrpkey '%s' is no public key in PEM form", path);
	return 0;
}

static int add_plain_files(struct uki_gathered *g, const struct uki_options *o, struct err *e)
{
	static const struct plain_file dtb = {".dtb", "devicetree", "\xd0\x0d\xfe\xed",
					      "flattened devicetree"};
	static const struct plain_file dtbauto = {".dtbauto", "devicetree", "\xd0\x0d\xfe\xed",
						  "flattened devicetree"};
	static const struct plain_file splash = {".splash", "splash image", "BM", "BMP image"};
	static const struct plain_file pcrpkey = {".pcrpkey", "public key", NULL, NULL};

	if (add_plain(g, o->devicetree, &dtb, e) < 0)
		return -1;
	for (size_t i = 0; o->devicetree_auto && i < o->devicetree_auto->n; i++)
		if (add_plain(g, o->devicetree_auto->v[i], &dtbauto, e) < 0)
			return -1;
	if (add_plain(g, o->splash, &splash, e) < 0 || check_pcrpkey(o->pcrpkey, e) < 0 ||
	    add_plain(g, o->pcrpkey, &pcrpkey, e) < 0)
		return -1;
	return add_microcode(g, o->microcode, e);
}

static int check_dot(const struct uki_options *options, const char *name, struct err *e)
{
	char dotted[16];

	snprintf(dotted, sizeof(dotted), ".%s", name);
	if (!stub_section_is_payload(dotted))
		return 0;
	return doubt(options->strict, e,
		     "a stub does not look for a section '%s': did you mean '%s'?", name, dotted);
}

/* NAME:TEXT or NAME:@PATH */
static int add_section(struct uki_gathered *g, const struct uki_options *options, const char *spec,
		       struct err *e)
{
	const char *colon = strchr(spec, ':');
	AUTO_FREE char *name = colon ? strndup(spec, (size_t)(colon - spec)) : NULL;
	AUTO_BUF text = BUF_INIT;
	char what[32];

	if (!colon)
		return err_set(e, ERR_USAGE, "--section '%s' is not NAME:TEXT or NAME:@PATH", spec);
	if (!name)
		return err_memory(e);
	/* Of one that is changed an empty text takes it away. */
	if (g->update && !colon[1])
		return 0;
	if (check_dot(options, name, e) < 0)
		return -1;
	if (!strcmp(name, ".linux"))
		return err_set(e, ERR_USAGE, "the kernel is given with --linux, not as --section");
	if (uki_parts_begin(&g->base, name, e) < 0)
		return -1;
	if (colon[1] == '@')
		return uki_parts_file(&g->base, colon + 2, NULL, e) < 0
			       ? err_ctx(e, "section %s", name)
			       : 0;
	snprintf(what, sizeof(what), "section %.8s", name);
	if (uki_value_read_text(options->strict, colon + 1, what, &text, e) < 0)
		return -1;
	return uki_parts_text(&g->base, &text, e);
}

static int add_sections(struct uki_gathered *g, const struct uki_options *options, struct err *e)
{
	for (size_t i = 0; options->sections && i < options->sections->n; i++)
		if (add_section(g, options, options->sections->v[i], e) < 0)
			return -1;
	return 0;
}

/* All sections of a profile, which stand behind those of its stub. */
static int join_profile(struct uki_gathered *g, const char *path, struct err *e)
{
	const struct source *s;
	AUTO_PE pe = {.sections = NULL};
	bool begun = false;

	if (uki_parts_open(&g->profiles, path, &s, e) < 0 || pe_read(s, &pe, e) < 0)
		return err_ctx(e, "profile");
	for (size_t i = 0; i < pe.n_sections; i++) {
		const char *name = pe.sections[i].Name;
		bool begins = strcmp(name, ".profile") == 0;

		if (begins && begun)
			return err_set(e, ERR_INPUT, "'%s' has several profiles, not one", path);
		if (!begins && !begun && stub_section_is_payload(name) && strcmp(name, ".sbat"))
			return err_set(e, ERR_INPUT,
				       "'%s' is no profile: its first section is %s, not .profile",
				       path, name);
		begun = begun || begins;
		if (begun && (uki_parts_begin(&g->profiles, name, e) < 0 ||
			      uki_parts_section(&g->profiles, s, &pe.sections[i], e) < 0))
			return -1;
	}
	if (!begun)
		return err_set(e, ERR_INPUT, "'%s' is no profile: it has no section .profile",
			       path);
	return 0;
}

/* With others joined to it the base is a profile too; alone it is one to be joined later. */
static int add_profiles(struct uki_gathered *g, const struct uki_options *options, struct err *e)
{
	const struct strv *joined = options->join_profiles;
	bool joins = joined && joined->n;
	const char *own = options->profile ? options->profile : joins ? "ID=main" : NULL;
	AUTO_BUF text = BUF_INIT;

	if (!own)
		return 0;
	if (uki_value_read_text(options->strict, own, "profile", &text, e) < 0 ||
	    add_text(joins ? &g->profiles : &g->base, ".profile", &text, e) < 0)
		return -1;
	for (size_t i = 0; joins && i < joined->n; i++)
		if (join_profile(g, joined->v[i], e) < 0)
			return -1;
	return 0;
}

static int read_sbat(struct uki_gathered *g, const struct uki_options *options, struct err *e)
{
	const struct strv *values = options->sbat;

	for (size_t i = 0; values && i < values->n; i++) {
		AUTO_BUF text = BUF_INIT;

		if (uki_value_read_text(options->strict, values->v[i], "SBAT", &text, e) < 0 ||
		    strv_add(&g->sbat, buf_str(&text), e) < 0)
			return -1;
	}
	return 0;
}

/* A kernel whose text cannot be found is what the option is for. */
static int check_uname(const struct uki_options *options, const struct source *kernel,
		       const struct linux_image *image, struct err *e)
{
	char own[LINUX_RELEASE_MAX + 1] = "";
	struct err unknown = ERR_INIT;

	if (kernel_release(kernel, image, own, &unknown) < 0 || !own[0] ||
	    strcmp(own, options->uname) == 0)
		return 0;
	return doubt(options->strict, e,
		     "--uname %.128s is not the version of the kernel '%.128s': %s", options->uname,
		     options->kernel, own);
}

static int miss_release(const struct uki_options *options, const struct source *kernel,
			const struct linux_image *image, struct err *e)
{
	char why[128] = "";
	const char *form;

	if (kernel_unread(kernel, image, &form, e) < 0)
		return -1;
	if (form)
		snprintf(why, sizeof(why),
			 ", since it is compressed with %s, which is not read here", form);
	return doubt(options->strict, e,
		     "the kernel does not tell its version%s: there is no .uname (give it with "
		     "--uname)",
		     why);
}

static int open_kernel(struct uki_gathered *g, const struct uki_options *options, struct err *e)
{
	AUTO_FILE_SOURCE file = FILE_SOURCE_INIT;
	const struct source *s;

	if (!options->kernel)
		return 0;
	if (kernel_open(options->kernel, &file, e) < 0)
		return err_ctx(e, "kernel");
	if (uki_parts_begin(&g->base, ".linux", e) < 0 ||
	    uki_parts_opened(&g->base, &file, &s, e) < 0 || kernel_read(s, &g->kernel, e) < 0)
		return -1;
	if (options->uname)
		return check_uname(options, s, &g->kernel, e);
	if (kernel_release(s, &g->kernel, g->kernel.release, e) < 0)
		return -1;
	return g->kernel.release[0] ? 0 : miss_release(options, s, &g->kernel, e);
}

static enum uki_kind kind_of(const struct uki_options *options)
{
	bool joins = options->join_profiles && options->join_profiles->n;

	if (options->profile && !joins)
		return UKI_PROFILE;
	return options->kernel ? UKI_IMAGE : UKI_ADDON;
}

static int gather_parts(const struct uki_options *options, struct uki_gathered *g, struct err *e)
{
	if (open_kernel(g, options, e) < 0 || uki_stub_open(options, g, e) < 0 ||
	    add_os_release(g, options, e) < 0 || add_cmdline(g, options, e) < 0 ||
	    add_uname(g, options, e) < 0 || add_initrds(g, options, e) < 0 ||
	    add_plain_files(g, options, e) < 0 || uki_add_folders(g, options, e) < 0 ||
	    add_sections(g, options, e) < 0 || add_profiles(g, options, e) < 0)
		return -1;
	return read_sbat(g, options, e);
}

static int add_pcrpkey(struct uki_gathered *g, const struct buf *pem, struct err *e)
{
	AUTO_BUF text = BUF_INIT;

	if (buf_put(&text, pem->data, pem->len, e) < 0)
		return -1;
	return add_text(&g->base, ".pcrpkey", &text, e);
}

static int gather_update(const struct uki_options *options, struct uki_gathered *g, struct err *e)
{
	struct uki_options given;

	if (uki_update_begin(options, g, &given, e) < 0 || gather_parts(&given, g, e) < 0)
		return -1;
	return uki_update_finish(options, g, e);
}

int uki_gather(const struct uki_options *options, const struct buf *pcrpkey, struct uki_gathered *g,
	       struct err *e)
{
	*g = (struct uki_gathered){.kind = kind_of(options)};
	if (pcrpkey && !options->pcrpkey && add_pcrpkey(g, pcrpkey, e) < 0)
		return -1;
	if (uki_pcrsig_read(options, g, e) < 0)
		return -1;
	if (options->update)
		return gather_update(options, g, e);
	if (!options->kernel && options->join_profiles && options->join_profiles->n)
		return err_set(e, ERR_USAGE, "profiles are joined to a kernel: give --linux");
	if (gather_parts(options, g, e) < 0)
		return -1;
	if (g->base.n == 0)
		return err_set(e, ERR_USAGE, "nothing to put into '%s'", options->output);
	return options->pcrsig ? uki_pcrsig_put(g, e) : 0;
}
