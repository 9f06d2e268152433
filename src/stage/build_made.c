#include "stage/build.h"

#include "host/file.h"
#include "stage/uki.h"

#include <stdio.h>
#include <string.h>

int build_check_recipe(const struct build *b, struct err *e)
{
	const char *made = b->manifest.recipe;

	if (!made || !*made || !strcmp(made, b->project->recipe))
		return 0;
	return err_set(e, ERR_INPUT,
		       "what is in kernel/ and target/ was made for recipe '%s', not '%s': run "
		       "mvirt-mkos build --recipe %s, or name the other recipe",
		       made, b->project->recipe, b->project->recipe);
}

int build_find_recipe(char **ret, struct err *e)
{
	AUTO_MANIFEST made = MANIFEST_INIT;

	if (manifest_load(PROJECT_MANIFEST, &made, e) < 0)
		return -1;
	*ret = made.recipe && *made.recipe ? TAKE(made.recipe) : NULL;
	return 0;
}

int build_resume(struct build *b, const struct project_options *options, struct project *project,
		 struct err *e)
{
	struct project_options o = *options;
	AUTO_FREE char *recipe = NULL;

	if (!o.recipe && build_find_recipe(&recipe, e) < 0)
		return -1;
	if (recipe)
		o.recipe = recipe;
	if (project_load(&o, project, e) < 0 || build_begin(b, project, e) < 0)
		return -1;
	return build_check_recipe(b, e);
}

/* Compares one input with what it was when the UKI was made. */
static int check_value(const struct build *b, const char *name, const char *value, const char *path,
		       struct err *e)
{
	const struct inputs *made = &manifest_find(&b->manifest, "uki")->inputs;

	for (size_t i = 0; i < made->n; i++)
		if (!strcmp(made->v[i].name, name) && !strcmp(made->v[i].value, value))
			return 0;
	return err_set(e, ERR_INPUT,
		       "'" PROJECT_UKI "' is older than '%s': run mvirt-mkos build --recipe %s",
		       path, b->project->recipe);
}

static int check_file(struct build *b, const char *name, const char *path, struct err *e)
{
	char value[HASH_HEX + 8] = "sha256:";

	/* The UKI is whole without its parts. */
	if (!path || !file_exists(path))
		return 0;
	if (hashes_file(&b->hashes, path, value + 7, e) < 0)
		return -1;
	return check_value(b, name, value, path, e);
}

static int check_stub(struct build *b, struct err *e)
{
	AUTO_FREE char *stub = NULL;
	struct err ignored;

	/* Neither is the stub needed any more: where it is not found, nothing is compared. */
	if (!file_exists(PROJECT_BZIMAGE) || build_find_stub(b->project, &stub, &ignored) < 0)
		return 0;
	return check_file(b, "stub", stub, e);
}

static int refuse_keys(const struct build *b, const char *section, struct err *e)
{
	return err_set(e, ERR_INPUT,
		       "'" PROJECT_UKI "' is older than [%s] of '%s': run mvirt-mkos build "
		       "--recipe %s",
		       section, b->project->recipe_path, b->project->recipe);
}

static int check_signer(struct build *b, struct err *e)
{
	const struct inputs *made = &manifest_find(&b->manifest, "uki")->inputs;
	const struct strv *certificates = &b->project->secureboot_certificates;
	size_t signers = 0;

	for (size_t i = 0; i < made->n; i++)
		signers += !strncmp(made->v[i].name, "certificate ", 12);
	if (signers != certificates->n)
		return refuse_keys(b, "secureboot", e);
	for (size_t i = 0; i < certificates->n; i++) {
		char name[40];

		snprintf(name, sizeof(name), "certificate %zu", i + 1);
		if (check_file(b, name, certificates->v[i], e) < 0)
			return -1;
	}
	return 0;
}

static bool is_of_pcr(const struct input *i)
{
	return !strncmp(i->name, "pcr", 3) && strcmp(i->name, "pcrpkey") != 0;
}

static size_t count_of_pcr(const struct inputs *inputs)
{
	size_t n = 0;

	for (size_t i = 0; i < inputs->n; i++)
		n += is_of_pcr(&inputs->v[i]);
	return n;
}

static int check_pcr_keys(struct build *b, struct err *e)
{
	const struct inputs *made = &manifest_find(&b->manifest, "uki")->inputs;
	AUTO_INPUTS now = INPUTS_INIT;

	if (build_key_inputs(b, &now, e) < 0)
		return -1;
	if (count_of_pcr(&now) != count_of_pcr(made))
		return refuse_keys(b, "pcr", e);
	for (size_t i = 0; i < now.n; i++)
		if (is_of_pcr(&now.v[i]) &&
		    check_value(b, now.v[i].name, now.v[i].value, b->project->recipe_path, e) < 0)
			return refuse_keys(b, "pcr", e);
	return 0;
}

int build_check_uki(struct build *b, struct err *e)
{
	const struct project *p = b->project;
	bool intact;

	/* One that was put here by other means is taken as it is. */
	if (!manifest_find(&b->manifest, "uki"))
		return 0;
	if (build_is_intact(b, "uki", PROJECT_UKI, &intact, e) < 0)
		return -1;
	if (!intact)
		return err_set(e, ERR_INPUT,
			       "'" PROJECT_UKI
			       "' is not what was made of recipe '%s': run mvirt-mkos "
			       "build --recipe %s, or take it as it is with --uki " PROJECT_UKI,
			       p->recipe, p->recipe);
	if (check_value(b, "cmdline", p->cmdline, "cmdline.txt", e) < 0 ||
	    check_file(b, "kernel", PROJECT_BZIMAGE, e) < 0 ||
	    check_file(b, "initramfs", PROJECT_INITRAMFS, e) < 0 ||
	    check_file(b, "os-release", p->os_release, e) < 0 || check_stub(b, e) < 0)
		return -1;
	if (check_file(b, "pcrpkey", p->pcrpkey, e) < 0 || check_signer(b, e) < 0)
		return -1;
	return check_pcr_keys(b, e);
}
