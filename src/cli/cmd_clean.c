#include "base/log.h"
#include "cli/commands.h"
#include "host/progress.h"
#include "stage/clean.h"

#include <stdio.h>

static int clean(const struct command *c, int argc, char **argv, bool downloads, struct err *e)
{
	uint64_t bytes;
	enum parsed parsed;
	char size[32];
	int first;

	if (options_parse(c, argc, argv, NULL, 0, &first, &parsed, e) < 0)
		return -1;
	if (parsed == PARSED_HELP)
		return 0;
	if (stage_clean(downloads, &bytes, e) < 0)
		return -1;
	if (log_level() >= LOG_NORMAL)
		printf("%s freed\n", size_text(bytes, size, sizeof(size)));
	return 0;
}

static int run_clean(const struct command *c, int argc, char **argv, struct err *e)
{
	return clean(c, argc, argv, false, e);
}

static int run_distclean(const struct command *c, int argc, char **argv, struct err *e)
{
	return clean(c, argc, argv, true, e);
}

const struct command cmd_clean = {
	.name = "clean",
	.operands = "",
	.summary = "delete what was built",
	.details = "Deletes kernel/ and target/. A folder that mvirt-mkos did not make is left "
		   "as it is.",
	.run = run_clean,
};

const struct command cmd_distclean = {
	.name = "distclean",
	.operands = "",
	.summary = "clean, and the kernel source and downloads",
	.details = "Deletes kernel/, target/ and cache/. Kernels kept for other checkouts in "
		   "~/.cache/mvirt-mkos stay.",
	.run = run_distclean,
};
