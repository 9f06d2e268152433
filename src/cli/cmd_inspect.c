#include "base/log.h"
#include "cli/commands.h"
#include "cli/inspect_initrd.h"
#include "cli/project_options.h"
#include "format/image_kind.h"
#include "format/pe.h"
#include "format/uki_lint.h"
#include "host/file.h"
#include "host/progress.h"
#include "stage/extract_uki.h"
#include "stage/inspect_initramfs.h"
#include "stage/inspect_kernel.h"
#include "stage/inspect_media.h"
#include "stage/inspect_uki.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

struct options {
	const char *json;
	bool all;
	bool lint;
	bool facts;
	struct strv sections;
	const char *profile;
	const char *dump;
	struct initrd_request initrd;
};

static const struct option_row rows[] = {
	JSON_ROW(struct options),
	{0, "all", NULL, "show the stub's own sections of a UKI too", OPTION_FLAG,
	 offsetof(struct options, all), NULL},
	{0, "section", "NAME:text|binary[@FILE]",
	 "show only this section of a UKI, or write it to FILE; may be given again", OPTION_LIST,
	 offsetof(struct options, sections), NULL},
	{0, "only-profile", "ID", "show what counts for the profile of that ID or number",
	 OPTION_TEXT, offsetof(struct options, profile), NULL},
	{0, "dump", "DIR", "write the sections of a UKI into a new folder", OPTION_TEXT,
	 offsetof(struct options, dump), NULL},
	{0, "facts", NULL, "say what a UKI is: architecture, stub, kernel, profiles", OPTION_FLAG,
	 offsetof(struct options, facts), NULL},
	{0, "list", NULL, "the names in an initramfs, one a line", OPTION_FLAG,
	 offsetof(struct options, initrd.list), NULL},
	{0, "sizes", NULL,
	 "what every file and folder of an initramfs takes in it, the largest first", OPTION_FLAG,
	 offsetof(struct options, initrd.sizes), NULL},
	{0, "cat", "NAME", "print a file of an initramfs", OPTION_TEXT,
	 offsetof(struct options, initrd.cat), NULL},
	{0, "extract", "FOLDER", "unpack an initramfs into a new folder", OPTION_TEXT,
	 offsetof(struct options, initrd.extract), NULL},
	{0, "diff", "OLD",
	 "what is different from the initramfs OLD: more (+), less (-) and otherwise (~); exit "
	 "status 1 when anything",
	 OPTION_TEXT, offsetof(struct options, initrd.diff), NULL},
	{0, "max-size", "BYTES", "refuse an initramfs that unpacks to more (default: 64G)",
	 OPTION_SIZE, offsetof(struct options, initrd.limits.unpacked), NULL},
	{0, "max-entries", "N", "refuse an initramfs of more entries (default: 16777216)",
	 OPTION_NUMBER, offsetof(struct options, initrd.limits.entries), NULL},
	{0, "lint", NULL,
	 "say what is wrong with a UKI, an initramfs, an ISO or a disk; exit status 1 for an error",
	 OPTION_FLAG, offsetof(struct options, lint), NULL},
};

static int find_kind(const struct source *s, enum image_kind *ret, struct err *e)
{
	if (image_kind_read(s, ret, e) < 0)
		return -1;
	if (*ret == IMAGE_QCOW2)
		return err_set(e, ERR_INPUT,
			       "'%s' is in QEMU's format: make it raw first, with qemu-img convert "
			       "-O raw",
			       s->name);
	return 0;
}

static bool is_media(enum image_kind kind)
{
	return kind == IMAGE_ISO || kind == IMAGE_DISK;
}

/* One file that is looked at, and how. */
struct subject {
	const struct source *source;
	enum image_kind kind;
	struct kernel_facts kernel;
	const struct options *options;
	struct inspect_uki how;
	bool as_ukify;
};

static int show_uki_text(const struct subject *s, struct buf *out, struct err *e)
{
	if (s->options->facts)
		return inspect_uki_facts_text(s->source, out, e);
	if (!s->as_ukify && s->how.sections->n == 0 && inspect_uki_headline(s->source, out, e) < 0)
		return -1;
	return inspect_uki_text(s->source, &s->how, out, e);
}

static int show_text(const struct subject *s, struct err *e)
{
	AUTO_BUF out = BUF_INIT;
	int r;

	if (s->kernel.form)
		r = inspect_kernel_text(&s->kernel, &out, e);
	else if (s->kind == IMAGE_EFI)
		r = show_uki_text(s, &out, e);
	else if (is_media(s->kind))
		r = inspect_media_text(s->source, s->kind, &s->how, &out, e);
	else
		r = initrd_print(s->source, &s->options->initrd.limits, e);
	return r < 0 ? -1 : print_text(buf_str(&out), out.len, e);
}

/* As ukify has it, but for who signed it: ukify does not tell. */
static int uki_json(const struct subject *s, struct json_writer *w, struct err *e)
{
	if (inspect_uki_json(s->source, &s->how, w, e) < 0)
		return -1;
	return s->as_ukify || s->how.sections->n ? 0 : inspect_uki_signatures_json(s->source, w, e);
}

static int show_json(const struct subject *s, const struct json_request *request, struct err *e)
{
	AUTO_JSON_OUTPUT out = {.text = BUF_INIT};
	int r = 0;

	json_output_begin(&out, request);
	if (s->kernel.form)
		inspect_kernel_json(&s->kernel, &out.w);
	else if (s->kind == IMAGE_EFI && s->options->facts)
		r = inspect_uki_facts_json(s->source, &out.w, e);
	else if (s->kind == IMAGE_EFI)
		r = uki_json(s, &out.w, e);
	else if (is_media(s->kind))
		r = inspect_media_json(s->source, s->kind, &s->how, &out.w, e);
	else
		r = inspect_initramfs_json(s->source, &s->options->initrd.limits, &out.w, e);
	return r < 0 ? -1 : json_output_print(&out, e);
}

static bool is_about_ukis(const struct options *o)
{
	return o->sections.n || o->profile || o->dump || o->facts;
}

static int dump(const struct subject *s, struct err *e)
{
	const char *folder = s->options->dump;
	size_t n;

	if (extract_uki_all(s->source, &s->how, folder, &n, e) < 0)
		return -1;
	if (log_level() >= LOG_NORMAL)
		printf("%s: %zu section%s\n", folder, n, n == 1 ? "" : "s");
	return 0;
}

static int show(struct subject *s, const struct json_request *json, struct err *e)
{
	const struct options *o = s->options;

	if (s->as_ukify)
		s->kind = IMAGE_EFI;
	else if (find_kind(s->source, &s->kind, e) < 0)
		return -1;
	/* Of a kernel too the sections can be shown, when they are asked for. */
	if (!s->as_ukify && !(s->kind == IMAGE_EFI && (is_about_ukis(o) || o->all)) &&
	    inspect_kernel(s->source, s->kind, &s->kernel, e) < 0)
		return -1;
	if (s->kind != IMAGE_EFI && is_about_ukis(o))
		return err_set(e, ERR_INPUT,
			       "'%s' is %s: --section, --only-profile, --dump and --facts are for "
			       "UKIs",
			       s->source->name, s->kernel.form ? "a kernel" : "no EFI program");
	if (o->dump)
		return dump(s, e);
	if (o->sections.n && extract_uki_sections(s->source, &s->how, e) < 0)
		return -1;
	return json->wanted ? show_json(s, json, e) : show_text(s, e);
}

static void write_list(struct json_writer *w, const char *key, const struct uki_finding_list *list)
{
	json_open_array(w, key);
	for (size_t i = 0; i < list->n; i++) {
		const struct uki_finding *f = &list->v[i];

		json_open_object(w, NULL);
		json_text(w, "rule", f->rule->name);
		if (f->section[0])
			json_text(w, "section", f->section);
		json_text(w, "text", f->text);
		json_text(w, "cure", f->rule->cure);
		json_close_object(w);
	}
	json_close_array(w);
}

/* "error: section .x is empty (empty): leave it out" */
static void print_list(const char *level, const struct uki_finding_list *list)
{
	for (size_t i = 0; i < list->n; i++)
		printf("%s: %s (%s): %s\n", level, list->v[i].text, list->v[i].rule->name,
		       list->v[i].rule->cure);
}

static int tell_findings(const struct uki_findings *f, const struct json_request *json,
			 struct err *e)
{
	AUTO_JSON_OUTPUT out = {.text = BUF_INIT};

	if (json->wanted) {
		json_output_begin(&out, json);
		write_list(&out.w, "errors", &f->errors);
		write_list(&out.w, "warnings", &f->warnings);
		return json_output_print(&out, e);
	}
	print_list("error", &f->errors);
	print_list("warning", &f->warnings);
	if (f->errors.n + f->warnings.n == 0)
		printf("nothing wrong\n");
	return 0;
}

static void write_problems(struct json_writer *w, const struct strv *problems)
{
	json_open_array(w, "errors");
	for (size_t i = 0; i < problems->n; i++) {
		json_open_object(w, NULL);
		json_text(w, "text", problems->v[i]);
		json_close_object(w);
	}
	json_close_array(w);
	json_open_array(w, "warnings");
	json_close_array(w);
}

static int conclude(const struct source *s, size_t errors, struct err *e)
{
	if (errors)
		return err_set(e, ERR_INPUT, "'%s' has %zu error%s", s->name, errors,
			       errors == 1 ? "" : "s");
	return 0;
}

static int lint_media(const struct source *s, enum image_kind kind, const struct json_request *json,
		      struct err *e)
{
	AUTO_JSON_OUTPUT out = {.text = BUF_INIT};
	AUTO_STRV problems = STRV_INIT;

	if (inspect_media_problems(s, kind, &problems, e) < 0)
		return -1;
	if (json->wanted) {
		json_output_begin(&out, json);
		write_problems(&out.w, &problems);
		if (json_output_print(&out, e) < 0)
			return -1;
		return conclude(s, problems.n, e);
	}
	for (size_t i = 0; i < problems.n; i++)
		printf("error: %s\n", problems.v[i]);
	if (problems.n == 0)
		printf("nothing wrong\n");
	return conclude(s, problems.n, e);
}

static int lint(const struct source *s, const struct options *o, const struct json_request *json,
		struct err *e)
{
	AUTO_UKI_FINDINGS f = UKI_FINDINGS_INIT;
	enum image_kind kind;

	if (find_kind(s, &kind, e) < 0)
		return -1;
	if (kind == IMAGE_OTHER)
		return initrd_lint_answer(s, &o->initrd.limits, json, e);
	if (is_media(kind))
		return lint_media(s, kind, json, e);
	if (kind != IMAGE_EFI)
		return err_set(e, ERR_INPUT,
			       "'%s' is %s: --lint is for a UKI, an initramfs, an ISO or a disk",
			       s->name, image_kind_text(kind));
	if (uki_lint(s, &f, e) < 0 || tell_findings(&f, json, e) < 0)
		return -1;
	return conclude(s, f.errors.n, e);
}

/* Is the kind one that nothing else is? Whatever may be an initramfs is left to what reads those. */
static int check_initramfs(const char *path, struct err *e)
{
	static const char options[] =
		"--list, --sizes, --cat, --extract and --diff are for an initramfs";
	AUTO_FILE_SOURCE f = FILE_SOURCE_INIT;
	AUTO_PE pe = {.sections = NULL};
	enum image_kind kind;

	if (file_source_open(&f, path, e) < 0 || image_kind_read(&f.source, &kind, e) < 0)
		return -1;
	if (kind == IMAGE_EFI && pe_read(&f.source, &pe, e) < 0)
		return -1;
	if (kind == IMAGE_EFI && pe_section_find(&pe, ".initrd"))
		return err_set(e, ERR_INPUT,
			       "'%s' is a UKI: %s; get it with --section .initrd:binary@FILE", path,
			       options);
	if (kind == IMAGE_EFI)
		return err_set(e, ERR_INPUT, "'%s' is an EFI program: %s", path, options);
	if (kind == IMAGE_OTHER)
		return 0;
	return err_set(e, ERR_INPUT, "'%s' is %s: %s", path, image_kind_text(kind), options);
}

static int answer_initramfs(const char *path, const struct initrd_request *r, struct err *e)
{
	if (check_initramfs(path, e) < 0 || (r->diff && check_initramfs(r->diff, e) < 0))
		return -1;
	return initrd_answer(path, r, e);
}

static void options_done(struct options *o)
{
	strv_done(&o->sections);
}

static int inspect_file(const struct command *c, const char *path, const struct options *o,
			const struct json_request *json, struct err *e)
{
	AUTO_FILE_SOURCE f = FILE_SOURCE_INIT;
	struct subject s = {
		.source = &f.source,
		.options = o,
		.how = {.all = o->all, .sections = &o->sections, .profile = o->profile},
		.as_ukify = c == &cmd_ukify_inspect,
	};

	if (file_source_open(&f, path, e) < 0)
		return -1;
	return o->lint ? lint(&f.source, o, json, e) : show(&s, json, e);
}

static int run(const struct command *c, int argc, char **argv, struct err *e)
{
	AUTO(options_done) struct options o = {.json = NULL};
	struct json_request json;
	enum parsed parsed;
	int first;

	if (options_parse(c, argc, argv, &o, INT_MAX, &first, &parsed, e) < 0)
		return -1;
	if (parsed == PARSED_HELP)
		return 0;
	if (first == argc)
		return err_set(
			e, ERR_USAGE,
			"inspect what? Give a UKI, an initramfs, a kernel, an ISO or a disk");
	if (json_request_parse(o.json, &json, e) < 0)
		return -1;
	if (o.lint && (initrd_requested(&o.initrd) || is_about_ukis(&o) || o.all))
		return err_set(e, ERR_USAGE,
			       "--lint judges all of a file: it goes with --json, --max-size and "
			       "--max-entries only");
	o.initrd.json = &json;
	if (initrd_requested(&o.initrd) && (is_about_ukis(&o) || o.all))
		return err_set(
			e, ERR_USAGE,
			"--list, --sizes, --cat, --extract and --diff are for an initramfs, --all, "
			"--section, --only-profile, --dump and --facts for UKIs");
	if (initrd_requested(&o.initrd))
		return argc - first == 1
			       ? answer_initramfs(argv[first], &o.initrd, e)
			       : err_set(e, ERR_USAGE,
					 "--list, --sizes, --cat, --extract and --diff go with one "
					 "file");
	if (argc - first > 1 && (json.wanted || o.dump))
		return err_set(e, ERR_USAGE, "--json and --dump go with one file");
	for (; first < argc; first++)
		if (inspect_file(c, argv[first], &o, &json, e) < 0)
			return -1;
	return 0;
}

const struct command cmd_inspect = {
	.name = "inspect",
	.operands = "FILE...",
	.summary = "what is inside a UKI, initramfs, kernel, ISO or disk",
	.details = "Shows the sections of a UKI (as ukify inspect does), the entries of an "
		   "initramfs, the version of a kernel, or the partitions, boot entries and files "
		   "of an ISO or a disk, with the UKIs among them.",
	.options = rows,
	.n_options = ARRAY_LEN(rows),
	.run = run,
};

const struct command cmd_ukify_inspect = {
	.program = "ukify",
	.name = "inspect",
	.operands = "FILE...",
	.summary = "what is inside a UKI",
	.details = "Shows the sections of a UKI, as ukify(1) does.",
	.options = rows,
	.n_options = ARRAY_LEN(rows),
	.run = run,
};
