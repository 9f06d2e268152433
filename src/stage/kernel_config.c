#include "stage/kernel_config.h"

#include "base/log.h"
#include "host/file.h"
#include "host/output.h"

#include <string.h>

enum { LAYER_MAX = 1 << 20, CONFIG_MAX = 16 << 20 };

int kernel_config_layers(const struct project *p, const struct version *version,
			 struct kconfig *ret, struct err *e)
{
	AUTO_KCONFIG all = KCONFIG_INIT;

	for (size_t i = 0; i < p->kernel_layers.n; i++) {
		const char *file = p->kernel_layers.v[i];
		AUTO_BUF text = BUF_INIT;

		if (file_read(file, LAYER_MAX, &text, e) < 0)
			return err_ctx(e, "kernel layer");
		if (kconfig_add_fragment(&all, buf_str(&text), text.len, file, version, e) < 0)
			return -1;
	}
	if (all.n == 0)
		return err_set(e, ERR_INPUT, "the kernel layers ask for nothing: '%s' is empty",
			       p->kernel_layers.v[0]);
	*ret = all;
	all = (struct kconfig)KCONFIG_INIT;
	return 0;
}

int kernel_config_read(struct kconfig *ret, struct err *e)
{
	AUTO_KCONFIG made = KCONFIG_INIT;
	AUTO_BUF text = BUF_INIT;

	if (file_read(KERNEL_CONFIG, CONFIG_MAX, &text, e) < 0 ||
	    kconfig_parse_config(&made, buf_str(&text), text.len, KERNEL_CONFIG, e) < 0)
		return -1;
	*ret = made;
	made = (struct kconfig)KCONFIG_INIT;
	return 0;
}

/* Behind what tinyconfig made: Kconfig takes the last value of an option. */
static int append_requests(const struct kconfig *asked, struct err *e)
{
	AUTO_BUF text = BUF_INIT;

	if (file_read(KERNEL_CONFIG, CONFIG_MAX, &text, e) < 0 ||
	    kconfig_write(asked, &text, e) < 0)
		return -1;
	return output_write(KERNEL_CONFIG, text.data, text.len, false, e);
}

static int describe(const struct kconfig_option *o, enum kconfig_verdict verdict,
		    const struct kconfig *made, struct buf *to, struct err *e)
{
	const struct kconfig_option *m = kconfig_find(made, o->name);
	const char *sep = to->len ? "; " : "";

	switch (verdict) {
	case KCONFIG_LOST:
		return buf_putf(to, e, "%s%s:%zu: CONFIG_%s=%s was lost", sep, o->file, o->line,
				o->name, o->value);
	case KCONFIG_CHANGED:
		return buf_putf(to, e, "%s%s:%zu: CONFIG_%s=%s became %s", sep, o->file, o->line,
				o->name, o->value, m->value);
	case KCONFIG_FORCED_ON:
		return buf_putf(to, e, "%s%s:%zu: CONFIG_%s is to be off and was forced to %s", sep,
				o->file, o->line, o->name, m->value);
	default:
		return 0;
	}
}

/* The gate. A struct err has room for a dozen options; the count tells of more. */
static int compare(const struct kconfig *asked, const struct kconfig *made, struct err *e)
{
	AUTO_BUF list = BUF_INIT;
	size_t bad = 0;

	for (size_t i = 0; i < asked->n; i++) {
		const struct kconfig_option *o = &asked->options[i];
		enum kconfig_verdict verdict = kconfig_judge(asked, i, made);

		if (verdict == KCONFIG_OVERRIDDEN)
			log_detail("%s:%zu: CONFIG_%s=%s is overridden by a later layer", o->file,
				   o->line, o->name, o->value);
		if (verdict == KCONFIG_AS_ASKED || verdict == KCONFIG_OVERRIDDEN)
			continue;
		bad++;
		if (describe(o, verdict, made, &list, e) < 0)
			return -1;
	}
	if (bad == 0)
		return 0;
	return err_set(e, ERR_INPUT,
		       "the kernel's configuration does not have %zu of %zu options as asked for "
		       "(look what each depends on, or take it out): %s",
		       bad, asked->n, buf_str(&list));
}

int kernel_config_make(const struct kernel_make *m, const struct kconfig *asked, struct err *e)
{
	AUTO_KCONFIG made = KCONFIG_INIT;

	if (kernel_make(m, "tinyconfig", "configure kernel", e) < 0 ||
	    append_requests(asked, e) < 0 ||
	    kernel_make(m, "olddefconfig", "configure kernel", e) < 0 ||
	    kernel_config_read(&made, e) < 0)
		return -1;
	return compare(asked, &made, e);
}
