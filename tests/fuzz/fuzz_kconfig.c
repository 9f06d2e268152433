/* Kconfig files, the expressions in them, and fragments. */

#include "format/kconfig.h"
#include "format/kconfig_expr.h"
#include "format/kconfig_tree.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Every file that is sourced is the same one. */
static int open_same(void *context, const char *path, char **ret, struct err *e)
{
	(void)path;
	*ret = strdup(context);
	return *ret ? 0 : err_memory(e);
}

static void read_tree(char *text, const struct kconfig *config)
{
	AUTO_KCONFIG_TREE tree = KCONFIG_TREE_INIT;
	AUTO_BUF unmet = BUF_INIT;
	struct err e = ERR_INIT;

	/* A file that sources itself grows with the power of its depth. */
	if (strstr(text, "source"))
		return;
	if (kconfig_tree_read(&tree, "Kconfig", "x86", open_same, text, &e) < 0)
		return;
	for (size_t i = 0; i < tree.n; i++)
		if (!kconfig_tree_find(&tree, tree.definitions[i].name) ||
		    kconfig_unmet(tree.definitions[i].depends, config, &unmet, &e) < 0)
			abort();
}

static void read_fragment(const char *text, size_t len)
{
	static const struct version version = {.major = 6, .minor = 12};
	AUTO_KCONFIG asked = KCONFIG_INIT;
	AUTO_BUF canonical = BUF_INIT;
	AUTO_BUF written = BUF_INIT;
	struct err e = ERR_INIT;

	if (kconfig_canonical(text, len, &canonical, &e) < 0 ||
	    kconfig_add_fragment(&asked, text, len, "fragment", &version, &e) < 0)
		return;
	if (kconfig_write(&asked, &written, &e) < 0)
		abort();
	for (size_t i = 0; i < asked.n; i++)
		kconfig_judge(&asked, i, &asked);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char config_text[] = "CONFIG_A=y\nCONFIG_B=m\nCONFIG_C=\"text\"\n";
	AUTO_KCONFIG config = KCONFIG_INIT;
	AUTO_BUF unmet = BUF_INIT;
	struct err e = ERR_INIT;
	char *text = strndup((const char *)data, size);

	if (text &&
	    kconfig_parse_config(&config, config_text, sizeof(config_text) - 1, "c", &e) == 0) {
		kconfig_evaluate(text, &config);
		if (kconfig_unmet(text, &config, &unmet, &e) < 0)
			abort();
		read_tree(text, &config);
		read_fragment((const char *)data, size);
	}
	free(text);
	return 0;
}
