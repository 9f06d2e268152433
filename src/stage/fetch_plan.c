#include "stage/fetch.h"

#include "base/buf.h"
#include "base/log.h"
#include "base/parse.h"
#include "base/path.h"
#include "format/pins.h"
#include "host/file.h"

#include <stdio.h>
#include <string.h>

#define KERNEL_ORG "https://cdn.kernel.org/pub/linux/kernel"

enum { PINS_MAX = 1 << 20 };

static void item_done(struct fetch_item *i)
{
	free(i->name);
	free(i->path);
	free(i->url);
	free(i->origin);
	free(i->option);
	free(i->instead);
}

void fetch_plan_done(struct fetch_plan *p)
{
	for (size_t i = 0; i < p->n; i++)
		item_done(&p->v[i]);
	free(p->v);
	*p = (struct fetch_plan)FETCH_PLAN_INIT;
}

/* Everything that goes into making a plan. */
struct planning {
	struct project *project;
	const struct fetch_options *options;
	struct pins pins;
	struct fetch_plan plan;
};

static void planning_done(struct planning *p)
{
	pins_done(&p->pins);
	fetch_plan_done(&p->plan);
}

static int add_item(struct planning *p, struct fetch_item **ret, struct err *e)
{
	struct fetch_item *v = reallocarray(p->plan.v, p->plan.n + 1, sizeof(*v));

	if (!v)
		return err_memory(e);
	p->plan.v = v;
	*ret = &v[p->plan.n++];
	**ret = (struct fetch_item){.name = NULL};
	return 0;
}

static int copy_text(char **to, const char *text, struct err *e)
{
	free(*to);
	*to = strdup(text);
	return *to ? 0 : err_memory(e);
}

static int set_hash(struct fetch_item *to, const char *sha256, const char *what, struct err *e)
{
	return pin_sha256(sha256, what, to->sha256, e);
}

/* A file that the user gave together with its hash. */
static int plan_users_file(struct planning *p, const char *name, const char *path,
			   const char *sha256, struct err *e)
{
	struct fetch_item *item = NULL;

	if (add_item(p, &item, e) < 0 || set_hash(item, sha256, "the SHA-256", e) < 0 ||
	    copy_text(&item->name, name, e) < 0)
		return -1;
	return copy_text(&item->path, path, e);
}

/* What a download is, and what can be done where it is not to be had. */
struct wanted {
	const char *name, *url, *sha256;
	uint64_t size;
	const char *option; /* "--payload firmware=PATH" */
};

static int plan_download(struct planning *p, const struct wanted *w, char **ret_path, struct err *e)
{
	struct fetch_item *item = NULL;

	if (!pin_name_is_safe(w->name) || !strcmp(w->name, "src") ||
	    !strcmp(w->name, "CACHEDIR.TAG") || text_ends_with(w->name, ".part"))
		return err_set(e, ERR_INPUT, "'%s' is no name for a file in " PROJECT_CACHE "/",
			       w->name);
	if (add_item(p, &item, e) < 0 || set_hash(item, w->sha256, "the SHA-256", e) < 0 ||
	    copy_text(&item->name, w->name, e) < 0 || copy_text(&item->option, w->option, e) < 0 ||
	    copy_text(&item->origin, w->url, e) < 0 ||
	    fetch_mirrored(p->options, w->url, &item->url, e) < 0 ||
	    path_join(PROJECT_CACHE, w->name, &item->path, e) < 0)
		return -1;
	if (asprintf(&item->instead, "get it elsewhere into '%s', use --mirror URL, or give %s",
		     item->path, w->option) < 0) {
		item->instead = NULL;
		return err_memory(e);
	}
	item->size = w->size;
	item->pinned = pins_find(&p->pins, w->name) != NULL;
	for (size_t i = 0; i + 1 < p->plan.n; i++)
		if (!strcmp(p->plan.v[i].path, item->path))
			return err_set(e, ERR_INPUT, "two downloads are called '%s'", w->name);
	return copy_text(ret_path, item->path, e);
}

/* The file name that a URL ends in, without what stands behind '?' or '#'. */
static int url_name(const char *url, char **ret, struct err *e)
{
	AUTO_FREE char *bare = strndup(url, strcspn(url, "?#"));

	if (!bare)
		return err_memory(e);
	if (!pin_name_is_safe(path_base(bare)))
		return err_set(e, ERR_INPUT, "'%s' does not end in the name of a file", url);
	*ret = strdup(path_base(bare));
	return *ret ? 0 : err_memory(e);
}

/* Without what may be secret: a name and password in front of the host, a query. */
static int keep_url(const char *url, char **to, struct err *e)
{
	const char *host = strstr(url, "://") + 3;
	size_t host_len = strcspn(host, "/?#");
	const char *at = memrchr(host, '@', host_len);
	const char *rest = at ? at + 1 : host;

	free(*to);
	if (asprintf(to, "https://%.*s", (int)strcspn(rest, "?#"), rest) >= 0)
		return 0;
	*to = NULL;
	return err_memory(e);
}

/* Asks the signed list beside the tarball. */
static int signed_hash(const struct planning *p, const char *name, const char *url,
		       char ret_hex[HASH_HEX], struct err *e)
{
	AUTO_FREE char *folder = NULL;
	AUTO_FREE char *list = NULL;
	struct err why = ERR_INIT;

	if (path_folder(url, &folder, e) < 0 || path_join(folder, "sha256sums.asc", &list, e) < 0)
		return -1;
	if (fetch_signed_sha256(p->options, list, name, ret_hex, &why) < 0)
		return err_set(e, why.kind,
			       "kernel %s has no pin in " FETCH_PINS
			       ", and its hash cannot be had: %.600s: give it with --sha256 HEX",
			       p->project->kernel_version, why.text);
	log_info("%s: SHA-256 %s, as kernel.org's list says, whose signature is good", name,
		 ret_hex);
	return 0;
}

/* linux-VERSION.tar.xz: its hash from the command line, config/pins or the signed list. */
static int plan_kernel_org(struct planning *p, struct err *e)
{
	struct project *project = p->project;
	AUTO_FREE char *name = NULL;
	AUTO_FREE char *url = NULL;
	char hex[HASH_HEX];
	struct wanted w = {.option = "another --kernel-source such as distro"};
	const struct pin *pin;
	struct version version;

	if (parse_version(project->kernel_version, &version, e) < 0)
		return -1;
	if (asprintf(&name, "linux-%s.tar.xz", project->kernel_version) < 0) {
		name = NULL;
		return err_memory(e);
	}
	if (asprintf(&url, KERNEL_ORG "/v%u.x/%s", version.major, name) < 0) {
		url = NULL;
		return err_memory(e);
	}
	pin = pins_find(&p->pins, name);
	w.name = name;
	w.url = pin ? pin->url : url;
	if (project->kernel_sha256) {
		w.sha256 = project->kernel_sha256;
	} else if (pin) {
		w.sha256 = pin->sha256;
		w.size = pin->size;
	} else if (p->options->ask_signature && !p->options->offline) {
		if (signed_hash(p, name, url, hex, e) < 0)
			return -1;
		w.sha256 = hex;
	} else {
		return err_set(e, ERR_MISSING,
			       "kernel %s has no pin in " FETCH_PINS
			       ": mvirt-mkos fetch --pin checks kernel.org's signature and writes "
			       "it, or give its hash with --sha256 HEX",
			       project->kernel_version);
	}
	return plan_download(p, &w, &project->kernel_source, e) < 0
		       ? -1
		       : keep_url(w.url, &project->kernel_url, e);
}

static int plan_kernel_url(struct planning *p, struct err *e)
{
	struct project *project = p->project;
	AUTO_FREE char *name = NULL;
	AUTO_FREE char *url = strdup(project->kernel_source);
	struct wanted w = {.option = "another --kernel-source such as distro"};

	if (!url)
		return err_memory(e);
	if (!pin_url_is_https(url))
		return err_set(e, ERR_INPUT, "kernel source '%s' is no https URL", url);
	if (!project->kernel_sha256)
		return err_set(e, ERR_INPUT,
			       "kernel source '%s' needs its hash: give it with --sha256 HEX", url);
	if (url_name(url, &name, e) < 0)
		return err_ctx(e, "kernel source");
	w.name = name;
	w.url = url;
	w.sha256 = project->kernel_sha256;
	return plan_download(p, &w, &project->kernel_source, e) < 0
		       ? -1
		       : keep_url(w.url, &project->kernel_url, e);
}

static int plan_kernel(struct planning *p, struct err *e)
{
	const struct project *project = p->project;
	const char *source = project->kernel_source;

	if (!strcmp(source, "kernel.org"))
		return plan_kernel_org(p, e);
	if (strstr(source, "://"))
		return plan_kernel_url(p, e);
	if (!project->kernel_sha256)
		return 0;
	if (!strcmp(source, "distro") || file_is_folder(source))
		return err_set(e, ERR_USAGE,
			       "--sha256 is for a kernel source that is kernel.org, a URL or a "
			       "tarball, not '%s'",
			       source);
	return plan_users_file(p, "kernel source", source, project->kernel_sha256, e);
}

static int plan_payload(struct planning *p, struct payload *payload, struct err *e)
{
	const struct pin *pin = payload->source ? NULL : pins_find(&p->pins, payload->name);
	AUTO_FREE char *option = NULL;
	AUTO_FREE char *url = NULL;
	struct wanted w = {.name = payload->name};

	if (!payload->source && !pin)
		return 0;
	if (!pin && !strstr(payload->source, "://"))
		return payload->sha256 ? plan_users_file(p, payload->name, payload->source,
							 payload->sha256, e)
				       : 0;
	if (asprintf(&option, "--payload %s=PATH%s%s", payload->name,
		     payload->optional ? ", or --without " : "",
		     payload->optional ? payload->name : "") < 0) {
		option = NULL;
		return err_memory(e);
	}
	url = strdup(pin ? pin->url : payload->source);
	if (!url)
		return err_memory(e);
	if (!pin && !pin_url_is_https(url))
		return err_set(e, ERR_INPUT, "source '%s' is no https URL", url);
	if (!pin && !payload->sha256)
		return err_set(e, ERR_INPUT, "source '%s' needs sha256 = HEX beside it", url);
	w.url = url;
	w.sha256 = pin ? pin->sha256 : payload->sha256;
	w.size = pin ? pin->size : 0;
	w.option = option;
	payload->fetched = true;
	return plan_download(p, &w, &payload->source, e) < 0 ? -1
							     : keep_url(w.url, &payload->url, e);
}

static int plan_payloads(struct planning *p, struct err *e)
{
	struct project *project = p->project;

	for (size_t i = 0; i < project->n_payloads; i++)
		if (!project->payloads[i].without && plan_payload(p, &project->payloads[i], e) < 0)
			return err_ctx(e, "%s: [payload %s]", project->recipe_path,
				       project->payloads[i].name);
	return 0;
}

static int read_pins(struct pins *ret, struct err *e)
{
	AUTO_BUF text = BUF_INIT;
	bool found;

	if (file_read_if_there(FETCH_PINS, PINS_MAX, &text, &found, e) < 0)
		return -1;
	return pins_parse(buf_str(&text), text.len, FETCH_PINS, ret, e);
}

int fetch_plan(struct project *p, const struct fetch_options *o, enum fetch_what what,
	       struct fetch_plan *ret, struct err *e)
{
	AUTO(planning_done)
	struct planning planning = {
		.project = p,
		.options = o,
		.pins = PINS_INIT,
		.plan = FETCH_PLAN_INIT,
	};

	if (read_pins(&planning.pins, e) < 0)
		return -1;
	if ((what & FETCH_KERNEL) && plan_kernel(&planning, e) < 0)
		return -1;
	if ((what & FETCH_PAYLOAD) && plan_payloads(&planning, e) < 0)
		return -1;
	*ret = planning.plan;
	planning.plan = (struct fetch_plan)FETCH_PLAN_INIT;
	return 0;
}
