#include "stage/uki.h"

#include "base/buf.h"
#include "base/log.h"
#include "format/initrd_form.h"
#include "format/uki.h"
#include "format/uki_lint.h"
#include "host/file.h"
#include "host/output.h"
#include "host/readback.h"

#include <stdio.h>
#include <string.h>

#define STUB_FOLDER "/usr/lib/systemd/boot/efi"

enum {
	TEXT_MAX = 1024 * 1024,	  /* of a file that gives a text */
	COMMAND_LINE_SIZE = 2048, /* of x86, with the NUL */
	N_TEXTS = 3,
	N_PARTS = N_TEXTS + 2,
};

/* A section that is made of text. */
struct text_part {
	struct buf text;
	struct memory_source source;
	const struct source *piece;
};

/* All that is open while a UKI is made; what points into it ends with it. */
struct uki_assembly {
	const struct uki_options *options;
	struct linux_image kernel;
	struct file_source kernel_file;
	struct file_source stub_file;
	struct file_source *initrd_files;
	size_t n_initrds;
	const struct source **initrd_pieces;
	const struct source *kernel_piece;
	struct text_part texts[N_TEXTS];
	size_t n_texts;
	struct strv sbat;
	struct uki_part parts[N_PARTS];
	size_t n_parts;
	struct uki_plan *plan;
};

void uki_assembly_free(struct uki_assembly *a)
{
	if (!a)
		return;
	uki_plan_free(a->plan);
	file_source_close(&a->kernel_file);
	file_source_close(&a->stub_file);
	for (size_t i = 0; i < a->n_initrds; i++)
		file_source_close(&a->initrd_files[i]);
	free(a->initrd_files);
	free(a->initrd_pieces);
	for (size_t i = 0; i < a->n_texts; i++)
		buf_done(&a->texts[i].text);
	strv_done(&a->sbat);
	free(a);
}

void uki_summary_done(struct uki_summary *summary)
{
	free(summary->sections);
	measure_result_done(&summary->measured);
	summary->sections = NULL;
	summary->n_sections = 0;
}

static int doubt(const struct uki_options *options, const char *text, struct err *e)
{
	if (options->strict)
		return err_set(e, ERR_INPUT, "%s", text);
	log_warning("%s", text);
	return 0;
}

/* White space runs become one blank, those at the ends go. */
static void collapse(struct buf *text)
{
	size_t to = 0;

	for (size_t i = 0; i < text->len; i++) {
		bool blank = strchr(" \t\n\v\f\r", text->data[i]) != NULL;

		if (!blank)
			text->data[to++] = text->data[i];
		else if (to && text->data[to - 1] != ' ')
			text->data[to++] = ' ';
	}
	if (to && text->data[to - 1] == ' ')
		to--;
	text->len = to;
	if (text->data)
		text->data[to] = '\0';
}

static void cut_end(struct buf *text)
{
	size_t len = text->len;

	while (len && (text->data[len - 1] == '\n' || text->data[len - 1] == '\0'))
		len--;
	text->len = len;
	text->data[len] = '\0';
}

/* TEXT or @PATH. A file without content is refused: that is hardly what was meant. */
static int read_value(const char *value, const char *what, struct buf *to, struct err *e)
{
	if (value[0] != '@')
		return buf_puts(to, value, e);
	if (file_read(value + 1, TEXT_MAX, to, e) < 0)
		return err_ctx(e, "%s", what);
	if (to->len == 0)
		return err_set(e, ERR_INPUT, "%s: '%s' is empty", what, value + 1);
	return 0;
}

static void add_part(struct uki_assembly *a, const char *name, const struct source *const *pieces,
		     size_t n_pieces)
{
	a->parts[a->n_parts++] = (struct uki_part){
		.name = name,
		.pieces = pieces,
		.n_pieces = n_pieces,
	};
}

/* The text becomes a section, unless it is empty. Takes what is in the buffer. */
static int add_text(struct uki_assembly *a, const char *section, struct buf *text, struct err *e)
{
	struct text_part *part = &a->texts[a->n_texts];

	if (text->len == 0)
		return 0;
	if (strlen(text->data) != text->len)
		return err_set(e, ERR_INPUT, "section %s: the text has a NUL in it", section);
	part->text = *text;
	*text = (struct buf)BUF_INIT;
	a->n_texts++;
	memory_source_init(&part->source, part->text.data, part->text.len, section);
	part->piece = &part->source.source;
	add_part(a, section, &part->piece, 1);
	return 0;
}

static int add_cmdline(struct uki_assembly *a, struct err *e)
{
	const char *value = a->options->cmdline;
	AUTO_BUF text = BUF_INIT;

	if (!value)
		return 0;
	if (read_value(value, "kernel command line", &text, e) < 0)
		return -1;
	if (value[0] == '@')
		cut_end(&text);
	else
		collapse(&text);
	if (text.len >= COMMAND_LINE_SIZE && a->kernel.Machine == PE_MACHINE_AMD64 &&
	    doubt(a->options, "kernel command line has more than 2047 bytes: the kernel cuts it",
		  e) < 0)
		return -1;
	return add_text(a, ".cmdline", &text, e);
}

static int add_os_release(struct uki_assembly *a, struct err *e)
{
	static const char *const defaults[] = {"/etc/os-release", "/usr/lib/os-release"};
	AUTO_BUF text = BUF_INIT;
	bool found = false;

	if (a->options->os_release) {
		if (read_value(a->options->os_release, "os-release", &text, e) < 0)
			return -1;
		return add_text(a, ".osrel", &text, e);
	}
	for (size_t i = 0; i < ARRAY_LEN(defaults) && !found; i++)
		if (file_read_if_there(defaults[i], TEXT_MAX, &text, &found, e) < 0)
			return -1;
	return add_text(a, ".osrel", &text, e);
}

static int add_uname(struct uki_assembly *a, struct err *e)
{
	const char *release = a->options->uname ? a->options->uname : a->kernel.release;
	AUTO_BUF text = BUF_INIT;

	if (!release[0] && !a->options->uname &&
	    doubt(a->options,
		  "the kernel does not tell its version: there is no .uname (give it with --uname)",
		  e) < 0)
		return -1;
	if (buf_puts(&text, release, e) < 0)
		return -1;
	return add_text(a, ".uname", &text, e);
}

/* Only the beginning is looked at: the rest is not read, it is copied by the kernel. */
static int check_initrd(const struct source *s, struct err *e)
{
	char head[INITRD_HEAD] = "";
	size_t len = s->size < sizeof(head) ? (size_t)s->size : sizeof(head);

	if (source_read(s, 0, head, len, e) < 0)
		return -1;
	if (len && !initrd_form(head, len))
		return err_set(
			e, ERR_INPUT,
			"initrd '%s' is no initramfs: it begins with neither a newc archive nor "
			"a compression that Linux unpacks",
			s->name);
	return 0;
}

static int add_initrds(struct uki_assembly *a, struct err *e)
{
	const struct strv *names = a->options->initrds;

	if (!names || names->n == 0)
		return 0;
	a->initrd_files = calloc(names->n, sizeof(*a->initrd_files));
	a->initrd_pieces = calloc(names->n, sizeof(struct source *));
	if (!a->initrd_files || !a->initrd_pieces)
		return err_memory(e);
	for (size_t i = 0; i < names->n; i++) {
		if (file_source_open(&a->initrd_files[i], names->v[i], e) < 0)
			return err_ctx(e, "initrd");
		a->initrd_pieces[i] = &a->initrd_files[i].source;
		a->n_initrds++;
		if (check_initrd(a->initrd_pieces[i], e) < 0)
			return -1;
	}
	add_part(a, ".initrd", a->initrd_pieces, a->n_initrds);
	return 0;
}

static int read_sbat(struct uki_assembly *a, struct err *e)
{
	const struct strv *values = a->options->sbat;

	for (size_t i = 0; values && i < values->n; i++) {
		AUTO_BUF text = BUF_INIT;

		if (read_value(values->v[i], "SBAT", &text, e) < 0 ||
		    strv_add(&a->sbat, buf_str(&text), e) < 0)
			return -1;
	}
	return 0;
}

static int default_stub(const struct linux_image *kernel, const char *kernel_path, char **ret_path,
			struct err *e)
{
	const char *machine = pe_machine_name(kernel->Machine);
	AUTO_BUF path = BUF_INIT;

	if (!kernel->has_efi_stub)
		return err_set(e, ERR_INPUT,
			       "kernel '%s' has no EFI stub: build it with CONFIG_EFI_STUB=y",
			       kernel_path);
	if (buf_putf(&path, e, STUB_FOLDER "/linux%s.efi.stub", machine) < 0)
		return -1;
	if (!file_exists(path.data))
		return err_set(e, ERR_MISSING,
			       "'%s' is missing: install the package systemd-boot-efi, or name an "
			       "EFI stub for %s with --stub",
			       path.data, machine);
	return buf_take(&path, ret_path, e);
}

int uki_default_stub(const char *kernel, char **ret_path, struct err *e)
{
	AUTO_FILE_SOURCE file = FILE_SOURCE_INIT;
	struct linux_image image;

	if (file_source_open(&file, kernel, e) < 0)
		return err_ctx(e, "kernel");
	if (linux_image_read(&file.source, &image, e) < 0)
		return -1;
	return default_stub(&image, kernel, ret_path, e);
}

static int open_kernel_and_stub(struct uki_assembly *a, struct err *e)
{
	AUTO_FREE char *found = NULL;
	const char *stub = a->options->stub;

	if (file_source_open(&a->kernel_file, a->options->kernel, e) < 0)
		return err_ctx(e, "kernel");
	if (linux_image_read(&a->kernel_file.source, &a->kernel, e) < 0)
		return -1;
	a->kernel_piece = &a->kernel_file.source;
	add_part(a, ".linux", &a->kernel_piece, 1);
	if (!stub) {
		if (default_stub(&a->kernel, a->options->kernel, &found, e) < 0)
			return -1;
		stub = found;
	}
	if (file_source_open(&a->stub_file, stub, e) < 0)
		return err_ctx(e, "stub");
	return 0;
}

static int make_plan(struct uki_assembly *a, struct err *e)
{
	struct uki_input input = {.stub = &a->stub_file.source, .parts = a->parts};

	if (open_kernel_and_stub(a, e) < 0 || add_os_release(a, e) < 0 || add_cmdline(a, e) < 0 ||
	    add_uname(a, e) < 0 || add_initrds(a, e) < 0 || read_sbat(a, e) < 0)
		return -1;
	input.n_parts = a->n_parts;
	input.sbat = &a->sbat;
	if (uki_plan_new(&input, &a->plan, e) < 0)
		return -1;
	for (size_t i = 0; i < a->plan->warnings.n; i++)
		if (doubt(a->options, a->plan->warnings.v[i], e) < 0)
			return -1;
	return 0;
}

int uki_assemble(const struct uki_options *options, struct uki_assembly **ret, struct err *e)
{
	AUTO_UKI_ASSEMBLY a = calloc(1, sizeof(*a));

	if (!a)
		return err_memory(e);
	a->options = options;
	a->kernel_file = (struct file_source)FILE_SOURCE_INIT;
	a->stub_file = (struct file_source)FILE_SOURCE_INIT;
	if (make_plan(a, e) < 0)
		return -1;
	*ret = TAKE(a);
	return 0;
}

const struct uki_plan *uki_assembly_plan(const struct uki_assembly *a)
{
	return a->plan;
}

/* The rename would replace an input by the output. */
static int check_apart(const struct file_source *input, const char *output, struct err *e)
{
	struct stat st;

	if (stat(output, &st) < 0 || st.st_dev != input->stat.st_dev ||
	    st.st_ino != input->stat.st_ino)
		return 0;
	return err_set(e, ERR_INPUT, "output '%s' is an input too ('%s'): give another --output",
		       output, input->path);
}

static int check_all_apart(const struct uki_assembly *a, struct err *e)
{
	const char *output = a->options->output;

	if (check_apart(&a->kernel_file, output, e) < 0 ||
	    check_apart(&a->stub_file, output, e) < 0)
		return -1;
	for (size_t i = 0; i < a->n_initrds; i++)
		if (check_apart(&a->initrd_files[i], output, e) < 0)
			return -1;
	return 0;
}

static int check_unchanged(const struct uki_assembly *a, struct err *e)
{
	if (file_source_unchanged(&a->kernel_file, e) < 0 ||
	    file_source_unchanged(&a->stub_file, e) < 0)
		return -1;
	for (size_t i = 0; i < a->n_initrds; i++)
		if (file_source_unchanged(&a->initrd_files[i], e) < 0)
			return -1;
	return 0;
}

/* A stub with a fault of its own shows only here. */
static int check_output(struct output *o, struct err *e)
{
	AUTO_UKI_FINDINGS found = UKI_FINDINGS_INIT;
	struct readback written;

	if (readback_init(&written, o, e) < 0 || uki_lint(&written.source, &found, e) < 0)
		return -1;
	if (found.errors.n)
		return err_set(e, ERR_INPUT, "the UKI would be faulty: %s: %s",
			       found.errors.v[0].text, found.errors.v[0].rule->cure);
	return 0;
}

int uki_assembly_write(const struct uki_assembly *a, struct err *e)
{
	AUTO_OUTPUT o = OUTPUT_INIT;

	if (check_all_apart(a, e) < 0 ||
	    output_begin(&o, a->options->output, a->options->sync, e) < 0 ||
	    uki_write(a->plan, &o.sink, e) < 0 || check_output(&o, e) < 0 ||
	    check_unchanged(a, e) < 0)
		return -1;
	return output_commit(&o, e);
}

int uki_assembly_measure(const struct uki_assembly *a, const struct measure_options *options,
			 struct measure_result *ret, struct err *e)
{
	AUTO_MEASURE_RESULT result = {.n_values = 0};
	struct uki_layout_source uki;

	uki_layout_source_init(&uki, &a->plan->layout, a->kernel_file.path);
	if (stage_measure(&uki.source, options, &result, e) < 0 || check_unchanged(a, e) < 0)
		return -1;
	*ret = result;
	result = (struct measure_result){.n_values = 0};
	return 0;
}

static int summarize(const struct uki_plan *plan, struct uki_summary *ret, struct err *e)
{
	const struct uki_layout *layout = &plan->layout;
	size_t n = layout->pe.n_sections - layout->n_stub_sections;
	struct pe_section *sections = calloc(n, sizeof(*sections));

	if (!sections)
		return err_memory(e);
	memcpy(sections, layout->pe.sections + layout->n_stub_sections, n * sizeof(*sections));
	*ret = (struct uki_summary){
		.size = layout->file_size,
		.sections = sections,
		.n_sections = n,
		.kernel = plan->kernel,
		.stub = plan->stub,
	};
	return 0;
}

int stage_uki(const struct uki_options *options, struct uki_summary *ret, struct err *e)
{
	AUTO_UKI_ASSEMBLY a = NULL;
	AUTO_UKI_SUMMARY summary = {.size = 0};

	if (uki_assemble(options, &a, e) < 0 || summarize(a->plan, &summary, e) < 0)
		return -1;
	/* First: what is hashed then is in memory when it is copied, and a failure leaves no file. */
	if (options->measure && uki_assembly_measure(a, options->measure, &summary.measured, e) < 0)
		return -1;
	if (uki_assembly_write(a, e) < 0)
		return -1;
	*ret = summary;
	summary = (struct uki_summary){.size = 0};
	return 0;
}
