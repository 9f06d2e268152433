#include "stage/build.h"

#include "host/file.h"
#include "host/workspace.h"
#include "stage/requirements.h"
#include "stage/uki_pideisn.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define HASHES PROJECT_TARGET "/.hashes"

int build_check_launcher(const struct project *p, struct err *e)
{
	AUTO_FREE char *path = NULL;

	if (!p->launcher)
		return 0;
	if (program_find(p->launcher, &path, e) < 0)
		return -1;
	return path ? 0
		    : err_set(e, ERR_MISSING,
			      "compiler launcher '%s' is not installed: install it, or leave out "
			      "--launcher",
			      p->launcher);
}

int build_check(const struct project *p, struct err *e)
{
	const char *roles[] = {
		"kernel", "initramfs", p->recipe, project_source_role(p), p->stub ? NULL : "uki",
		NULL};

	if (project_check_payloads(p, e) < 0 ||
	    pideisn_check_words("cmdline.txt", p->cmdline, e) < 0)
		return -1;
	if (!file_exists(p->os_release))
		return err_set(e, ERR_MISSING, "%s: [uki] os-release: '%s' is missing",
			       p->recipe_path, p->os_release);
	if (p->stub && !file_exists(p->stub))
		return err_set(e, ERR_MISSING, "%s: [uki] stub: '%s' is missing", p->recipe_path,
			       p->stub);
	if (p->pcrpkey && !file_exists(p->pcrpkey))
		return err_set(e, ERR_MISSING, "%s: [uki] pcrpkey: '%s' is missing", p->recipe_path,
			       p->pcrpkey);
	if (build_check_launcher(p, e) < 0)
		return -1;
	return requirements_check(roles, e);
}

int build_begin(struct build *b, const struct project *project, struct err *e)
{
	b->project = project;
	b->passphrase.memory = &b->passphrases;
	if (b->passphrase.has_fd && !project->secureboot_key && !project->pcr.sections.n)
		return err_set(e, ERR_USAGE,
			       "--passphrase-fd goes with a key, and '%s' has none: [secureboot] "
			       "and [pcr] name keys",
			       project->recipe_path);
	if (workspace_folder(PROJECT_TARGET, e) < 0 ||
	    workspace_lock(PROJECT_TARGET, &b->lock, e) < 0)
		return -1;
	if (hashes_load(HASHES, &b->hashes, e) < 0 ||
	    manifest_load(PROJECT_MANIFEST, &b->manifest, e) < 0)
		return -1;
	return 0;
}

/* Only what was made, or found to be up to date, makes it this recipe's manifest. */
static int note_recipe(struct build *b, struct err *e)
{
	struct manifest *m = &b->manifest;

	if (m->recipe && !strcmp(m->recipe, b->project->recipe))
		return 0;
	free(m->recipe);
	m->recipe = strdup(b->project->recipe);
	m->changed = true;
	return m->recipe ? 0 : err_memory(e);
}

static int save(const struct build *b, struct err *e)
{
	if (hashes_save(&b->hashes, HASHES, e) < 0)
		return -1;
	if (!b->manifest.changed)
		return 0;
	return manifest_save(&b->manifest, PROJECT_MANIFEST, b->project->sync, e);
}

int build_finish(struct build *b, int result, struct err *e)
{
	struct err second;

	if (result == 0 && note_recipe(b, e) < 0)
		result = -1;
	/* The first failure is the one to tell. */
	return save(b, result < 0 ? &second : e) < 0 ? -1 : result;
}

void build_done(struct build *b)
{
	passphrase_memory_done(&b->passphrases);
	hashes_done(&b->hashes);
	manifest_done(&b->manifest);
	if (b->lock >= 0)
		close(b->lock);
	*b = (struct build)BUILD_INIT;
}

int build_is_intact(struct build *b, const char *name, const char *path, bool *ret, struct err *e)
{
	const struct artefact *a = manifest_find(&b->manifest, name);
	char hex[HASH_HEX];

	*ret = false;
	if (!a || strcmp(a->path, path) || !file_exists(path))
		return 0;
	if (hashes_file(&b->hashes, path, hex, e) < 0)
		return -1;
	*ret = !strcmp(hex, a->sha256);
	return 0;
}

int build_is_current(struct build *b, const char *name, const char *path,
		     const struct inputs *inputs, bool *ret, struct err *e)
{
	const struct artefact *a = manifest_find(&b->manifest, name);

	*ret = false;
	if (!a || !inputs_equal(&a->inputs, inputs))
		return 0;
	return build_is_intact(b, name, path, ret, e);
}

int build_note(struct build *b, const char *name, const char *path, const char *version,
	       struct inputs *inputs, struct err *e)
{
	AUTO_ARTEFACT a = {.name = strdup(name), .path = strdup(path), .inputs = *inputs};
	struct stat st;

	*inputs = (struct inputs)INPUTS_INIT;
	if (version)
		a.version = strdup(version);
	if (!a.name || !a.path || (version && !a.version))
		return err_memory(e);
	if (stat(path, &st) < 0)
		return err_os(e, "stat '%s'", path);
	a.size = (uint64_t)st.st_size;
	if (hashes_file(&b->hashes, path, a.sha256, e) < 0)
		return -1;
	if (note_recipe(b, e) < 0)
		return -1;
	return manifest_put(&b->manifest, &a, e);
}
