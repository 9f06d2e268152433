#include "cli/commands.h"
#include "cli/project_options.h"

struct options {
	struct project_options project;
	struct fetch_options fetch;
	struct passphrase_source passphrase;
	const char *json;
};

static int set_passphrase_fd(void *into, const char *value, struct err *e)
{
	return passphrase_fd_parse(value, &((struct options *)into)->passphrase, e);
}

static const struct option_row rows[] = {
	PROJECT_ROW_RECIPE(struct options),
	PROJECT_ROW_SOURCE(struct options),
	PROJECT_ROW_SHA256(struct options),
	FETCH_ROW_OFFLINE(struct options),
	FETCH_ROW_MIRROR(struct options),
	PROJECT_ROW_LAUNCHER(struct options),
	PROJECT_ROW_PAYLOAD(struct options),
	PROJECT_ROW_WITHOUT(struct options),
	PROJECT_ROW_INIT(struct options),
	PROJECT_ROW_JOBS(struct options),
	PROJECT_ROW_NO_SYNC(struct options),
	{0, "passphrase-fd", "N",
	 "the lines of descriptor N are the passphrases of the recipe's keys", OPTION_CALL, 0,
	 set_passphrase_fd},
	JSON_ROW(struct options),
};

static void options_done(struct options *o)
{
	project_options_done(&o->project);
}

/* The initramfs comes first: what is wrong with it is known in a second, not after the kernel. */
static int build_all(struct build *b, const struct fetch_options *fetch, struct fetch_plan *plan,
		     struct step steps[4], struct err *e)
{
	b->asks_first = true;
	if (build_check_keys(b, false, e) < 0 ||
	    fetch_run(plan, fetch, &b->hashes, b->project->sync, e) < 0 ||
	    build_initramfs(b, &steps[1], e) < 0 || build_kernel(b, &steps[0], e) < 0)
		return -1;
	if (build_uki(b, &steps[2], e) < 0)
		return -1;
	return build_sbom(b, &steps[3], e);
}

static int run(const struct command *c, int argc, char **argv, struct err *e)
{
	AUTO(options_done) struct options o = {.json = NULL};
	AUTO_PROJECT project = PROJECT_INIT;
	AUTO_FETCH_PLAN plan = FETCH_PLAN_INIT;
	AUTO_BUILD b = BUILD_INIT;
	struct json_request json;
	struct step steps[4];
	enum parsed parsed;
	int first;

	if (options_parse(c, argc, argv, &o, 0, &first, &parsed, e) < 0)
		return -1;
	if (parsed == PARSED_HELP)
		return 0;
	b.passphrase = o.passphrase;
	if (json_request_parse(o.json, &json, e) < 0 || project_load(&o.project, &project, e) < 0 ||
	    fetch_plan(&project, &o.fetch, FETCH_ALL, &plan, e) < 0 ||
	    build_check(&project, e) < 0 || build_begin(&b, &project, e) < 0)
		return -1;
	if (build_finish(&b, build_all(&b, &o.fetch, &plan, steps, e), e) < 0)
		return -1;
	return report_steps(&b, steps, ARRAY_LEN(steps), &json, e);
}

const struct command cmd_build = {
	.name = "build",
	.operands = "",
	.summary = "kernel, initramfs and UKI: whatever is not up to date",
	.details = "Makes target/mvirt.efi, an image that boots, and what it consists of: the "
		   "kernel, the initramfs, the bill of materials target/sbom.cdx.json (CycloneDX) "
		   "and the manifest target/manifest.json. Only what changed since the last run "
		   "is made again.\n\n"
		   "Recipe mvirt is the hypervisor host; its daemons are given with --payload, the "
		   "rest is fetched. Recipe guest needs nothing but Debian packages.",
	.options = rows,
	.n_options = ARRAY_LEN(rows),
	.run = run,
};
