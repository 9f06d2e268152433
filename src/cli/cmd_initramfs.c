#include "base/log.h"
#include "base/parse.h"
#include "cli/commands.h"
#include "cli/project_options.h"
#include "host/clock.h"
#include "host/progress.h"
#include "stage/initramfs.h"

#include <stdio.h>
#include <string.h>

struct options {
	struct project_options project;
	struct fetch_options fetch;
	struct strv lists;
	const char *compress;
	const char *level;
	const char *time;
	const char *output;
	bool keep_modes;
	bool dedupe;
	const char *sysroot;
	struct strv microcode, acpi;
	const char *for_kernel;
	uint64_t max_size, max_ram;
	bool checksum;
	uint64_t align;
	bool strict;
	const char *json;
};

static const struct option_row rows[] = {
	{'l', "list", "FILE", "pack this list instead of the recipe's; may be given again",
	 OPTION_LIST, offsetof(struct options, lists), NULL},
	{'o', "output", "FILE", "where the archive of the lists goes", OPTION_TEXT,
	 offsetof(struct options, output), NULL},
	{0, "compress", "HOW", "gzip (default), zstd, xz, lz4 or none", OPTION_TEXT,
	 offsetof(struct options, compress), NULL},
	{0, "level", "LEVEL", "fast, default, best or a number of the compressor's (gzip: 1 to 12)",
	 OPTION_TEXT, offsetof(struct options, level), NULL},
	{'t', "time", "EPOCH", "time of every entry (default: SOURCE_DATE_EPOCH, or 0)",
	 OPTION_TEXT, offsetof(struct options, time), NULL},
	{0, "keep-modes", NULL, "files of a tree keep their permissions", OPTION_FLAG,
	 offsetof(struct options, keep_modes), NULL},
	{0, "dedupe", NULL, "files of the same content become hard links", OPTION_FLAG,
	 offsetof(struct options, dedupe), NULL},
	{0, "sysroot", "FOLDER", "where the libraries of elf lines are looked for (default: /)",
	 OPTION_TEXT, offsetof(struct options, sysroot), NULL},
	{0, "microcode", "PATH",
	 "put microcode in front: a file or folder of AMD's or Intel's, or 'auto' for that of the "
	 "distribution; may be given again",
	 OPTION_LIST, offsetof(struct options, microcode), NULL},
	{0, "acpi", "FILE", "put an ACPI table in front; may be given again", OPTION_LIST,
	 offsetof(struct options, acpi), NULL},
	{0, "for-kernel", "CONFIG", "the .config of the kernel that has to unpack it", OPTION_TEXT,
	 offsetof(struct options, for_kernel), NULL},
	{0, "max-size", "BYTES", "fail when the archive is larger", OPTION_SIZE,
	 offsetof(struct options, max_size), NULL},
	{0, "max-ram", "BYTES", "fail when a guest needs more memory to unpack it", OPTION_SIZE,
	 offsetof(struct options, max_ram), NULL},
	{0, "checksum", NULL, "sums of the files' content, which the kernel compares (070702)",
	 OPTION_FLAG, offsetof(struct options, checksum), NULL},
	{0, "align", "BYTES",
	 "with --compress none: large files begin at a multiple of it, so that file systems can "
	 "share their blocks (4096)",
	 OPTION_SIZE, offsetof(struct options, align), NULL},
	{0, "strict", NULL, "refuse what is doubtful instead of warning", OPTION_FLAG,
	 offsetof(struct options, strict), NULL},
	{'j', "jobs", "N", "use N processors, up to 8 (default: all); the archive is the same",
	 OPTION_NUMBER, offsetof(struct options, project.jobs), NULL},
	PROJECT_ROW_RECIPE(struct options),
	PROJECT_ROW_PAYLOAD(struct options),
	PROJECT_ROW_WITHOUT(struct options),
	PROJECT_ROW_INIT(struct options),
	FETCH_ROW_OFFLINE(struct options),
	FETCH_ROW_MIRROR(struct options),
	PROJECT_ROW_NO_SYNC(struct options),
	JSON_ROW(struct options),
};

static void options_done(struct options *o)
{
	project_options_done(&o->project);
	strv_done(&o->lists);
	strv_done(&o->microcode);
	strv_done(&o->acpi);
}

/* Options that a recipe has keys for, or settles. */
static bool is_about_lists(const struct options *o)
{
	return o->compress || o->level || o->time || o->output || o->keep_modes || o->strict ||
	       o->dedupe || o->sysroot || o->microcode.n || o->acpi.n || o->for_kernel ||
	       o->max_size || o->max_ram || o->checksum || o->align;
}

/* The recipe's own archive, as build makes it. */
static int pack_recipe(const struct options *o, const struct json_request *json, struct err *e)
{
	AUTO_PROJECT project = PROJECT_INIT;
	AUTO_FETCH_PLAN plan = FETCH_PLAN_INIT;
	AUTO_BUILD b = BUILD_INIT;
	struct step step;

	if (is_about_lists(o))
		return err_set(e, ERR_USAGE,
			       "--output and how an archive is made go with --list: without it the "
			       "recipe decides, by the keys of its [initramfs]");
	if (project_load(&o->project, &project, e) < 0 ||
	    fetch_plan(&project, &o->fetch, FETCH_PAYLOAD, &plan, e) < 0 ||
	    project_check_payloads(&project, e) < 0 || build_begin(&b, &project, e) < 0)
		return -1;
	if (fetch_run(&plan, &o->fetch, &b.hashes, project.sync, e) < 0)
		return build_finish(&b, -1, e);
	if (build_finish(&b, build_initramfs(&b, &step, e), e) < 0)
		return -1;
	return report_steps(&b, &step, 1, json, e);
}

static void print_summary(const char *path, const struct initramfs_summary *s)
{
	char raw[32], packed[32], ram[32];

	printf("%s: %llu entries, %s, packed %s (%llu %%); a guest needs %s to unpack it\n", path,
	       (unsigned long long)s->entries, size_text(s->raw_bytes, raw, sizeof(raw)),
	       size_text(s->packed_bytes, packed, sizeof(packed)),
	       (unsigned long long)(s->packed_bytes * 100 / s->raw_bytes),
	       size_text(s->ram_bytes, ram, sizeof(ram)));
	for (size_t i = 0; i < INITRAMFS_BIGGEST && s->biggest[i]; i++)
		printf("%10s  %s\n", size_text(s->biggest[i]->size, raw, sizeof(raw)),
		       s->biggest[i]->name);
}

static int report(const char *path, const struct initramfs_summary *s,
		  const struct json_request *json, struct err *e)
{
	AUTO_JSON_OUTPUT out = {.text = BUF_INIT};

	if (!json->wanted) {
		if (log_level() >= LOG_NORMAL)
			print_summary(path, s);
		return 0;
	}
	json_output_begin(&out, json);
	json_text(&out.w, "path", path);
	json_number(&out.w, "entries", s->entries);
	json_number(&out.w, "raw_bytes", s->raw_bytes);
	json_number(&out.w, "packed_bytes", s->packed_bytes);
	json_number(&out.w, "ram_bytes", s->ram_bytes);
	json_open_array(&out.w, "biggest");
	for (size_t i = 0; i < INITRAMFS_BIGGEST && s->biggest[i]; i++) {
		json_open_object(&out.w, NULL);
		json_text(&out.w, "name", s->biggest[i]->name);
		json_number(&out.w, "size", s->biggest[i]->size);
		json_close_object(&out.w);
	}
	json_close_array(&out.w);
	return json_output_print(&out, e);
}

/* Lists given by hand; ${NAME} in them is looked up in the environment. */
static int pack_lists(const struct options *o, const struct json_request *json, struct err *e)
{
	AUTO_TEMP_FOLDER scratch = TEMP_FOLDER_INIT;
	struct initramfs_options i = {
		.lists = &o->lists,
		.use_environment = true,
		.keep_modes = o->keep_modes,
		.level = -1,
		.dedupe = o->dedupe,
		.microcode = &o->microcode,
		.acpi = &o->acpi,
		.kernel_config = o->for_kernel,
		.max_size = o->max_size,
		.max_ram = o->max_ram,
		.sysroot = o->sysroot,
		.scratch = &scratch,
		.checksum = o->checksum,
		.align = (uint32_t)o->align,
		.strict = o->strict,
		.jobs = (unsigned int)o->project.jobs,
		.output = o->output,
		.sync = !o->project.no_sync,
	};
	AUTO_IMAGE_TREE plan = IMAGE_TREE_INIT;
	struct initramfs_summary summary;
	uint64_t time;

	if (!o->output)
		return err_set(e, ERR_USAGE, "where does the archive go? Give --output");
	if (initramfs_parse_compress(o->compress ? o->compress : "gzip", &i.compress, e) < 0 ||
	    (o->level && initramfs_parse_level(i.compress, o->level, &i.level, e) < 0) ||
	    clock_source_date(&i.time, e) < 0)
		return err_usage(e);
	if (initramfs_check_align(i.compress, o->align, e) < 0)
		return err_usage(e);
	if (o->time) {
		if (parse_number(o->time, 10, UINT32_MAX, "--time", &time, e) < 0)
			return err_usage(e);
		i.time = (uint32_t)time;
	}
	if (initramfs_plan(&i, &plan, e) < 0 || initramfs_write(&i, &plan, &summary, e) < 0)
		return -1;
	return report(i.output, &summary, json, e);
}

static int run(const struct command *c, int argc, char **argv, struct err *e)
{
	AUTO(options_done) struct options o = {.json = NULL};
	struct json_request json;
	enum parsed parsed;
	int first;

	if (options_parse(c, argc, argv, &o, 0, &first, &parsed, e) < 0)
		return -1;
	if (parsed == PARSED_HELP)
		return 0;
	if (json_request_parse(o.json, &json, e) < 0)
		return -1;
	return o.lists.n ? pack_lists(&o, &json, e) : pack_recipe(&o, &json, e);
}

const struct command cmd_initramfs = {
	.name = "initramfs",
	.operands = "",
	.summary = "pack the initramfs",
	.details = "Packs the recipe's initramfs into target/initramfs.cpio.gz, or, with "
		   "--list, any list in the kernel's own format (usr/gen_init_cpio): file, "
		   "dir, nod, slink, pipe, sock; and tree and overlay for a folder's content, "
		   "archive for that of another initramfs, elf for a program with its "
		   "libraries. ${NAME} in a LOCATION is taken from the environment. Parent folders "
		   "that are "
		   "missing are made; what the kernel would drop without a word is refused. "
		   "Needs no root.",
	.options = rows,
	.n_options = ARRAY_LEN(rows),
	.run = run,
};
