#include "base/log.h"
#include "cli/commands.h"
#include "cli/project_options.h"
#include "stage/kernel_config.h"
#include "stage/requirements.h"

struct options {
	struct project_options project;
	struct fetch_options fetch;
	bool check_config;
	const char *diff;
	const char *json;
};

static const struct option_row rows[] = {
	PROJECT_ROW_RECIPE(struct options),
	PROJECT_ROW_SOURCE(struct options),
	PROJECT_ROW_SHA256(struct options),
	FETCH_ROW_OFFLINE(struct options),
	FETCH_ROW_MIRROR(struct options),
	PROJECT_ROW_LAUNCHER(struct options),
	PROJECT_ROW_FRAGMENT(struct options),
	{0, "check-config", NULL, "only configure, and say what was lost", OPTION_FLAG,
	 offsetof(struct options, check_config), NULL},
	{0, "diff", "OLD.config", "only configure, and say what is different from OLD.config",
	 OPTION_TEXT, offsetof(struct options, diff), NULL},
	PROJECT_ROW_JOBS(struct options),
	PROJECT_ROW_NO_SYNC(struct options),
	JSON_ROW(struct options),
};

static void options_done(struct options *o)
{
	project_options_done(&o->project);
}

/* The configuration alone, and how it differs from another. */
static int configure(struct build *b, const struct options *o, struct err *e)
{
	AUTO_BUF text = BUF_INIT;

	if (build_kernel_config(b, e) < 0)
		return -1;
	if (!o->diff) {
		log_info("every option that was asked for is there");
		return 0;
	}
	if (kernel_config_diff(o->diff, &text, e) < 0)
		return -1;
	return print_text(buf_str(&text), text.len, e);
}

static int check_tools(const struct project *p, struct err *e)
{
	const char *const roles[] = {"kernel", project_source_role(p), NULL};

	return requirements_check(roles, e);
}

static int run(const struct command *c, int argc, char **argv, struct err *e)
{
	AUTO(options_done) struct options o = {.json = NULL};
	AUTO_PROJECT project = PROJECT_INIT;
	AUTO_FETCH_PLAN plan = FETCH_PLAN_INIT;
	AUTO_BUILD b = BUILD_INIT;
	struct json_request json;
	struct step step;
	enum parsed parsed;
	int first;

	if (options_parse(c, argc, argv, &o, 0, &first, &parsed, e) < 0)
		return -1;
	if (parsed == PARSED_HELP)
		return 0;
	if (json_request_parse(o.json, &json, e) < 0 || project_load(&o.project, &project, e) < 0 ||
	    fetch_plan(&project, &o.fetch, FETCH_KERNEL, &plan, e) < 0 ||
	    check_tools(&project, e) < 0 || build_check_launcher(&project, e) < 0 ||
	    build_begin(&b, &project, e) < 0)
		return -1;
	if (fetch_run(&plan, &o.fetch, &b.hashes, project.sync, e) < 0)
		return build_finish(&b, -1, e);
	if (o.check_config || o.diff)
		return build_finish(&b, configure(&b, &o, e), e);
	if (build_finish(&b, build_kernel(&b, &step, e), e) < 0)
		return -1;
	return report_steps(&b, &step, 1, &json, e);
}

const struct command cmd_kernel = {
	.name = "kernel",
	.operands = "",
	.summary = "get, configure and build the kernel",
	.details = "Makes kernel/arch/x86/boot/bzImage: tinyconfig, the recipe's layers, "
		   "kbuild. Every option that a layer asks for is compared with what came "
		   "out; one that was lost stops the build before anything is compiled. "
		   "Kernels that were built before are kept in ~/.cache/mvirt-mkos.",
	.options = rows,
	.n_options = ARRAY_LEN(rows),
	.run = run,
};
