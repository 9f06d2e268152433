#include "base/log.h"
#include "cli/commands.h"
#include "cli/project_options.h"
#include "host/progress.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

struct options {
	struct project_options project;
	struct fetch_options fetch;
	bool pin;
	const char *json;
};

static const struct option_row rows[] = {
	PROJECT_ROW_RECIPE(struct options),
	PROJECT_ROW_SOURCE(struct options),
	PROJECT_ROW_SHA256(struct options),
	PROJECT_ROW_PAYLOAD(struct options),
	PROJECT_ROW_WITHOUT(struct options),
	FETCH_ROW_OFFLINE(struct options),
	FETCH_ROW_MIRROR(struct options),
	{0, "timeout", "S", "seconds without a byte that end a try (default: 30)", OPTION_NUMBER,
	 offsetof(struct options, fetch.timeout_s), NULL},
	{0, "keyring", "FILE",
	 "OpenPGP keys (as gpg --export writes them) for kernel.org's list of hashes; default: "
	 "fetched from kernel.org",
	 OPTION_TEXT, offsetof(struct options, fetch.keyring), NULL},
	{0, "fingerprint", "HEX",
	 "the key that has to have signed the list (default: kernel.org's)", OPTION_TEXT,
	 offsetof(struct options, fetch.fingerprint), NULL},
	{0, "pin", NULL, "write what has no pin into config/pins", OPTION_FLAG,
	 offsetof(struct options, pin), NULL},
	PROJECT_ROW_NO_SYNC(struct options),
	JSON_ROW(struct options),
};

static void options_done(struct options *o)
{
	project_options_done(&o->project);
}

static uint64_t size_of(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 ? (uint64_t)st.st_size : 0;
}

static int report_json(const struct fetch_plan *plan, const struct json_request *request,
		       struct err *e)
{
	AUTO_JSON_OUTPUT out = {.text = BUF_INIT};

	json_output_begin(&out, request);
	json_open_array(&out.w, "files");
	for (size_t i = 0; i < plan->n; i++) {
		const struct fetch_item *item = &plan->v[i];

		json_open_object(&out.w, NULL);
		json_text(&out.w, "name", item->name);
		json_text(&out.w, "path", item->path);
		if (item->url)
			json_text(&out.w, "url", item->url);
		json_text(&out.w, "sha256", item->sha256);
		json_number(&out.w, "size", size_of(item->path));
		json_bool(&out.w, "fetched", item->came);
		json_close_object(&out.w);
	}
	json_close_array(&out.w);
	return json_output_print(&out, e);
}

static int report(const struct fetch_plan *plan, const struct json_request *json, struct err *e)
{
	char size[32];

	if (json->wanted)
		return report_json(plan, json, e);
	if (log_level() < LOG_NORMAL)
		return 0;
	for (size_t i = 0; i < plan->n; i++) {
		const struct fetch_item *item = &plan->v[i];

		printf("%-24s %-8s %10s  %s\n", item->name, item->came ? "fetched" : "there",
		       size_text(size_of(item->path), size, sizeof(size)), item->path);
	}
	if (plan->n == 0)
		printf("nothing to fetch\n");
	return 0;
}

static int write_pins(const struct options *o, const struct fetch_plan *plan, struct err *e)
{
	size_t lines;

	if (!o->pin)
		return 0;
	if (fetch_pin(plan, !o->project.no_sync, &lines, e) < 0)
		return -1;
	log_info(FETCH_PINS ": %zu pin%s added", lines, lines == 1 ? "" : "s");
	return 0;
}

static int run(const struct command *c, int argc, char **argv, struct err *e)
{
	AUTO(options_done) struct options o = {.json = NULL, .fetch = {.ask_signature = true}};
	AUTO_PROJECT project = PROJECT_INIT;
	AUTO_FETCH_PLAN plan = FETCH_PLAN_INIT;
	AUTO_HASHES hashes = HASHES_INIT;
	struct json_request json;
	enum parsed parsed;
	int first;

	if (options_parse(c, argc, argv, &o, 0, &first, &parsed, e) < 0)
		return -1;
	if (parsed == PARSED_HELP)
		return 0;
	if (json_request_parse(o.json, &json, e) < 0 || project_load(&o.project, &project, e) < 0 ||
	    fetch_plan(&project, &o.fetch, FETCH_ALL, &plan, e) < 0 ||
	    fetch_run(&plan, &o.fetch, &hashes, project.sync, e) < 0 ||
	    write_pins(&o, &plan, e) < 0)
		return -1;
	return report(&plan, &json, e);
}

const struct command cmd_fetch = {
	.name = "fetch",
	.operands = "",
	.summary = "get and verify what the image needs from elsewhere",
	.details = "Fetches into cache/ what the recipe needs: the kernel's tarball and payload, "
		   "each over https, and kept only when its SHA-256 is that of config/pins or of "
		   "the recipe. build and the other commands do the same for what they need; with "
		   "cache/ filled they need no network.\n\n"
		   "A version in kernel.version without a pin is looked up in the list of hashes "
		   "that kernel.org signs; --pin keeps the hash in config/pins.",
	.options = rows,
	.n_options = ARRAY_LEN(rows),
	.run = run,
};
