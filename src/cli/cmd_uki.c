#include "base/log.h"
#include "cli/commands.h"
#include "cli/measure_words.h"
#include "cli/project_options.h"
#include "cli/uki_options.h"
#include "host/progress.h"

#include <stdio.h>

struct options {
	struct project_options project;
	struct uki_words uki;
	struct measure_words measure;
	bool wants_measure;
	const char *output;
	const char *json;
};

static const struct option_row rows[] = {
	UKI_ROWS(struct options),
	{'o', "output", "FILE", "where the UKI goes (default: target/mvirt.efi)", OPTION_TEXT,
	 offsetof(struct options, output), NULL},
	{0, "measure", NULL, "print what PCR 11 of a TPM will be when it boots (see measure)",
	 OPTION_FLAG, offsetof(struct options, wants_measure), NULL},
	MEASURE_ROWS(struct options),
	PROJECT_ROW_RECIPE(struct options),
	PROJECT_ROW_NO_SYNC(struct options),
	JSON_ROW(struct options),
};

static void options_done(struct options *o)
{
	project_options_done(&o->project);
	uki_words_done(&o->uki);
	measure_words_done(&o->measure);
}

/* The recipe's kernel and initramfs, which have to be there. */
static int combine_recipe(const struct options *o, const struct json_request *json, struct err *e)
{
	AUTO_PROJECT project = PROJECT_INIT;
	AUTO_BUILD b = BUILD_INIT;
	struct step step;

	if (uki_words_given(&o->uki) || o->output)
		return err_set(
			e, ERR_USAGE,
			"the options for parts go with --linux: without it the recipe decides");
	if (o->wants_measure)
		return err_set(e, ERR_USAGE,
			       "--measure goes with --linux: the recipe's UKI is measured by "
			       "mvirt-mkos measure");
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
		measure_print(&s->measured);
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
	if (s->measured.n_values) {
		json_open_object(&out.w, "pcrs");
		measure_json(&s->measured, &out.w);
		json_close_object(&out.w);
	}
	return json_output_print(&out, e);
}

static int combine_parts(struct options *o, const struct json_request *json, struct err *e)
{
	struct uki_options u = uki_words_options(&o->uki);
	AUTO_UKI_SUMMARY summary = {.size = 0};
	struct measure_options m;

	if (o->wants_measure) {
		if (measure_words_options(&o->measure, &m, e) < 0)
			return -1;
		m.pcr_11 = true;
		u.measure = &m;
	}
	u.output = o->output ? o->output : PROJECT_UKI;
	u.sync = !o->project.no_sync;
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
	return o.uki.kernel ? combine_parts(&o, &json, e) : combine_recipe(&o, &json, e);
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
