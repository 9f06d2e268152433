#include "stage/kernel_config.h"

#include "host/file.h"
#include "host/output.h"
#include "stage/kernel_gate.h"

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

static int read_config(const char *path, struct kconfig *ret, struct err *e)
{
	AUTO_BUF text = BUF_INIT;

	if (file_read(path, CONFIG_MAX, &text, e) < 0)
		return -1;
	return kconfig_parse_config(ret, buf_str(&text), text.len, path, e);
}

int kernel_config_read(struct kconfig *ret, struct err *e)
{
	return read_config(KERNEL_CONFIG, ret, e);
}

int kernel_config_diff(const char *other, struct buf *to, struct err *e)
{
	AUTO_KCONFIG before = KCONFIG_INIT;
	AUTO_KCONFIG after = KCONFIG_INIT;

	if (read_config(other, &before, e) < 0 || kernel_config_read(&after, e) < 0)
		return -1;
	return kconfig_diff(&before, &after, to, e);
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

int kernel_config_make(const struct kernel_make *m, const struct kconfig *asked, struct err *e)
{
	AUTO_KCONFIG made = KCONFIG_INIT;

	if (kernel_make(m, "tinyconfig", "configure kernel", e) < 0 ||
	    append_requests(asked, e) < 0 ||
	    kernel_make(m, "olddefconfig", "configure kernel", e) < 0 ||
	    kernel_config_read(&made, e) < 0)
		return -1;
	return kernel_gate(m->source, m->project, asked, &made, e);
}
