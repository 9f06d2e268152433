#include "base/log.h"
#include "cli/commands.h"
#include "cli/project_options.h"
#include "host/progress.h"
#include "stage/uki.h"

#include <stdio.h>

struct options {
	struct project_options project;
	const char *kernel;
	struct strv initrds;
	const char *cmdline;
	const char *os_release;
	const char *uname;
	struct strv sbat;
	const char *stub;
	const char *output;
	bool strict;
	const char *json;
};

static const struct option_row rows[] = {
	{0, "linux", "FILE", "the kernel; without it the recipe's parts are taken", OPTION_TEXT,
	 offsetof(struct options, kernel), NULL},
	{0, "kernel", "FILE", "the same as --linux", OPTION_TEXT, offsetof(struct options, kernel),
	 NULL},
	{0, "initrd", "FILE", "an initrd; several are joined in this order", OPTION_LIST,
	 offsetof(struct options, initrds), NULL},
	{0, "cmdline", "TEXT|@FILE", "the kernel command line", OPTION_TEXT,
	 offsetof(struct options, cmdline), NULL},
	{0, "os-release", "TEXT|@FILE", "default: /etc/os-release; '' for none", OPTION_TEXT,
	 offsetof(struct options, os_release), NULL},
	{0, "uname", "VERSION", "the kernel's version (default: as it says itself)", OPTION_TEXT,
	 offsetof(struct options, uname), NULL},
	{0, "sbat", "TEXT|@FILE", "SBAT lines to add; may be given again", OPTION_LIST,
	 offsetof(struct options, sbat), NULL},
	{0, "stub", "FILE", "the EFI stub (default: the distribution's systemd-stub)", OPTION_TEXT,
	 offsetof(struct options, stub), NULL},
	{'o', "output", "FILE", "where the UKI goes (default: target/mvirt.efi)", OPTION_TEXT,
	 offsetof(struct options, output), NULL},
	{0, "strict", NULL, "refuse what is doubtful instead of warning", OPTION_FLAG,
	 offsetof(struct options, strict), NULL},
	PROJECT_ROW_RECIPE(struct options),
	PROJECT_ROW_NO_SYNC(struct options),
	JSON_ROW(struct options),
};

static void options_done(struct options *o)
{
	project_options_done(&o->project);
	strv_done(&o->initrds);
	strv_done(&o->sbat);
}

/* The recipe's kernel and initramfs, which have to be there. */
static int combine_recipe(const struct options *o, const struct json_request *json, struct err *e)
{
	AUTO_PROJECT project = PROJECT_INIT;
	AUTO_BUILD b = BUILD_INIT;
	struct step step;

	if (o->initrds.n || o->cmdline || o->os_release || o->uname || o->sbat.n || o->stub ||
	    o->output || o->strict)
		return err_set(
			e, ERR_USAGE,
			"the options for parts go with --linux: without it the recipe decides");
	if (project_load(&o->project, &project, e) < 0 || build_begin(&b, &project, e) < 0 ||
	    build_check_recipe(&b, e) < 0)
		return -1;
	if (build_finish(&b, build_uki(&b, &step, e), e) < 0)
		return -1;
	return report_steps(&b, &step, 1, json, e);
}

static void report_text(const char *path, const struct uki_summary *s)
{
	char size[32];

	printf("%s: %s", path, size_text(s->size, size, sizeof(size)));
	if (s->kernel.release[0])
		printf(", Linux %s", s->kernel.release);
	printf("\n");
	for (size_t i = 0; i < s->n_sections; i++)
		printf("  %-8s %10s\n", s->sections[i].Name,
		       size_text(pe_section_size(&s->sections[i]), size, sizeof(size)));
}

static int report(const char *path, const struct uki_summary *s, const struct json_request *json,
		  struct err *e)
{
	AUTO_JSON_OUTPUT out = {.text = BUF_INIT};

	if (!json->wanted) {
		if (log_level() >= LOG_NORMAL)
			report_text(path, s);
		return 0;
	}
	json_output_begin(&out, json);
	json_text(&out.w, "path", path);
	json_number(&out.w, "size", s->size);
	json_text(&out.w, "uname", s->kernel.release);
	json_open_object(&out.w, "sections");
	for (size_t i = 0; i < s->n_sections; i++)
		json_number(&out.w, s->sections[i].Name, pe_section_size(&s->sections[i]));
	json_close_object(&out.w);
	return json_output_print(&out, e);
}

static int combine_parts(const struct options *o, const struct json_request *json, struct err *e)
{
	const struct uki_options u = {
		.kernel = o->kernel,
		.initrds = &o->initrds,
		.cmdline = o->cmdline,
		.os_release = o->os_release,
		.uname = o->uname,
		.sbat = &o->sbat,
		.stub = o->stub,
		.output = o->output ? o->output : PROJECT_UKI,
		.sync = !o->project.no_sync,
		.strict = o->strict,
	};
	AUTO_UKI_SUMMARY summary = {.size = 0};

	if (stage_uki(&u, &summary, e) < 0)
		return -1;
	return report(u.output, &summary, json, e);
}

static int run(const struct command *c, int argc, char **argv, struct err *e)
{
	AUTO(options_done) struct options o = {.json = NULL};
	struct json_request json;
	enum parsed parsed;
	int first;

	if (options_parse(c, argc, argv, &o, 0, &first, &parsed, e) < 0)
		return -1;
	if (parsed == PARSED_HELP)
		return 0;
	if (json_request_parse(o.json, &json, e) < 0)
		return -1;
	return o.kernel ? combine_parts(&o, &json, e) : combine_recipe(&o, &json, e);
}

const struct command cmd_uki = {
	.name = "uki",
	.operands = "",
	.summary = "combine kernel, initramfs and more into one EFI program",
	.details = "Combines the kernel and the initramfs of the recipe into target/mvirt.efi, "
		   "or, with --linux (or --kernel), any parts into any file. Option names and "
		   "meanings are those of ukify build. A text that begins with @ names a file.",
	.options = rows,
	.n_options = ARRAY_LEN(rows),
	.run = run,
};
