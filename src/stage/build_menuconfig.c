#include "stage/build.h"

#include "base/log.h"
#include "host/file.h"
#include "host/output.h"
#include "stage/kernel_config.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { LAYER_MAX = 1 << 20 };

/* kbuild's minimal configuration: what differs from Kconfig's defaults, so only what was chosen. */
#define MINIMAL PROJECT_KERNEL "/defconfig"

static int read_minimal(const struct kernel_make *make, struct kconfig *ret, struct err *e)
{
	AUTO_BUF text = BUF_INIT;

	if (kernel_make(make, "savedefconfig", "read configuration", e) < 0 ||
	    file_read(MINIMAL, LAYER_MAX, &text, e) < 0)
		return -1;
	if (unlink(MINIMAL) < 0)
		return err_os(e, "delete '" MINIMAL "'");
	return kconfig_parse_config(ret, buf_str(&text), text.len, MINIMAL, e);
}

/* Is this still the option's line? */
static bool is_line_of(const char *line, size_t len, const char *name)
{
	AUTO_FREE char *copy = strndup(line, len);
	const char *at = copy ? strstr(copy, "CONFIG_") : NULL;
	size_t n = strlen(name);

	return at && !strncmp(at + 7, name, n) && (at[7 + n] == '=' || at[7 + n] == ' ');
}

/* Copies the layer with the line `number` replaced, or with a line more when that is 0. */
static int rewrite(const char *layer, size_t number, const char *name, const char *value, bool sync,
		   struct err *e)
{
	AUTO_BUF text = BUF_INIT;
	AUTO_BUF out = BUF_INIT;
	size_t line = 0;

	if (file_read(layer, LAYER_MAX, &text, e) < 0)
		return -1;
	for (const char *p = buf_str(&text); *p;) {
		size_t len = strcspn(p, "\n");
		int r;

		if (++line == number && !is_line_of(p, len, name))
			return err_set(
				e, ERR_INPUT,
				"%s:%zu: was changed while the menu was open, CONFIG_%s is no "
				"longer there: set it by hand",
				layer, line, name);
		if (line == number)
			r = kconfig_write_option(&out, name, value, e);
		else
			r = buf_putf(&out, e, "%.*s\n", (int)len, p);
		if (r < 0)
			return -1;
		p += len;
		p += *p == '\n';
	}
	if (number == 0 && kconfig_write_option(&out, name, value, e) < 0)
		return -1;
	return output_write(layer, buf_str(&out), out.len, sync, e);
}

/* The change as a diff shows it. */
static int show(const char *layer, const struct kconfig_option *old, const char *name,
		const char *value, struct err *e)
{
	AUTO_BUF before = BUF_INIT;
	AUTO_BUF after = BUF_INIT;

	if ((old && kconfig_write_option(&before, name, old->value, e) < 0) ||
	    kconfig_write_option(&after, name, value, e) < 0)
		return -1;
	printf("%s:\n%s%s+%s", layer, old ? "-" : "", buf_str(&before), buf_str(&after));
	return 0;
}

static int write_back(const struct build *b, const struct kconfig *layers, const char *into,
		      const char *name, const char *value, struct err *e)
{
	const struct kconfig_option *o = kconfig_find(layers, name);
	const char *layer = o ? o->file : into;

	if (show(layer, o, name, value, e) < 0)
		return -1;
	return rewrite(layer, o ? o->line : 0, name, value, b->project->sync, e);
}

static bool same_value(const struct kconfig *a, const struct kconfig *b, const char *name)
{
	const struct kconfig_option *x = kconfig_find(a, name), *y = kconfig_find(b, name);

	return x && y ? !strcmp(x->value, y->value) : x == y;
}

/* Every option whose minimal line came, went or changed, with its value in the new .config. */
static int write_changes(const struct build *b, const struct kconfig *layers, const char *into,
			 const struct kconfig *before, const struct kconfig *after,
			 size_t *ret_changes, struct err *e)
{
	const struct kconfig *const both[] = {before, after};
	AUTO_KCONFIG made = KCONFIG_INIT;

	*ret_changes = 0;
	if (kernel_config_read(&made, e) < 0)
		return -1;
	for (size_t side = 0; side < ARRAY_LEN(both); side++) {
		for (size_t i = 0; i < both[side]->n; i++) {
			const char *name = both[side]->options[i].name;
			const struct kconfig_option *m = kconfig_find(&made, name);

			if (same_value(before, after, name) ||
			    (side == 1 && kconfig_find(before, name)))
				continue;
			++*ret_changes;
			if (write_back(b, layers, into, name, m ? m->value : "n", e) < 0)
				return -1;
		}
	}
	return 0;
}

int build_menuconfig(struct build *b, const char *editor, const char *into, struct err *e)
{
	const struct project *p = b->project;
	AUTO_KERNEL_SOURCE source = KERNEL_SOURCE_INIT;
	const struct kernel_make make = {.source = &source, .project = p, .lock = b->lock};
	AUTO_KCONFIG layers = KCONFIG_INIT;
	AUTO_KCONFIG before = KCONFIG_INIT;
	AUTO_KCONFIG after = KCONFIG_INIT;
	AUTO_FREE char *text = NULL;
	struct version version;
	size_t changes;

	if (into && !strv_has(&p->kernel_layers, into))
		return err_set(e, ERR_USAGE, "--layer '%s': recipe '%s' has no such layer", into,
			       p->recipe);
	if (!into)
		into = p->kernel_layers.v[p->kernel_layers.n - 1];
	if (build_kernel_config(b, e) < 0 ||
	    kernel_source_find(p->kernel_source, &b->hashes, &source, e) < 0 ||
	    kernel_source_version(&source, &version, &text, e) < 0 ||
	    kernel_config_layers(p, &version, &layers, e) < 0 ||
	    read_minimal(&make, &before, e) < 0)
		return -1;
	if (kernel_make_interactive(&make, editor, e) < 0 || read_minimal(&make, &after, e) < 0 ||
	    write_changes(b, &layers, into, &before, &after, &changes, e) < 0)
		return -1;
	if (changes == 0)
		log_info("nothing was changed");
	/* The layers have to give what was chosen: through the gate once more. */
	return changes ? build_kernel_config(b, e) : 0;
}
