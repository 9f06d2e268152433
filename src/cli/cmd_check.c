#include "base/nearest.h"
#include "cli/commands.h"
#include "cli/project_options.h"
#include "stage/requirements.h"

#include <stdio.h>
#include <string.h>

enum { WIDTH = 80 };

struct options {
	const char *json;
	struct strv roles;
};

static const struct option_row rows[] = {
	{0, "role", "ROLE",
	 "only what ROLE needs: self, fetch, kernel, distro, menuconfig, initramfs, uki, bios, "
	 "guest, "
	 "run, test, slow; may be given again",
	 OPTION_LIST, offsetof(struct options, roles), NULL},
	JSON_ROW(struct options),
};

static void options_done(struct options *o)
{
	strv_done(&o->roles);
}

static int collect_packages(const struct requirements *all, struct strv *to, struct err *e)
{
	for (size_t i = 0; i < all->n; i++) {
		const char *package = all->v[i].package;
		AUTO_FREE char *first = strndup(package, strcspn(package, "|"));

		if (!first)
			return err_memory(e);
		if (all->v[i].missing && !strv_has(to, first) && strv_add(to, first, e) < 0)
			return -1;
	}
	return 0;
}

/* A command of several lines that can be copied to a shell. */
static void print_command(const struct strv *packages)
{
	int column = printf("  apt-get install --no-install-recommends");

	for (size_t i = 0; i < packages->n; i++) {
		int width = (int)strlen(packages->v[i]) + 1;

		if (column + width > WIDTH - 2) {
			printf(" \\\n   ");
			column = 3;
		}
		column += printf(" %s", packages->v[i]);
	}
	printf("\n");
}

static int print_missing(const struct requirements *all, struct err *e)
{
	AUTO_STRV packages = STRV_INIT;

	if (collect_packages(all, &packages, e) < 0)
		return -1;
	for (size_t i = 0; i < all->n; i++) {
		const struct requirement *r = &all->v[i];

		if (r->missing)
			printf("missing: %s %s\n         package %.*s: %s\n", r->kind, r->name,
			       (int)strcspn(r->package, "|"), r->package, r->reason);
	}
	printf("\nget it: ./setup.sh, or as root\n");
	print_command(&packages);
	return 0;
}

static int print_json(const struct requirements *all, const struct json_request *request,
		      struct err *e)
{
	AUTO_JSON_OUTPUT out = {.text = BUF_INIT};

	json_output_begin(&out, request);
	json_open_array(&out.w, "missing");
	for (size_t i = 0; i < all->n; i++) {
		const struct requirement *r = &all->v[i];

		if (!r->missing)
			continue;
		json_open_object(&out.w, NULL);
		json_text(&out.w, "kind", r->kind);
		json_text(&out.w, "name", r->name);
		json_text_n(&out.w, "package", r->package, strcspn(r->package, "|"));
		json_text(&out.w, "roles", r->roles);
		json_text(&out.w, "reason", r->reason);
		json_close_object(&out.w);
	}
	json_close_array(&out.w);
	return json_output_print(&out, e);
}

/* A misspelt role would lack nothing. */
static int check_roles(const struct strv *asked, const struct strv *known, struct err *e)
{
	for (size_t i = 0; i < asked->n; i++) {
		const char *role = asked->v[i];
		const char *near =
			known->n ? nearest_name(role, (const char *const *)known->v) : NULL;

		if (!near)
			return err_set(e, ERR_USAGE,
				       "unknown role '%s': see mvirt-mkos check --help", role);
		if (strcmp(near, role) != 0)
			return err_set(e, ERR_USAGE, "unknown role '%s': did you mean '%s'?", role,
				       near);
	}
	return 0;
}

static int run(const struct command *c, int argc, char **argv, struct err *e)
{
	AUTO(options_done) struct options o = {.json = NULL};
	AUTO_REQUIREMENTS all = REQUIREMENTS_INIT;
	struct json_request json;
	enum parsed parsed;
	int first;

	if (options_parse(c, argc, argv, &o, 0, &first, &parsed, e) < 0)
		return -1;
	if (parsed == PARSED_HELP)
		return 0;
	if (json_request_parse(o.json, &json, e) < 0 ||
	    requirements_look((const char *const *)o.roles.v, &all, e) < 0 ||
	    check_roles(&o.roles, &all.roles, e) < 0)
		return -1;
	if (json.wanted && print_json(&all, &json, e) < 0)
		return -1;
	if (!json.wanted && all.missing && print_missing(&all, e) < 0)
		return -1;
	if (all.missing)
		return err_set(e, ERR_MISSING, "this machine lacks %zu of the %zu things it needs",
			       all.missing, all.n);
	if (!json.wanted)
		printf("nothing is missing\n");
	return 0;
}

const struct command cmd_check = {
	.name = "check",
	.operands = "",
	.summary = "what this machine lacks to build, and how to get it",
	.details = "Looks for every program, library, header and file of config/requirements "
		   "and names those that are missing, each with its Debian package and what "
		   "needs it. Exit status 1 when something is missing.",
	.options = rows,
	.n_options = ARRAY_LEN(rows),
	.run = run,
};
