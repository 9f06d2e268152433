#include "stage/build.h"

#include "host/clock.h"
#include "host/file.h"

#include <stdio.h>
#include <string.h>

static int add_file(struct build *b, struct inputs *to, const char *name, const char *path,
		    struct err *e)
{
	char value[HASH_HEX + 8] = "sha256:";

	if (hashes_file(&b->hashes, path, value + 7, e) < 0)
		return -1;
	return inputs_add(to, name, value, e);
}

/* An option FILE[=NAME]: under what name, and the file's content. */
static int add_named_file(struct build *b, struct inputs *to, const char *option, struct err *e)
{
	const char *equals = file_exists(option) ? NULL : strrchr(option, '=');
	AUTO_FREE char *path = equals ? strndup(option, (size_t)(equals - option)) : strdup(option);

	if (!path)
		return err_memory(e);
	return add_file(b, to, equals ? equals + 1 : option, path, e);
}

/* LABEL:SIZE[:TYPE][=FILE] */
static int add_partition(struct build *b, struct inputs *to, const char *option, struct err *e)
{
	const char *equals = strchr(option, '=');
	AUTO_FREE char *name = equals ? strndup(option, (size_t)(equals - option)) : strdup(option);

	if (!name)
		return err_memory(e);
	return equals ? add_file(b, to, name, equals + 1, e) : inputs_add(to, name, "empty", e);
}

static int add_settings(const struct media_options *o, struct inputs *to, struct err *e)
{
	char size[32], time[32];

	snprintf(size, sizeof(size), "%llu", (unsigned long long)o->size);
	snprintf(time, sizeof(time), "%u", o->time);
	if (inputs_add(to, "label", o->label ? o->label : "", e) < 0 ||
	    inputs_add(to, "seed", o->seed ? o->seed : "", e) < 0 ||
	    inputs_add(to, "size", size, e) < 0 ||
	    inputs_add(to, "enroll", o->esp.enrol ? o->esp.enrol : "", e) < 0 ||
	    inputs_add(to, "form",
		       o->bios	  ? "bios"
		       : o->qcow2 ? "qcow2"
				  : "raw",
		       e) < 0)
		return -1;
	if (inputs_add(to, "SOURCE_DATE_EPOCH", time, e) < 0)
		return -1;
	return inputs_add(to, "generator", "mvirt-mkos " MKOS_VERSION, e);
}

/* Media with a boot loader, keys or another program's part are made every time. */
static bool can_be_compared(const struct media_options *o)
{
	return !o->esp.boot_loader && !o->esp.keys && !o->bios;
}

static int collect(struct build *b, const struct media_options *o, struct inputs *to, struct err *e)
{
	if (add_file(b, to, "uki", PROJECT_UKI, e) < 0)
		return -1;
	for (size_t i = 0; i < o->esp.files->n; i++)
		if (add_named_file(b, to, o->esp.files->v[i], e) < 0)
			return -1;
	for (size_t i = 0; i < o->partitions->n; i++)
		if (add_partition(b, to, o->partitions->v[i], e) < 0)
			return -1;
	return add_settings(o, to, e);
}

/* What an earlier run made, and nobody wrote to since, can be made again. */
static int allow_own(struct build *b, const char *name, struct media_options *o, struct err *e)
{
	struct err ignored;

	if (o->force || media_check_old(o->output, &ignored) == 0)
		return 0;
	return build_is_intact(b, name, o->output, &o->force, e);
}

int build_media(struct build *b, const struct media_options *options, struct step *ret,
		struct err *e)
{
	const char *name = options->kind == MEDIA_ISO ? "iso" : "disk";
	AUTO_INPUTS inputs = INPUTS_INIT;
	struct media_options o = *options;
	struct media_summary summary;
	struct step step = {.artefact = name};
	uint64_t started = clock_ms();
	bool current;

	o.esp.signer = build_signer(b);
	if (!file_exists(PROJECT_UKI))
		return err_set(e, ERR_MISSING,
			       "'" PROJECT_UKI "' is missing: make it with mvirt-mkos build, or "
			       "name another with --uki");
	if (build_check_uki(b, e) < 0 || collect(b, options, &inputs, e) < 0 ||
	    build_is_current(b, name, options->output, &inputs, &current, e) < 0)
		return -1;
	if (!current || !can_be_compared(options)) {
		step.how = STEP_MADE;
		if (allow_own(b, name, &o, e) < 0 || stage_media(&o, &summary, e) < 0 ||
		    build_note(b, name, options->output, NULL, &inputs, e) < 0)
			return -1;
	}
	step.ms = clock_ms() - started;
	*ret = step;
	return 0;
}
