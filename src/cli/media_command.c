#include "cli/media_command.h"

#include "base/log.h"
#include "cli/pcr_words.h"
#include "host/clock.h"
#include "host/progress.h"
#include "stage/build.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

static void media_command_done(struct media_command *m)
{
	project_options_done(&m->project);
	strv_done(&m->ukis);
	strv_done(&m->files);
	strv_done(&m->partitions);
	strv_done(&m->certificates);
}

int media_set_passphrase_fd(void *into, const char *value, struct err *e)
{
	return passphrase_fd_parse(value, &((struct media_command *)into)->passphrase, e);
}

static int check_keys(const struct media_command *m, bool recipe, struct err *e)
{
	const struct signer_options *s = &m->media.esp.signer;
	bool has_holder =
		s->holders.engine || s->holders.provider || s->holders.certificate_provider;

	if (!s->key != !m->certificates.n)
		return err_set(e, ERR_USAGE,
			       "--secureboot-private-key and --secureboot-certificate go together");
	if (s->key && (recipe || m->project.recipe))
		return err_set(e, ERR_USAGE,
			       "the recipe says who signs, in [secureboot]: the options for it go "
			       "with --uki");
	if (has_holder && !s->key)
		return err_set(e, ERR_USAGE,
			       "--signing-engine, --signing-provider and --certificate-provider go "
			       "with --secureboot-private-key");
	return key_holders_check(&s->holders, e);
}

static int parse_format(struct media_command *m, struct err *e)
{
	static const char suffix[] = ".qcow2";
	const size_t len = m->media.output ? strlen(m->media.output) : 0;

	/* A disk by that name that is raw would be taken for what it is not. */
	if (m->media.kind == MEDIA_DISK && !m->format && len >= strlen(suffix) &&
	    !strcasecmp(m->media.output + len - strlen(suffix), suffix))
		return err_set(e, ERR_USAGE,
			       "'%s' has the name of a qcow2 disk: give --format qcow2 or raw",
			       m->media.output);
	if (!m->format || !strcmp(m->format, "raw"))
		return 0;
	if (strcmp(m->format, "qcow2") != 0)
		return err_set(e, ERR_USAGE, "--format is raw or qcow2, not '%s'", m->format);
	m->media.qcow2 = true;
	return 0;
}

static void report_text(const char *path, const struct media_summary *s)
{
	char size[32], room[32], esp[32], spare[32], id[GUID_TEXT];

	guid_text(&s->id, id);
	printf("%s: %s", path, size_text(s->size, size, sizeof(size)));
	if (s->room && s->room < s->size)
		printf(", takes %s", size_text(s->room, room, sizeof(room)));
	printf("\n  ESP %s, %s free, %zu file%s", size_text(s->esp_bytes, esp, sizeof(esp)),
	       size_text(s->esp_free, spare, sizeof(spare)), s->n_files,
	       s->n_files == 1 ? "" : "s");
	if (s->n_signed)
		printf(", %zu signed", s->n_signed);
	if (s->n_partitions)
		printf("; %zu more partition%s", s->n_partitions, s->n_partitions == 1 ? "" : "s");
	printf("\n  disk %s\n", id);
}

static int report(const char *path, const struct media_summary *s, const struct json_request *json,
		  struct err *e)
{
	AUTO_JSON_OUTPUT out = {.text = BUF_INIT};
	char id[GUID_TEXT];

	if (!json->wanted) {
		if (log_level() >= LOG_NORMAL)
			report_text(path, s);
		return 0;
	}
	guid_text(&s->id, id);
	json_output_begin(&out, json);
	json_text(&out.w, "path", path);
	json_number(&out.w, "size", s->size);
	json_number(&out.w, "allocated", s->room);
	json_text(&out.w, "disk_guid", id);
	json_number(&out.w, "esp_size", s->esp_bytes);
	json_number(&out.w, "esp_free", s->esp_free);
	json_number(&out.w, "files", s->n_files);
	json_number(&out.w, "signed", s->n_signed);
	json_number(&out.w, "partitions", s->n_partitions + 1);
	return json_output_print(&out, e);
}

/* The recipe's UKI, which has to be there, into target/. */
static int make_recipe(const struct media_command *m, const struct json_request *json,
		       struct err *e)
{
	AUTO_PROJECT project = PROJECT_INIT;
	AUTO_BUILD b = BUILD_INIT;
	struct step step;

	b.passphrase = m->passphrase;
	if (build_resume(&b, &m->project, &project, e) < 0)
		return -1;
	if (build_finish(&b, build_media(&b, &m->media, &step, e), e) < 0)
		return -1;
	return report_steps(&b, &step, 1, json, e);
}

/* The recipe that is named, or else the one that target/mvirt.efi is of where that is put on it. */
static int find_signer(struct media_command *m, bool is_own, struct project *project, struct err *e)
{
	struct signer_options *s = &m->media.esp.signer;
	struct project_options o = m->project;
	AUTO_FREE char *recipe = NULL;

	s->passphrase = m->passphrase;
	s->strict = m->media.esp.strict;
	s->certificates = &m->certificates;
	if (!s->key && is_own && !o.recipe && build_find_recipe(&recipe, e) < 0)
		return -1;
	if (recipe)
		o.recipe = recipe;
	if (!s->key && o.recipe) {
		if (project_load(&o, project, e) < 0)
			return -1;
		s->key = project->secureboot_key;
		s->certificates = &project->secureboot_certificates;
	}
	if (m->passphrase.has_fd && !s->key)
		return err_set(e, ERR_USAGE,
			       "--passphrase-fd goes with --secureboot-private-key, or with a "
			       "recipe that has [secureboot]");
	return 0;
}

static int make_parts(struct media_command *m, bool is_own, const struct json_request *json,
		      struct err *e)
{
	AUTO_PROJECT project = PROJECT_INIT;
	struct media_summary summary;

	if (find_signer(m, is_own, &project, e) < 0)
		return -1;
	if (stage_media(&m->media, &summary, e) < 0)
		return -1;
	return report(m->media.output, &summary, json, e);
}

int media_command_run(const struct command *c, int argc, char **argv, enum media_kind kind,
		      struct err *e)
{
	AUTO(media_command_done) struct media_command m = {.media = {.kind = kind}};
	struct json_request json;
	enum parsed parsed;
	bool is_own, recipe;
	int first;

	if (options_parse(c, argc, argv, &m, 0, &first, &parsed, e) < 0)
		return -1;
	if (parsed == PARSED_HELP)
		return 0;
	if (json_request_parse(m.json, &json, e) < 0 || parse_format(&m, e) < 0 ||
	    clock_source_date(&m.media.time, e) < 0)
		return -1;
	is_own = m.ukis.n == 0;
	recipe = is_own && !m.media.output;
	if (check_keys(&m, recipe, e) < 0)
		return -1;
	if (m.ukis.n == 0 && strv_add(&m.ukis, PROJECT_UKI, e) < 0)
		return -1;
	if (!m.media.output)
		m.media.output = kind == MEDIA_ISO ? PROJECT_ISO : PROJECT_DISK;
	m.media.esp.ukis = &m.ukis;
	m.media.esp.files = &m.files;
	m.media.partitions = &m.partitions;
	m.media.sync = !m.project.no_sync;
	return recipe ? make_recipe(&m, &json, e) : make_parts(&m, is_own, &json, e);
}
