#include "stage/build.h"

#include "base/log.h"
#include "base/path.h"
#include "format/linux_image.h"
#include "host/clock.h"
#include "host/file.h"
#include "host/output.h"
#include "host/process.h"
#include "host/workspace.h"
#include "stage/kernel_cache.h"
#include "stage/kernel_config.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* What kernel/ was made from: another source or compiler needs a fresh one. */
#define ORIGIN PROJECT_KERNEL "/.origin"

enum { TOOL_OUTPUT_MAX = 1 << 16, LAYER_MAX = 1 << 20 };

/* The first line that a tool prints for --version. */
static int add_tool(struct inputs *to, const char *tool, struct err *e)
{
	AUTO_STRV argv = STRV_INIT;
	AUTO_FREE char *text = NULL;
	struct process_options p = PROCESS_OPTIONS_INIT;

	if (strv_add_all(&argv, e, tool, "--version", NULL) < 0)
		return -1;
	p.argv = &argv;
	if (process_capture(&p, TOOL_OUTPUT_MAX, &text, e) < 0)
		return -1;
	text[strcspn(text, "\n")] = '\0';
	return inputs_add(to, tool, text, e);
}

/* What a layer asks for: its comments do not count. */
static int add_layer(struct inputs *to, const char *path, struct err *e)
{
	AUTO_BUF text = BUF_INIT;
	AUTO_BUF options = BUF_INIT;
	char value[HASH_HEX + 8] = "options:";

	if (file_read(path, LAYER_MAX, &text, e) < 0 ||
	    kconfig_canonical(buf_str(&text), text.len, &options, e) < 0 ||
	    hash_bytes(buf_str(&options), options.len, value + 8, e) < 0)
		return -1;
	/* Where a file outside the project lies is nobody's business. */
	if (path[0] == '/' || !strncmp(path, "../", 3))
		path = path_base(path);
	return inputs_add(to, path, value, e);
}

/* The manifest does not tell where a folder is, but objects of one are no good for another. */
static int make_origin(const struct kernel_source *source, const struct inputs *inputs,
		       char ret_hex[HASH_HEX], struct err *e)
{
	AUTO_BUF text = BUF_INIT;

	if (inputs_hash(inputs, ret_hex, e) < 0)
		return -1;
	if (source->archive)
		return 0;
	if (buf_putf(&text, e, "%s %s", ret_hex, source->folder) < 0)
		return -1;
	return hash_bytes(buf_str(&text), text.len, ret_hex, e);
}

/* The origin is the part of the inputs that the build tree cannot change over. */
static int collect_inputs(const struct project *p, const struct kernel_source *source,
			  struct inputs *to, char ret_origin[HASH_HEX], struct err *e)
{
	char time[32];

	if (kernel_source_inputs(source, to, e) < 0 || add_tool(to, "gcc", e) < 0 ||
	    add_tool(to, "ld", e) < 0 || make_origin(source, to, ret_origin, e) < 0)
		return -1;
	/* These two pack the kernel; which of them does the configuration says. */
	if (add_tool(to, "zstd", e) < 0 || add_tool(to, "xz", e) < 0)
		return -1;
	for (size_t i = 0; i < p->kernel_layers.n; i++)
		if (add_layer(to, p->kernel_layers.v[i], e) < 0)
			return err_ctx(e, "kernel layer");
	snprintf(time, sizeof(time), "%u", p->time);
	if (inputs_add(to, "SOURCE_DATE_EPOCH", time, e) < 0)
		return -1;
	return inputs_add(to, "generation", KERNEL_GENERATION, e);
}

/* kernel/ for this source and compiler; what another one left there is deleted. */
static int prepare_tree(const char *origin, struct err *e)
{
	AUTO_BUF before = BUF_INIT;
	bool found;

	if (file_read_if_there(ORIGIN, 4096, &before, &found, e) < 0)
		return -1;
	if (found && !strcmp(buf_str(&before), origin))
		return 0;
	if (workspace_remove(PROJECT_KERNEL, NULL, e) < 0 ||
	    workspace_folder(PROJECT_KERNEL, e) < 0)
		return -1;
	return output_write(ORIGIN, origin, strlen(origin), false, e);
}

/* kbuild refuses such a folder too, but after the source was unpacked. */
static int check_folder(struct err *e)
{
	AUTO_FREE char *path = NULL;

	if (file_real_path(".", &path, e) < 0)
		return -1;
	if (strpbrk(path, " :\t\n"))
		return err_set(e, ERR_INPUT,
			       "kbuild cannot build in '%s': the path has a blank or a colon in it",
			       path);
	return 0;
}

/* Everything up to the configuration. */
static int configure(struct build *b, const struct kernel_source *source, const char *origin,
		     struct err *e)
{
	const struct kernel_make make = {.source = source, .project = b->project, .lock = b->lock};
	AUTO_KCONFIG asked = KCONFIG_INIT;
	AUTO_FREE char *text = NULL;
	struct version version;

	if (check_folder(e) < 0 || kernel_source_unpack(source, e) < 0 ||
	    kernel_source_version(source, &version, &text, e) < 0 ||
	    kernel_config_layers(b->project, &version, &asked, e) < 0 ||
	    workspace_folder(PROJECT_KERNEL, e) < 0 || prepare_tree(origin, e) < 0)
		return -1;
	if (output_write(KERNEL_LOG, "", 0, false, e) < 0)
		return -1;
	log_detail("configure Linux %s, %zu options asked for", text, asked.n);
	return kernel_config_make(&make, &asked, e);
}

/* A layer that is edited while it is read must not be noted, nor kept, as what it was before. */
static int check_inputs(struct build *b, const struct kernel_source *source,
			const struct inputs *before, struct err *e)
{
	AUTO_INPUTS now = INPUTS_INIT;
	char origin[HASH_HEX];

	if (collect_inputs(b->project, source, &now, origin, e) < 0)
		return -1;
	if (!inputs_equal(before, &now))
		return err_set(e, ERR_INPUT,
			       "the kernel's layers, source or compiler were changed while it was "
			       "built: run again when they are at rest");
	return 0;
}

static int read_kernel(struct linux_image *ret, struct err *e)
{
	AUTO_FILE_SOURCE f = FILE_SOURCE_INIT;

	if (file_source_open(&f, PROJECT_BZIMAGE, e) < 0)
		return -1;
	return linux_image_read(&f.source, ret, e);
}

/*
 * Takes from the finished configuration what the run of kbuild needs to know.
 * A fresh tree is announced in about 2.7 steps for each option that is on, as
 * measured on Linux 6.12 (2293 for 850, with those of kbuild's own tools). A
 * tree that was built before does fewer: unknown.
 */
static int look_at_configuration(struct kernel_make *make, struct err *e)
{
	AUTO_KCONFIG made = KCONFIG_INIT;
	const struct kconfig_option *debug_info;
	size_t on = 0;

	if (kernel_config_read(&made, e) < 0)
		return -1;
	debug_info = kconfig_find(&made, "DEBUG_INFO");
	make->debug_info = debug_info && !strcmp(debug_info->value, "y");
	for (size_t i = 0; i < made.n; i++)
		on += !strcmp(made.options[i].value, "y");
	make->expected_steps = file_exists(PROJECT_KERNEL "/init/main.o") ? 0 : on * 27 / 10;
	return 0;
}

/* kbuild goes by times: younger ones, kept from before or damaged, would stay. */
static int remove_results(struct err *e)
{
	static const char *const results[] = {PROJECT_BZIMAGE, PROJECT_VMLINUX};

	for (size_t i = 0; i < ARRAY_LEN(results); i++)
		if (unlink(results[i]) < 0 && errno != ENOENT)
			return err_os(e, "delete '%s'", results[i]);
	return 0;
}

static int compile(struct build *b, const struct kernel_source *source, const struct inputs *inputs,
		   const char *origin, struct err *e)
{
	struct kernel_make make = {.source = source, .project = b->project, .lock = b->lock};
	struct linux_image image;

	if (configure(b, source, origin, e) < 0 || check_inputs(b, source, inputs, e) < 0 ||
	    look_at_configuration(&make, e) < 0)
		return -1;
	if (remove_results(e) < 0)
		return -1;
	if (kernel_make(&make, "bzImage", "build kernel", e) < 0)
		return -1;
	if (!file_exists(PROJECT_BZIMAGE))
		return err_set(e, ERR_CHILD, "kbuild ended well, but made no " PROJECT_BZIMAGE);
	if (read_kernel(&image, e) < 0)
		return -1;
	return check_inputs(b, source, inputs, e);
}

/* Takes the kernel from where it can be had soonest. */
static int make_kernel(struct build *b, const struct kernel_source *source,
		       const struct inputs *inputs, const char *origin, enum step_how *ret,
		       struct err *e)
{
	bool found = false;

	/* Nobody knows what changed in a folder: kbuild decides. */
	if (source->archive) {
		if (workspace_folder(PROJECT_KERNEL, e) < 0 ||
		    kernel_cache_get(inputs, b->project->sync, &found, e) < 0)
			return -1;
	}
	/* Whoever has a passphrase to give is asked now, and not when the kernel is made. */
	if (!found && b->asks_first && build_check_keys(b, true, e) < 0)
		return -1;
	if (!found && compile(b, source, inputs, origin, e) < 0)
		return -1;
	if (!found && source->archive)
		kernel_cache_put(inputs);
	/* The tree next to a kept kernel is that of its source, as far as there is one. */
	if (found && !file_exists(ORIGIN) &&
	    output_write(ORIGIN, origin, strlen(origin), false, e) < 0)
		return -1;
	*ret = found ? STEP_KEPT : STEP_MADE;
	return 0;
}

int build_kernel(struct build *b, struct step *ret, struct err *e)
{
	AUTO_KERNEL_SOURCE source = KERNEL_SOURCE_INIT;
	AUTO_INPUTS inputs = INPUTS_INIT;
	struct step step = {.artefact = "kernel"};
	struct linux_image image;
	uint64_t started = clock_ms();
	char origin[HASH_HEX];
	bool current;

	if (kernel_source_find(b->project->kernel_source, &b->hashes, &source, e) < 0 ||
	    collect_inputs(b->project, &source, &inputs, origin, e) < 0 ||
	    build_is_current(b, "kernel", PROJECT_BZIMAGE, &inputs, &current, e) < 0)
		return -1;
	/* kbuild only looks at it again: maybe nothing has to be signed. */
	if (current)
		b->asks_first = false;
	if (!current || !source.archive) {
		if (make_kernel(b, &source, &inputs, origin, &step.how, e) < 0 ||
		    read_kernel(&image, e) < 0 ||
		    build_note(b, "kernel", PROJECT_BZIMAGE, image.release, &inputs, e) < 0)
			return -1;
	}
	step.ms = clock_ms() - started;
	*ret = step;
	return 0;
}

int build_kernel_config(struct build *b, struct err *e)
{
	AUTO_KERNEL_SOURCE source = KERNEL_SOURCE_INIT;
	AUTO_INPUTS inputs = INPUTS_INIT;
	char origin[HASH_HEX];

	if (kernel_source_find(b->project->kernel_source, &b->hashes, &source, e) < 0 ||
	    collect_inputs(b->project, &source, &inputs, origin, e) < 0)
		return -1;
	return configure(b, &source, origin, e);
}
