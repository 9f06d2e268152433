#include "base/log.h"
#include "cli/project_options.h"
#include "host/progress.h"

#include <stdio.h>

static const char *how_text(const struct step *step, char *to, size_t size)
{
	char time[32];

	duration_text(step->ms, time, sizeof(time));
	switch (step->how) {
	case STEP_UP_TO_DATE:
		snprintf(to, size, "up to date");
		break;
	case STEP_KEPT:
		snprintf(to, size, "kept from before");
		break;
	case STEP_MADE:
		snprintf(to, size, "made in %s", time);
		break;
	}
	return to;
}

static void print_row(const struct artefact *a, const struct step *step)
{
	char how[64], size[32];

	printf("%-10s %-12s %-18s %10s  %s\n", a->name, a->version ? a->version : "",
	       how_text(step, how, sizeof(how)), size_text(a->size, size, sizeof(size)), a->path);
}

static void write_row(struct json_writer *w, const struct artefact *a, const struct step *step)
{
	static const char *const how[] = {"up-to-date", "made", "kept"};

	json_open_object(w, NULL);
	json_text(w, "name", a->name);
	json_text(w, "path", a->path);
	if (a->version)
		json_text(w, "version", a->version);
	json_number(w, "size", a->size);
	json_text(w, "sha256", a->sha256);
	json_text(w, "how", how[step->how]);
	json_number(w, "ms", step->ms);
	json_close_object(w);
}

static int report_json(const struct build *b, const struct step *steps, size_t n,
		       const struct json_request *request, struct err *e)
{
	AUTO_JSON_OUTPUT out = {.text = BUF_INIT};

	json_output_begin(&out, request);
	json_text(&out.w, "recipe", b->project->recipe);
	json_open_array(&out.w, "artefacts");
	for (size_t i = 0; i < n; i++)
		write_row(&out.w, manifest_find(&b->manifest, steps[i].artefact), &steps[i]);
	json_close_array(&out.w);
	return json_output_print(&out, e);
}

int report_steps(const struct build *b, const struct step *steps, size_t n,
		 const struct json_request *json, struct err *e)
{
	if (json->wanted)
		return report_json(b, steps, n, json, e);
	if (log_level() < LOG_NORMAL)
		return 0;
	for (size_t i = 0; i < n; i++)
		print_row(manifest_find(&b->manifest, steps[i].artefact), &steps[i]);
	return 0;
}
