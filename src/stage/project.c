#include "stage/project.h"

#include "base/buf.h"
#include "base/nearest.h"
#include "base/parse.h"
#include "base/path.h"
#include "host/clock.h"
#include "host/file.h"
#include "stage/recipe.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define RECIPES	       "config/recipes"
#define DEFAULT_RECIPE "mvirt"

/* The kernel cuts its command line at 2048 bytes on x86 (COMMAND_LINE_SIZE). */
enum { CMDLINE_MAX = 2047, VERSION_MAX = 64 };

void project_options_done(struct project_options *o)
{
	strv_done(&o->fragments);
	strv_done(&o->payloads);
	strv_done(&o->without);
}

void project_done(struct project *p)
{
	for (size_t i = 0; i < p->n_payloads; i++) {
		free(p->payloads[i].name);
		free(p->payloads[i].image);
		free(p->payloads[i].source);
		free(p->payloads[i].sha256);
		free(p->payloads[i].url);
	}
	free(p->payloads);
	free(p->recipe);
	free(p->recipe_path);
	free(p->kernel_version);
	free(p->cmdline);
	strv_done(&p->kernel_layers);
	strv_done(&p->kernel_roles);
	free(p->launcher);
	free(p->kernel_source);
	free(p->kernel_sha256);
	free(p->kernel_url);
	strv_done(&p->initramfs_lists);
	free(p->compress);
	free(p->level);
	strv_done(&p->microcode);
	strv_done(&p->acpi);
	free(p->sysroot);
	free(p->os_release);
	free(p->stub);
	free(p->pcrpkey);
	free(p->secureboot_key);
	strv_done(&p->secureboot_certificates);
	strv_done(&p->pcr.sections);
	strv_done(&p->pcr.keys);
	strv_done(&p->pcr.public_keys);
	strv_done(&p->pcr.certificates);
	strv_done(&p->pcr.references);
	strv_done(&p->pcr.phases);
	strv_done(&p->pcr.banks);
	free(p->init);
	*p = (struct project)PROJECT_INIT;
}

static int copy_text(char **to, const char *text, struct err *e)
{
	free(*to);
	*to = strdup(text);
	return *to ? 0 : err_memory(e);
}

static int compare_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

int project_recipes(struct strv *to, struct err *e)
{
	DIR *folder = opendir(RECIPES);
	const struct dirent *entry;
	int r = 0;

	if (!folder)
		return err_os(e, "open folder '" RECIPES
				 "': run mvirt-mkos in a project's folder, or give it with -C");
	while (r == 0 && (entry = readdir(folder)))
		if (entry->d_name[0] != '.' && text_ends_with(entry->d_name, ".conf"))
			r = strv_addf(to, e, "%.*s", (int)strlen(entry->d_name) - 5, entry->d_name);
	closedir(folder);
	if (r == 0 && to->n)
		qsort(to->v, to->n, sizeof(*to->v), compare_text);
	return r;
}

static int no_such_recipe(const char *name, struct err *e)
{
	AUTO_STRV names = STRV_INIT;
	AUTO_BUF list = BUF_INIT;
	const char *near;

	if (project_recipes(&names, e) < 0)
		return -1;
	near = names.n ? nearest_name(name, (const char *const *)names.v) : NULL;
	if (near)
		return err_set(e, ERR_INPUT, "there is no recipe '%s': did you mean '%s'?", name,
			       near);
	for (size_t i = 0; i < names.n; i++)
		if (buf_putf(&list, e, "%s%s", i ? ", " : "", names.v[i]) < 0)
			return -1;
	return err_set(e, ERR_INPUT, "there is no recipe '%s': %s has %s", name, RECIPES,
		       names.n ? buf_str(&list) : "none");
}

/* One line of text, without the blanks around it. */
static int read_line(const char *path, size_t max, const char *example, char **ret, struct err *e)
{
	AUTO_BUF text = BUF_INIT;
	const char *start;
	size_t len;
	bool found;

	if (file_read_if_there(path, max + 64, &text, &found, e) < 0)
		return -1;
	if (!found)
		return err_set(e, ERR_MISSING, "'%s' is missing: it holds one line such as '%s'",
			       path, example);
	if (strlen(buf_str(&text)) != text.len)
		return err_set(e, ERR_INPUT, "%s: there is a NUL byte in it", path);
	start = buf_str(&text) + strspn(buf_str(&text), " \t\r\n");
	len = strcspn(start, "\n");
	if (start[len + strspn(start + len, " \t\r\n")])
		return err_set(e, ERR_INPUT, "%s: more than one line: it holds one, such as '%s'",
			       path, example);
	while (len && strchr(" \t\r", start[len - 1]))
		len--;
	if (len == 0)
		return err_set(e, ERR_INPUT, "%s: empty: it holds one line such as '%s'", path,
			       example);
	if (len > max)
		return err_set(e, ERR_LIMIT, "%s: %zu bytes, more than the %zu allowed", path, len,
			       max);
	*ret = strndup(start, len);
	return *ret ? 0 : err_memory(e);
}

static int read_version(struct project *p, struct err *e)
{
	struct version version;

	if (read_line("kernel.version", VERSION_MAX, "6.18.4", &p->kernel_version, e) < 0)
		return -1;
	if (parse_version(p->kernel_version, &version, e) < 0)
		return err_ctx(e, "kernel.version:1");
	return 0;
}

static struct payload *find_payload(struct project *p, const char *name)
{
	for (size_t i = 0; i < p->n_payloads; i++)
		if (!strcmp(p->payloads[i].name, name))
			return &p->payloads[i];
	return NULL;
}

static int no_such_payload(const struct project *p, const char *name, struct err *e)
{
	AUTO_BUF list = BUF_INIT;

	for (size_t i = 0; i < p->n_payloads; i++)
		if (buf_putf(&list, e, "%s%s", i ? ", " : "", p->payloads[i].name) < 0)
			return -1;
	return err_set(e, ERR_USAGE, "recipe '%s' has no payload '%s': it has %s", p->recipe, name,
		       p->n_payloads ? buf_str(&list) : "none");
}

static int apply_payload(struct project *p, const char *option, struct err *e)
{
	const char *equals = strchr(option, '=');
	AUTO_FREE char *name = NULL;
	struct payload *payload;

	if (!equals || equals == option || !equals[1])
		return err_set(e, ERR_USAGE, "--payload is NAME=PATH, not '%s'", option);
	name = strndup(option, (size_t)(equals - option));
	if (!name)
		return err_memory(e);
	payload = find_payload(p, name);
	if (!payload)
		return no_such_payload(p, name, e);
	/* The recipe's hash is that of the recipe's file. */
	free(payload->sha256);
	payload->sha256 = NULL;
	return copy_text(&payload->source, equals + 1, e);
}

static int apply_payloads(struct project *p, const struct project_options *o, struct err *e)
{
	for (size_t i = 0; i < o->payloads.n; i++)
		if (apply_payload(p, o->payloads.v[i], e) < 0)
			return -1;
	for (size_t i = 0; i < o->without.n; i++) {
		struct payload *payload = find_payload(p, o->without.v[i]);

		if (!payload)
			return no_such_payload(p, o->without.v[i], e);
		payload->without = true;
	}
	return 0;
}

static int apply_options(struct project *p, const struct project_options *o, struct err *e)
{
	long processors = sysconf(_SC_NPROCESSORS_ONLN);

	p->sync = !o->no_sync;
	p->jobs = o->jobs ? (unsigned int)o->jobs : processors > 0 ? (unsigned int)processors : 1;
	if (o->kernel_source) {
		free(p->kernel_sha256);
		p->kernel_sha256 = NULL;
		if (copy_text(&p->kernel_source, o->kernel_source, e) < 0)
			return -1;
	}
	if (o->kernel_sha256 && copy_text(&p->kernel_sha256, o->kernel_sha256, e) < 0)
		return -1;
	if (o->launcher && copy_text(&p->launcher, o->launcher, e) < 0)
		return -1;
	if (o->fragments.n) {
		strv_done(&p->kernel_layers);
		for (size_t i = 0; i < o->fragments.n; i++)
			if (strv_add(&p->kernel_layers, o->fragments.v[i], e) < 0)
				return -1;
	}
	return o->init ? copy_text(&p->init, o->init, e) : 0;
}

static int load(const struct project_options *o, struct project *p, struct err *e)
{
	if (copy_text(&p->recipe, o->recipe ? o->recipe : DEFAULT_RECIPE, e) < 0 ||
	    copy_text(&p->compress, "gzip", e) < 0 ||
	    copy_text(&p->kernel_source, "kernel.org", e) < 0 ||
	    copy_text(&p->os_release, "config/os-release", e) < 0)
		return -1;
	if (strchr(p->recipe, '/'))
		return err_set(e, ERR_USAGE, "--recipe is a name, not a path: '%s'", p->recipe);
	if (asprintf(&p->recipe_path, RECIPES "/%s.conf", p->recipe) < 0) {
		p->recipe_path = NULL;
		return err_memory(e);
	}
	if (!file_exists(p->recipe_path))
		return no_such_recipe(p->recipe, e);
	if (recipe_read(p, e) < 0 || read_version(p, e) < 0 ||
	    read_line("cmdline.txt", CMDLINE_MAX, "console=ttyS0 quiet", &p->cmdline, e) < 0)
		return -1;
	if (apply_payloads(p, o, e) < 0 || apply_options(p, o, e) < 0)
		return -1;
	return clock_source_date(&p->time, e);
}

int project_load(const struct project_options *options, struct project *ret, struct err *e)
{
	AUTO_PROJECT p = PROJECT_INIT;

	if (load(options, &p, e) < 0)
		return -1;
	*ret = p;
	p = (struct project)PROJECT_INIT;
	return 0;
}

static int check_given(const struct payload *payload, struct err *e)
{
	AUTO_FILE_SOURCE f = FILE_SOURCE_INIT;

	if (file_source_open(&f, payload->source, e) < 0)
		return err_ctx(e, "payload '%s'", payload->name);
	if (f.source.size == 0)
		return err_set(e, ERR_INPUT, "payload '%s': '%s' is empty", payload->name,
			       payload->source);
	return 0;
}

int project_check_payloads(const struct project *p, struct err *e)
{
	AUTO_BUF missing = BUF_INIT;

	for (size_t i = 0; i < p->n_payloads; i++) {
		const struct payload *payload = &p->payloads[i];

		if (payload->without)
			continue;
		if (payload->source) {
			if (!payload->fetched && check_given(payload, e) < 0)
				return -1;
		} else if (!payload->optional &&
			   buf_putf(&missing, e, "%s%s (%s)", missing.len ? ", " : "",
				    payload->name, payload->image) < 0) {
			return -1;
		}
	}
	if (missing.len)
		return err_set(e, ERR_MISSING,
			       "recipe '%s' lacks %s: give each with --payload NAME=PATH, "
			       "pin it in config/pins, or build without it with --without NAME",
			       p->recipe, buf_str(&missing));
	return 0;
}

static int make_path(char **ret, const char *folder, const char *below, const char *name,
		     struct err *e)
{
	if (asprintf(ret, "%s/%s/%s", folder, below, name) >= 0)
		return 0;
	*ret = NULL;
	return err_memory(e);
}

int project_find_program(const char *folder, const char *name, char **ret, struct err *e)
{
	AUTO_FREE char *built = NULL;
	AUTO_FREE char *installed = NULL;
	AUTO_FREE char *ours = NULL;
	char self[4096];
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);

	*ret = NULL;
	if (n <= 0)
		return 0;
	self[n] = '\0';
	if (path_folder(self, &ours, e) < 0 || make_path(&built, ours, folder, name, e) < 0 ||
	    make_path(&installed, ours, "../libexec/mvirt-mkos", name, e) < 0)
		return -1;
	if (file_is_program(built))
		*ret = TAKE(built);
	else if (file_is_program(installed))
		*ret = TAKE(installed);
	return 0;
}

int project_find_init(const struct project *p, char **ret, struct err *e)
{
	AUTO_FREE char *path = NULL;

	if (p->init) {
		*ret = strdup(p->init);
		return *ret ? 0 : err_memory(e);
	}
	if (project_find_program("init", "pideisn", &path, e) < 0)
		return -1;
	if (!path)
		return err_set(e, ERR_MISSING,
			       "pideisn, which becomes /init, was not found beside this program: "
			       "build it with the project, or give another one with --init");
	*ret = TAKE(path);
	return 0;
}

const char *project_source_role(const struct project *p)
{
	return strcmp(p->kernel_source, "distro") ? "kernel" : "distro";
}
