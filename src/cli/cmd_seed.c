#include "base/log.h"
#include "cli/commands.h"
#include "cli/project_options.h"
#include "host/progress.h"
#include "stage/seed.h"

#include <stdio.h>

struct options {
	struct seed_options seed;
	const char *json;
	bool no_sync;
};

static const struct option_row rows[] = {
	{0, "user-data", "FILE", "what cloud-init is to do: begins with #cloud-config or #!",
	 OPTION_TEXT, offsetof(struct options, seed.user_data), NULL},
	{0, "meta-data", "FILE",
	 "instance-id and more, as YAML (default: an instance-id made of the content)", OPTION_TEXT,
	 offsetof(struct options, seed.meta_data), NULL},
	{0, "network-config", "FILE", "network of the guest, as YAML", OPTION_TEXT,
	 offsetof(struct options, seed.network_config), NULL},
	{'o', "output", "FILE", "where the seed goes", OPTION_TEXT,
	 offsetof(struct options, seed.output), NULL},
	{0, "no-sync", NULL, "do not wait until the output is on the disk", OPTION_FLAG,
	 offsetof(struct options, no_sync), NULL},
	JSON_ROW(struct options),
};

static int report(const char *path, const struct seed_summary *s, const struct json_request *json,
		  struct err *e)
{
	AUTO_JSON_OUTPUT out = {.text = BUF_INIT};
	char size[32];

	if (json->wanted) {
		json_output_begin(&out, json);
		json_text(&out.w, "path", path);
		json_number(&out.w, "size", s->size);
		if (s->instance_id[0])
			json_text(&out.w, "instance-id", s->instance_id);
		return json_output_print(&out, e);
	}
	if (log_level() >= LOG_NORMAL)
		printf("%s  %s%s%s\n", path, size_text(s->size, size, sizeof(size)),
		       s->instance_id[0] ? "  instance-id " : "", s->instance_id);
	return 0;
}

static int run(const struct command *c, int argc, char **argv, struct err *e)
{
	struct options o = {.json = NULL};
	struct seed_summary summary;
	struct json_request json;
	enum parsed parsed;
	int first;

	if (options_parse(c, argc, argv, &o, 0, &first, &parsed, e) < 0)
		return -1;
	if (parsed == PARSED_HELP)
		return 0;
	if (!o.seed.user_data || !o.seed.output)
		return err_set(e, ERR_USAGE, "a seed takes --user-data FILE and --output FILE");
	o.seed.sync = !o.no_sync;
	if (json_request_parse(o.json, &json, e) < 0 || stage_seed(&o.seed, &summary, e) < 0)
		return -1;
	return report(o.seed.output, &summary, &json, e);
}

const struct command cmd_seed = {
	.name = "seed",
	.operands = "",
	.summary = "pack cloud-init's user data into an ISO (NoCloud)",
	.details =
		"Makes an ISO of the label cidata with user-data, meta-data and network-config, "
		"from which cloud-init sets a guest up on its first boot; attach it as a disk or "
		"a CD. The same input gives the same bytes.",
	.options = rows,
	.n_options = ARRAY_LEN(rows),
	.run = run,
};
