#include "stage/build.h"

#include "base/buf.h"
#include "base/path.h"
#include "format/entry_text.h"
#include "host/clock.h"
#include "host/file.h"
#include "stage/initramfs.h"
#include "stage/uki.h"
#include "stage/uki_pideisn.h"

#include <stdio.h>
#include <string.h>

/* Another version of this program may lay things out otherwise. */
#define GENERATOR "mvirt-mkos " MKOS_VERSION

/* What the lists of a recipe can name, and the files that no list names: the payload. */
struct packing {
	struct initramfs_variable variables[4];
	struct initramfs_file *files;
	char *init, *network, *genisoimage;
	struct temp_folder scratch;
	struct initramfs_options options;
};

static void packing_done(struct packing *p)
{
	free(p->files);
	free(p->init);
	free(p->network);
	temp_folder_remove(&p->scratch);
	free(p->genisoimage);
}

static int payload_files(const struct project *p, struct packing *to, struct err *e)
{
	if (p->n_payloads == 0)
		return 0;
	to->files = calloc(p->n_payloads, sizeof(*to->files));
	if (!to->files)
		return err_memory(e);
	for (size_t i = 0; i < p->n_payloads; i++) {
		const struct payload *payload = &p->payloads[i];

		if (payload->source && !payload->without)
			to->files[to->options.n_files++] = (struct initramfs_file){
				.name = payload->image,
				.path = payload->source,
				.mode = payload->mode,
			};
	}
	to->options.files = to->files;
	return 0;
}

static int prepare(const struct project *p, struct packing *to, struct err *e)
{
	if (project_find_init(p, &to->init, e) < 0 ||
	    project_find_program("init", "pideisn-network", &to->network, e) < 0 ||
	    project_find_program("guest", "genisoimage", &to->genisoimage, e) < 0)
		return -1;
	to->variables[0] = (struct initramfs_variable){"INIT", to->init};
	to->variables[1] = (struct initramfs_variable){"OS_RELEASE", p->os_release};
	to->variables[2] = (struct initramfs_variable){"NETWORK", to->network};
	to->variables[3] = (struct initramfs_variable){"GENISOIMAGE", to->genisoimage};
	to->options = (struct initramfs_options){
		.lists = &p->initramfs_lists,
		.variables = to->variables,
		.n_variables = ARRAY_LEN(to->variables),
		.time = p->time,
		.strict = true,
		.sentinel = true,
		.level = -1,
		.microcode = &p->microcode,
		.acpi = &p->acpi,
		.sysroot = p->sysroot,
		.keep_modes = p->keep_modes,
		.dedupe = p->dedupe,
		.checksum = p->checksum,
		.align = (uint32_t)p->align,
		.max_size = p->max_size,
		.max_ram = p->max_ram,
		.jobs = p->jobs,
		.scratch = &to->scratch,
		/* Of the kernel that was built here, if any: it has to unpack this. */
		.kernel_config =
			file_exists(PROJECT_KERNEL "/.config") ? PROJECT_KERNEL "/.config" : NULL,
		.output = PROJECT_INITRAMFS,
		.sync = p->sync,
	};
	if (initramfs_parse_compress(p->compress, &to->options.compress, e) < 0)
		return err_ctx(e, "%s: [initramfs] compress", p->recipe_path);
	if (p->level &&
	    initramfs_parse_level(to->options.compress, p->level, &to->options.level, e) < 0)
		return err_ctx(e, "%s: [initramfs] level", p->recipe_path);
	if (initramfs_check_align(to->options.compress, p->align, e) < 0)
		return err_ctx(e, "%s: [initramfs] align", p->recipe_path);
	return payload_files(p, to, e);
}

static int hash_content(void *context, const char *path, char ret_hex[65], struct err *e)
{
	return hashes_file(context, path, ret_hex, e);
}

/* Every file, as "/its/name"; those from one archive are not told apart. */
static int add_files(struct build *b, const struct image_tree *plan, struct inputs *to,
		     struct err *e)
{
	const char *archive = NULL;

	for (size_t i = 0; i < plan->n; i++) {
		const struct image_entry *entry = &plan->entries[i];
		AUTO_BUF name = BUF_INIT;
		char value[HASH_HEX + 8] = "sha256:";

		if (!entry->content || !entry->location ||
		    (entry->archive && archive && !strcmp(archive, entry->archive)))
			continue;
		archive = entry->archive;
		if (hashes_file(&b->hashes, archive ? archive : entry->location, value + 7, e) < 0)
			return -1;
		if (archive ? buf_putf(&name, e, "archive %s", path_base(archive)) < 0
			    : buf_puts(&name, "/", e) < 0 ||
				      entry_name_text(&name, entry->name, e) < 0)
			return -1;
		if (inputs_add(to, buf_str(&name), value, e) < 0)
			return -1;
	}
	return 0;
}

/* One that was changed is looked at again, though the archive would be the same. */
static int add_budgets(const struct project *p, struct inputs *to, struct err *e)
{
	char text[80];

	if (!p->max_size && !p->max_ram)
		return 0;
	snprintf(text, sizeof(text), "size %llu, ram %llu", (unsigned long long)p->max_size,
		 (unsigned long long)p->max_ram);
	return inputs_add(to, "budget", text, e);
}

static int initramfs_inputs(struct build *b, const struct packing *packing,
			    const struct image_tree *plan, struct inputs *to, struct err *e)
{
	AUTO_BUF text = BUF_INIT;
	char value[HASH_HEX + 8] = "sha256:";
	const char *level = b->project->level ? b->project->level : "default";
	const char *library;
	char how[64];

	if (initramfs_describe(&packing->options, plan, hash_content, &b->hashes, &text, e) < 0 ||
	    hash_bytes(buf_str(&text), text.len, value + 7, e) < 0)
		return -1;
	snprintf(how, sizeof(how), "%s, level %s", b->project->compress, level);
	if (add_files(b, plan, to, e) < 0 || inputs_add(to, "content", value, e) < 0 ||
	    inputs_add(to, "compression", how, e) < 0 || add_budgets(b->project, to, e) < 0)
		return -1;
	if (initramfs_library(packing->options.compress, &library, e) < 0 ||
	    (library && inputs_add(to, "libraries", library, e) < 0))
		return -1;
	return inputs_add(to, "generator", GENERATOR, e);
}

int build_initramfs(struct build *b, struct step *ret, struct err *e)
{
	AUTO(packing_done) struct packing packing = {.scratch = TEMP_FOLDER_INIT};
	AUTO_IMAGE_TREE plan = IMAGE_TREE_INIT;
	AUTO_INPUTS inputs = INPUTS_INIT;
	struct initramfs_summary summary;
	struct step step = {.artefact = "initramfs"};
	uint64_t started = clock_ms();
	bool current;

	if (prepare(b->project, &packing, e) < 0 ||
	    initramfs_plan(&packing.options, &plan, e) < 0 ||
	    initramfs_inputs(b, &packing, &plan, &inputs, e) < 0 ||
	    build_is_current(b, "initramfs", PROJECT_INITRAMFS, &inputs, &current, e) < 0)
		return -1;
	if (!current) {
		step.how = STEP_MADE;
		if (initramfs_write(&packing.options, &plan, &summary, e) < 0 ||
		    build_note(b, "initramfs", PROJECT_INITRAMFS, NULL, &inputs, e) < 0)
			return -1;
	}
	step.ms = clock_ms() - started;
	*ret = step;
	return 0;
}

static int add_file(struct build *b, struct inputs *to, const char *name, const char *path,
		    struct err *e)
{
	char value[HASH_HEX + 8] = "sha256:";

	if (hashes_file(&b->hashes, path, value + 7, e) < 0)
		return -1;
	return inputs_add(to, name, value, e);
}

static int uki_inputs(struct build *b, const struct uki_options *options, struct inputs *to,
		      struct err *e)
{
	if (add_file(b, to, "kernel", options->kernel, e) < 0 ||
	    add_file(b, to, "initramfs", options->initrds->v[0], e) < 0 ||
	    add_file(b, to, "stub", options->stub, e) < 0 ||
	    add_file(b, to, "os-release", options->os_release + 1, e) < 0)
		return -1;
	if (inputs_add(to, "cmdline", options->cmdline, e) < 0)
		return -1;
	if (options->pcrpkey && add_file(b, to, "pcrpkey", options->pcrpkey, e) < 0)
		return -1;
	if (build_key_inputs(b, to, e) < 0)
		return -1;
	return inputs_add(to, "generator", GENERATOR, e);
}

static int check_part(const char *path, const char *command, struct err *e)
{
	if (file_exists(path))
		return 0;
	return err_set(e, ERR_MISSING,
		       "'%s' is missing: make it with mvirt-mkos %s, or all with build", path,
		       command);
}

int build_find_stub(const struct project *p, char **ret, struct err *e)
{
	if (!p->stub)
		return uki_default_stub(PROJECT_BZIMAGE, ret, e);
	*ret = strdup(p->stub);
	return *ret ? 0 : err_memory(e);
}

int build_uki(struct build *b, struct step *ret, struct err *e)
{
	const struct project *p = b->project;
	AUTO_UKI_SUMMARY summary = {.size = 0};
	AUTO_INPUTS inputs = INPUTS_INIT;
	AUTO_STRV initrds = STRV_INIT;
	AUTO_FREE char *stub = NULL;
	AUTO_FREE char *os_release = NULL;
	struct uki_options options = {.kernel = PROJECT_BZIMAGE,
				      .initrds = &initrds,
				      .cmdline = p->cmdline,
				      .output = PROJECT_UKI,
				      .sync = p->sync,
				      .strict = true,
				      .pcrpkey = p->pcrpkey,
				      .signer = build_signer(b)};
	struct step step = {.artefact = "uki"};
	uint64_t started = clock_ms();
	bool current;

	if (pideisn_check_words("cmdline.txt", p->cmdline, e) < 0 ||
	    check_part(PROJECT_BZIMAGE, "kernel", e) < 0 ||
	    check_part(PROJECT_INITRAMFS, "initramfs", e) < 0 ||
	    strv_add(&initrds, PROJECT_INITRAMFS, e) < 0)
		return -1;
	if (asprintf(&os_release, "@%s", p->os_release) < 0) {
		os_release = NULL;
		return err_memory(e);
	}
	if (build_find_stub(p, &stub, e) < 0)
		return -1;
	options.stub = stub;
	options.os_release = os_release;
	if (build_pcr_keys(b, &options.pcr, e) < 0 || uki_inputs(b, &options, &inputs, e) < 0 ||
	    build_is_current(b, "uki", PROJECT_UKI, &inputs, &current, e) < 0)
		return -1;
	if (!current) {
		step.how = STEP_MADE;
		if (stage_uki(&options, &summary, e) < 0 ||
		    build_note(b, "uki", PROJECT_UKI, NULL, &inputs, e) < 0)
			return -1;
	}
	step.ms = clock_ms() - started;
	*ret = step;
	return 0;
}
