#include "cli/commands.h"
#include "cli/project_options.h"
#include "stage/requirements.h"

#include <string.h>
#include <unistd.h>

struct options {
	struct project_options project;
	struct fetch_options fetch;
	const char *layer;
	const char *editor;
};

static const char *const editors[] = {"menuconfig", "nconfig", "xconfig", "gconfig", NULL};

static const struct option_row rows[] = {
	PROJECT_ROW_RECIPE(struct options),
	PROJECT_ROW_SOURCE(struct options),
	PROJECT_ROW_SHA256(struct options),
	FETCH_ROW_OFFLINE(struct options),
	FETCH_ROW_MIRROR(struct options),
	{0, "editor", "NAME", "menuconfig (default), nconfig, xconfig or gconfig", OPTION_TEXT,
	 offsetof(struct options, editor), NULL},
	{0, "layer", "FILE", "the layer for options that none has yet (default: the last one)",
	 OPTION_TEXT, offsetof(struct options, layer), NULL},
};

static void options_done(struct options *o)
{
	project_options_done(&o->project);
}

static bool is_editor(const char *name)
{
	for (const char *const *known = editors; *known; known++)
		if (!strcmp(*known, name))
			return true;
	return false;
}

static int check_tools(const struct project *p, struct err *e)
{
	const char *const roles[] = {"kernel", "menuconfig", project_source_role(p), NULL};

	return requirements_check(roles, e);
}

static int run(const struct command *c, int argc, char **argv, struct err *e)
{
	AUTO(options_done) struct options o = {.layer = NULL};
	AUTO_PROJECT project = PROJECT_INIT;
	AUTO_FETCH_PLAN plan = FETCH_PLAN_INIT;
	AUTO_BUILD b = BUILD_INIT;
	enum parsed parsed;
	int first;

	if (options_parse(c, argc, argv, &o, 0, &first, &parsed, e) < 0)
		return -1;
	if (parsed == PARSED_HELP)
		return 0;
	if (!o.editor)
		o.editor = editors[0];
	if (!is_editor(o.editor))
		return err_set(e, ERR_USAGE,
			       "--editor is menuconfig, nconfig, xconfig or gconfig, not '%s'",
			       o.editor);
	if (strcmp(o.editor, "xconfig") && strcmp(o.editor, "gconfig") && !(isatty(0) && isatty(1)))
		return err_set(e, ERR_INPUT, "%s needs a terminal: its input or output is none",
			       o.editor);
	if (project_load(&o.project, &project, e) < 0 ||
	    fetch_plan(&project, &o.fetch, FETCH_KERNEL, &plan, e) < 0 ||
	    check_tools(&project, e) < 0 || build_begin(&b, &project, e) < 0)
		return -1;
	if (fetch_run(&plan, &o.fetch, &b.hashes, project.sync, e) < 0)
		return build_finish(&b, -1, e);
	return build_finish(&b, build_menuconfig(&b, o.editor, o.layer, e), e);
}

const struct command cmd_menuconfig = {
	.name = "menuconfig",
	.operands = "",
	.summary = "edit the kernel configuration, keep the change in its layer",
	.details = "Opens the recipe's kernel configuration in kbuild's menu. What you change "
		   "there goes back into the layer that names the option, or into the last "
		   "layer (--layer) when none does; each line is told. The layers then pass "
		   "the same check as in a build.",
	.options = rows,
	.n_options = ARRAY_LEN(rows),
	.run = run,
};
