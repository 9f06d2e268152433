#include "stage/kernel_gate.h"

#include "base/log.h"
#include "base/nearest.h"
#include "base/path.h"
#include "format/kconfig_expr.h"
#include "format/kconfig_tree.h"
#include "host/file.h"

#include <errno.h>
#include <string.h>

enum { KCONFIG_FILE_MAX = 1 << 22 };

struct gate {
	const struct kernel_source *source;
	const struct kconfig *asked, *made;
	struct kconfig_tree tree; /* read when the first finding needs it */
	bool tree_is_read;
	size_t findings;
};

static int open_kconfig(void *context, const char *path, char **ret, struct err *e)
{
	const struct gate *g = context;
	AUTO_FREE char *full = NULL;
	AUTO_BUF text = BUF_INIT;
	bool found;

	*ret = NULL;
	if (path_join(g->source->folder, path, &full, e) < 0 ||
	    file_read_if_there(full, KCONFIG_FILE_MAX, &text, &found, e) < 0)
		return -1;
	return found ? buf_take(&text, ret, e) : 0;
}

static int read_tree(struct gate *g, struct err *e)
{
	if (g->tree_is_read)
		return 0;
	g->tree_is_read = true;
	return kconfig_tree_read(&g->tree, "Kconfig", "x86", open_kconfig, g, e);
}

/* The name of an option that is spelt almost so, for a typing error. */
static const char *similar(const struct gate *g, const char *name)
{
	const char **names = calloc(g->tree.n + 1, sizeof(*names));
	const char *near = NULL;

	if (!names)
		return NULL;
	for (size_t i = 0; i < g->tree.n; i++)
		names[i] = g->tree.definitions[i].name;
	near = nearest_name(name, names);
	free(names);
	return near;
}

/* What a definition with a prompt lacks, "" when nothing does. */
static int definition_unmet(const struct gate *g, const struct kconfig_definition *d,
			    struct buf *to, struct err *e)
{
	AUTO_BUF prompt = BUF_INIT;

	if (kconfig_unmet(d->depends, g->made, to, e) < 0 ||
	    kconfig_unmet(d->prompt, g->made, &prompt, e) < 0)
		return -1;
	if (!prompt.len)
		return 0;
	return buf_putf(to, e, "%s%s", to->len ? ", " : "", buf_str(&prompt));
}

/* Why an option that was asked for is not there. */
static int explain_lost(struct gate *g, const char *name, struct buf *to, struct err *e)
{
	const struct kconfig_definition *d = kconfig_tree_find(&g->tree, name);
	const struct kconfig_definition *with_prompt = NULL;
	AUTO_BUF unmet = BUF_INIT;
	const char *near;

	if (!d) {
		near = similar(g, name);
		return buf_putf(to, e, "there is no such option in this kernel%s%s%s",
				near ? ": did you mean CONFIG_" : "", near ? near : "",
				near ? "?" : "");
	}
	for (; d; d = kconfig_tree_next(&g->tree, d))
		if (d->prompt && (!with_prompt || !*d->depends))
			with_prompt = d;
	if (!with_prompt)
		return buf_puts(to, "it has no prompt: others select it, it cannot be asked for",
				e);
	if (definition_unmet(g, with_prompt, &unmet, e) < 0)
		return -1;
	if (unmet.len)
		return buf_putf(to, e, "it depends on %s", buf_str(&unmet));
	return buf_puts(to,
			with_prompt->in_choice ? "another option of its choice was taken"
					       : "Kconfig did not take its value",
			e);
}

/* Who forces an option on. */
static int explain_forced(struct gate *g, const char *name, struct buf *to, struct err *e)
{
	size_t n = 0;

	for (size_t i = 0; i < g->tree.n_selects; i++) {
		const struct kconfig_select *s = &g->tree.selects[i];

		if (strcmp(s->target, name) != 0 || kconfig_evaluate(s->by, g->made) == KCONFIG_N ||
		    kconfig_evaluate(s->condition, g->made) == KCONFIG_N)
			continue;
		if (buf_putf(to, e, "%s%s", n++ ? ", " : "selected by ", s->by) < 0)
			return -1;
	}
	return n ? 0 : buf_puts(to, "its default is on and it cannot be turned off here", e);
}

static const char *why_changed(const char *asked, const char *made)
{
	if (!strcmp(asked, "m"))
		return "there is no m without CONFIG_MODULES=y";
	if (*made == '"' && *asked != '"')
		return "a string stands in double quotes";
	return "see its type and range";
}

static int explain(struct gate *g, const struct kconfig_option *o, enum kconfig_verdict verdict,
		   struct err *e)
{
	const struct kconfig_option *m = kconfig_find(g->made, o->name);
	AUTO_BUF why = BUF_INIT;

	if (read_tree(g, e) < 0)
		return -1;
	g->findings++;
	if (verdict == KCONFIG_FORCED_ON) {
		if (explain_forced(g, o->name, &why, e) < 0)
			return -1;
		log_error("%s:%zu: CONFIG_%s is asked to be off and is %s: %s", o->file, o->line,
			  o->name, m->value, buf_str(&why));
		return 0;
	}
	if (verdict == KCONFIG_CHANGED) {
		log_error("%s:%zu: CONFIG_%s=%s became %s: %s", o->file, o->line, o->name, o->value,
			  m->value, why_changed(o->value, m->value));
		return 0;
	}
	if (explain_lost(g, o->name, &why, e) < 0)
		return -1;
	log_error("%s:%zu: CONFIG_%s=%s was lost: %s", o->file, o->line, o->name, o->value,
		  buf_str(&why));
	return 0;
}

static int check_requests(struct gate *g, struct err *e)
{
	for (size_t i = 0; i < g->asked->n; i++) {
		const struct kconfig_option *o = &g->asked->options[i];
		enum kconfig_verdict verdict = kconfig_judge(g->asked, i, g->made);
		const struct kconfig_option *last;

		if (verdict == KCONFIG_AS_ASKED)
			continue;
		if (verdict == KCONFIG_OVERRIDDEN) {
			last = kconfig_find(g->asked, o->name);
			log_detail("%s:%zu: CONFIG_%s=%s is overridden by %s:%zu, which says %s",
				   o->file, o->line, o->name, o->value, last->file, last->line,
				   last->value);
			continue;
		}
		if (explain(g, o, verdict, e) < 0)
			return -1;
	}
	return 0;
}

static int check_contract(struct gate *g, const char *role, struct err *e)
{
	size_t n;
	const struct contract_row *rows = kernel_contract(role, &n);

	if (!rows)
		return err_set(e, ERR_INPUT, "there is no kernel role '%s': guest or host", role);
	for (size_t i = 0; i < n; i++) {
		const struct kconfig_option *m = kconfig_find(g->made, rows[i].name);

		if (m && !strcmp(m->value, rows[i].value))
			continue;
		g->findings++;
		log_error("CONFIG_%s is not %s: %s (a kernel of role %s needs it)", rows[i].name,
			  rows[i].value, rows[i].reason, role);
	}
	return 0;
}

int kernel_gate(const struct kernel_source *source, const struct project *project,
		const struct kconfig *asked, const struct kconfig *made, struct err *e)
{
	struct gate g = {.source = source, .asked = asked, .made = made};
	int r = check_requests(&g, e);

	for (size_t i = 0; r == 0 && i < project->kernel_roles.n; i++)
		r = check_contract(&g, project->kernel_roles.v[i], e);
	kconfig_tree_done(&g.tree);
	if (r < 0)
		return -1;
	if (g.findings)
		return err_set(
			e, ERR_INPUT,
			"the kernel's configuration is not as asked for: %zu option%s, named "
			"above",
			g.findings, g.findings == 1 ? "" : "s");
	return 0;
}
