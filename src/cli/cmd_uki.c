#include "base/log.h"
#include "base/path.h"
#include "cli/commands.h"
#include "cli/measure_words.h"
#include "cli/pcr_words.h"
#include "cli/project_options.h"
#include "cli/uki_config.h"
#include "cli/uki_options.h"
#include "host/file.h"
#include "host/progress.h"

#include <stdio.h>
#include <string.h>

struct options {
	struct project_options project;
	struct uki_words uki;
	struct measure_words measure;
	struct pcr_words pcr;
	const char *pcrsig;
	const char *join_pcrsig;
	enum choice wants_measure;
	const char *config_path;
	struct ukify_config config;
	const char *output;
	const char *json;
	bool summary;
	const char *key;
	struct strv certificates;
	struct passphrase_source passphrase;
	enum choice sign_kernel;
	const char *sign_tool; /* ukify's word for who signs: we do */
	const char *nss_folder, *nss_name;
	const char *validity; /* genkey's, which may stand in the same configuration */
};

static int set_passphrase_fd(void *into, const char *value, struct err *e)
{
	return passphrase_fd_parse(value, &((struct options *)into)->passphrase, e);
}

/* The first is none of ukify's. */
static const struct option_row rows[] = {
	PROJECT_ROW_MADE_RECIPE(struct options),
	UKI_ROWS(struct options),
	{'o', "output", "FILE",
	 "where the UKI goes (default: with --update that file, for ukify LINUX.unsigned.efi)",
	 OPTION_TEXT, offsetof(struct options, output), NULL},
	{'c', "config", "FILE",
	 "ukify's configuration (default: /etc/systemd/ukify.conf and its like, when parts are "
	 "given)",
	 OPTION_TEXT, offsetof(struct options, config_path), NULL},
	{0, "summary", NULL, "print what was asked for, and do nothing", OPTION_FLAG,
	 offsetof(struct options, summary), NULL},
	{0, "measure", NULL, "print what PCR 11 of a TPM will be when it boots (see measure)",
	 OPTION_YES, offsetof(struct options, wants_measure), NULL},
	{0, "no-measure", NULL, NULL, OPTION_NO, offsetof(struct options, wants_measure), NULL},
	MEASURE_ROWS(struct options),
	MEASURE_ROWS_SYSTEMD(struct options),
	PROJECT_ROW_NO_SYNC(struct options),
	JSON_ROW(struct options),
	{0, "secureboot-private-key", "KEY",
	 "sign the UKI for Secure Boot: a PEM or DER file, or a pkcs11: URI (see sign)",
	 OPTION_TEXT, offsetof(struct options, key), NULL},
	{0, "secureboot-certificate", "FILE",
	 "the key's certificate; further ones lead to its root", OPTION_LIST,
	 offsetof(struct options, certificates), NULL},
	PCR_ROWS(struct options),
	{0, "pcrsig", "TEXT|@FILE", "PCR signatures that were made elsewhere", OPTION_TEXT,
	 offsetof(struct options, pcrsig), NULL},
	{0, "join-pcrsig", "FILE",
	 "put --pcrsig into this UKI, which was made with --policy-digest", OPTION_TEXT,
	 offsetof(struct options, join_pcrsig), NULL},
	{0, "passphrase-fd", "N", "the key's passphrase is the first line of descriptor N",
	 OPTION_CALL, 0, set_passphrase_fd},
	{0, "sign-kernel", NULL, "sign the kernel in it too (default: when it has no signature)",
	 OPTION_YES, offsetof(struct options, sign_kernel), NULL},
	{0, "no-sign-kernel", NULL, "leave the kernel as it is", OPTION_NO,
	 offsetof(struct options, sign_kernel), NULL},
	{0, "signtool", "TOOL", NULL, OPTION_TEXT, offsetof(struct options, sign_tool), NULL},
	{0, "secureboot-certificate-dir", "DIR", NULL, OPTION_TEXT,
	 offsetof(struct options, nss_folder), NULL},
	{0, "secureboot-certificate-name", "NAME", NULL, OPTION_TEXT,
	 offsetof(struct options, nss_name), NULL},
	{0, "secureboot-certificate-validity", "DAYS", NULL, OPTION_TEXT,
	 offsetof(struct options, validity), NULL},
};

static void options_done(struct options *o)
{
	project_options_done(&o->project);
	uki_words_done(&o->uki);
	measure_words_done(&o->measure);
	pcr_words_done(&o->pcr);
	ukify_config_done(&o->config);
	strv_done(&o->certificates);
}

/* The recipe's kernel and initramfs, which have to be there. */
static int combine_recipe(const struct options *o, const struct json_request *json, struct err *e)
{
	AUTO_PROJECT project = PROJECT_INIT;
	AUTO_BUILD b = BUILD_INIT;
	struct step step;

	if (o->wants_measure == CHOICE_YES)
		return err_set(e, ERR_USAGE,
			       "--measure goes with --linux: the recipe's UKI is measured by "
			       "mvirt-mkos measure");
	b.passphrase = o->passphrase;
	if (build_resume(&b, &o->project, &project, e) < 0)
		return -1;
	if (build_finish(&b, build_uki(&b, &step, e), e) < 0)
		return -1;
	return report_steps(&b, &step, 1, json, e);
}

static void report_text(const char *path, const struct uki_summary *s)
{
	char size[32];

	printf("%s: %s", path, size_text(s->size, size, sizeof(size)));
	if (s->kernel.release[0])
		printf(", Linux %s", s->kernel.release);
	if (s->signer)
		printf(", signed by %s", s->signer);
	printf("\n");
	for (size_t i = 0; i < s->n_sections; i++)
		printf("  %-8s %10s\n", s->sections[i].Name,
		       size_text(pe_section_size(&s->sections[i]), size, sizeof(size)));
}

/* Sections by name; those that can come again as lists, and the profiles' in a list of their own. */
static void write_sections(struct json_writer *w, const struct uki_summary *s)
{
	bool in_profiles = false;

	json_open_object(w, "sections");
	for (size_t i = 0; i < s->n_sections; i++) {
		const struct pe_section *section = &s->sections[i];
		bool repeats = stub_section_may_repeat(section->Name);
		bool begins = repeats && (i == 0 || strcmp(section[-1].Name, section->Name));
		bool ends = repeats &&
			    (i + 1 == s->n_sections || strcmp(section[1].Name, section->Name));

		if (!strcmp(section->Name, ".profile")) {
			json_close_object(w);
			if (!in_profiles)
				json_open_array(w, "profiles");
			in_profiles = true;
			json_open_object(w, NULL);
		}
		if (begins)
			json_open_array(w, section->Name);
		json_number(w, repeats ? NULL : section->Name, pe_section_size(section));
		if (ends)
			json_close_array(w);
	}
	json_close_object(w);
	if (in_profiles)
		json_close_array(w);
}

static int report(const char *path, const struct uki_summary *s, const struct json_request *json,
		  struct err *e)
{
	AUTO_JSON_OUTPUT out = {.text = BUF_INIT};

	if (!json->wanted) {
		if (log_level() >= LOG_NORMAL)
			report_text(path, s);
		measure_print(&s->measured);
		return 0;
	}
	json_output_begin(&out, json);
	json_text(&out.w, "path", path);
	json_number(&out.w, "size", s->size);
	json_text(&out.w, "uname", s->kernel.release);
	if (s->signer)
		json_text(&out.w, "signed_by", s->signer);
	write_sections(&out.w, s);
	if (s->measured.n_values) {
		json_open_object(&out.w, "pcrs");
		measure_json(&s->measured, &out.w);
		json_close_object(&out.w);
	}
	return json_output_print(&out, e);
}

/* Where it goes when nothing is said: ukify names it after the kernel. */
static int default_output(const struct options *o, bool as_ukify, char **ret, struct err *e)
{
	AUTO_BUF path = BUF_INIT;

	if (!o->uki.kernel)
		return err_set(
			e, ERR_USAGE,
			"without --linux this is an addon or a profile, which needs --output");
	if (!as_ukify)
		return err_set(e, ERR_USAGE, "where does the UKI go? Give --output FILE");
	if (buf_putf(&path, e, "%s.%s.efi", path_base(o->uki.kernel),
		     o->key ? "signed" : "unsigned") < 0)
		return -1;
	return buf_take(&path, ret, e);
}

static void print_summary(const struct command *c, const struct options *o)
{
	for (size_t i = 0; i < c->n_options; i++) {
		const struct option_row *row = &c->options[i];
		const void *at = (const char *)o + row->offset;

		if (!row->help || !strcmp(row->name, "kernel"))
			continue;
		if (row->kind == OPTION_TEXT && *(const char *const *)at)
			printf("%s: %s\n", row->name, *(const char *const *)at);
		if (row->kind != OPTION_LIST)
			continue;
		for (size_t k = 0; k < ((const struct strv *)at)->n; k++)
			printf("%s: %s\n", row->name, ((const struct strv *)at)->v[k]);
	}
}

static void set_signer(const struct options *o, struct uki_options *u)
{
	u->signer = (struct signer_options){
		.key = o->key,
		.certificates = &o->certificates,
		.passphrase = o->passphrase,
		.holders = o->pcr.holders,
		.strict = o->uki.strict,
	};
	u->sign_kernel = o->sign_kernel == CHOICE_YES  ? UKI_SIGN_KERNEL_YES
			 : o->sign_kernel == CHOICE_NO ? UKI_SIGN_KERNEL_NO
						       : UKI_SIGN_KERNEL_FITTING;
}

/* The keys that are named then are those that signed elsewhere. */
static void set_pcrsig(const struct options *o, struct uki_options *u)
{
	u->pcrsig = o->pcrsig;
	u->pcrsig_check = (struct pcr_check_options){
		.public_keys = &o->pcr.public_keys,
		.certificates = &o->pcr.certificates,
		.certificate_provider = o->pcr.holders.certificate_provider,
		.believe_pcrpkey = true,
		.phases = &o->measure.phases,
	};
}

/* ukify's words for programs that it has sign. Ours are the signatures; of what they read, not all. */
static int check_sign_tool(const struct options *o, struct err *e)
{
	static const char *const tools[] = {"sbsign", "pesign", "systemd-sbsign"};
	bool known = !o->sign_tool;

	for (size_t i = 0; i < ARRAY_LEN(tools); i++)
		known = known || !strcmp(o->sign_tool, tools[i]);
	if (!known)
		return err_set(e, ERR_USAGE,
			       "--signtool is sbsign, pesign or systemd-sbsign, not '%s'",
			       o->sign_tool);
	if (o->nss_folder || o->nss_name ||
	    (o->sign_tool && !strcmp(o->sign_tool, "pesign") && !o->key))
		return err_set(e, ERR_USAGE,
			       "a key in pesign's NSS database is not read here: export it, with "
			       "pk12util -o k.p12 and openssl pkcs12 -in k.p12, and give "
			       "--secureboot-private-key and --secureboot-certificate");
	return 0;
}

/* With the configuration's words among them. */
static int check_keys(const struct options *o, bool as_ukify, struct err *e)
{
	bool signs_pcr = pcr_words_given(&o->pcr);

	if (check_sign_tool(o, e) < 0 || key_holders_check(&o->pcr.holders, e) < 0)
		return -1;
	if (!o->key != !o->certificates.n)
		return err_set(e, ERR_USAGE,
			       "--secureboot-private-key and --secureboot-certificate go together");
	if (o->sign_kernel == CHOICE_YES && !o->key)
		return err_set(e, ERR_USAGE,
			       "--sign-kernel needs a key: give --secureboot-private-key");
	if (o->sign_kernel == CHOICE_YES && !o->uki.kernel)
		return err_set(e, ERR_USAGE,
			       "--sign-kernel goes with --linux: the kernel that is in a UKI stays "
			       "as it is");
	if (o->measure.phases.n && o->wants_measure != CHOICE_YES && !signs_pcr && !o->pcrsig)
		return err_set(e, ERR_USAGE,
			       "--phases goes with --measure or with a key for PCR signatures");
	if (o->wants_measure == CHOICE_YES && o->pcr.policy_digest == CHOICE_YES)
		return err_set(e, ERR_USAGE,
			       "--measure and --policy-digest both print: ask for one of them");
	if (as_ukify)
		return 0;
	if (o->measure.banks.n && o->wants_measure != CHOICE_YES && !signs_pcr)
		return err_set(e, ERR_USAGE,
			       "--pcr-banks goes with --measure or with a key for PCR signatures");
	if (o->passphrase.has_fd && !o->key && !o->pcr.private_keys.n)
		return err_set(e, ERR_USAGE, "--passphrase-fd goes with a private key");
	return 0;
}

static int combine_parts(const struct command *c, struct options *o,
			 const struct json_request *json, struct err *e)
{
	bool as_ukify = c == &cmd_ukify_build;
	/* What a machine's UKIs are made of by default is not what is new in one. */
	const char *config = o->config_path || o->uki.update ? o->config_path : uki_config_find();
	AUTO_UKI_SUMMARY summary = {.size = 0};
	AUTO_FREE char *output = NULL;
	struct measure_options m;
	struct uki_options u;

	if (config && uki_config_apply(&o->config, config, c, o, e) < 0)
		return -1;
	if (!o->output && o->uki.update) {
		o->output = o->uki.update;
	} else if (!o->output) {
		if (default_output(o, as_ukify, &output, e) < 0)
			return -1;
		o->output = output;
	}
	if (o->summary) {
		print_summary(c, o);
		return 0;
	}
	/* Only now: one may be in the configuration. */
	if (check_keys(o, as_ukify, e) < 0)
		return -1;
	if (config && strcmp(config, "/dev/null") != 0 && file_apart(config, o->output, e) < 0)
		return -1;
	u = uki_words_options(&o->uki);
	if (o->pcrsig)
		set_pcrsig(o, &u);
	else if (pcr_words_options(&o->pcr, &o->measure, &o->passphrase, &u.pcr, e) < 0)
		return -1;
	if (o->wants_measure == CHOICE_YES) {
		if (measure_words_options(&o->measure, &m, e) < 0)
			return -1;
		m.pcr_11 = true;
		m.before_phases = !as_ukify;
		u.measure = &m;
	}
	set_signer(o, &u);
	u.output = o->output;
	u.sync = !o->project.no_sync;
	if (stage_uki(&u, &summary, e) < 0)
		return -1;
	if (o->pcr.policy_digest == CHOICE_YES)
		return pcr_policies_print(&summary.policies, json, e);
	if (!as_ukify)
		return report(u.output, &summary, json, e);
	measure_print(&summary.measured);
	log_info("Wrote %s %s", o->key ? "signed" : "unsigned", u.output);
	return 0;
}

/* Signatures are of what was measured: nothing else may change with them. */
static int check_signatures(struct options *o, struct err *e)
{
	if (o->pcrsig && pcr_words_sign(&o->pcr))
		return err_set(e, ERR_USAGE,
			       "PCR signatures are either made here or given with --pcrsig");
	if (o->pcrsig && o->uki.update)
		return err_set(e, ERR_USAGE, "--pcrsig goes with --join-pcrsig, not with --update");
	if (!o->join_pcrsig)
		return 0;
	if (!o->pcrsig)
		return err_set(e, ERR_USAGE, "--join-pcrsig goes with --pcrsig");
	if (o->uki.kernel || uki_words_given(&o->uki))
		return err_set(e, ERR_USAGE,
			       "the options for parts do not go with --join-pcrsig: what changed "
			       "would need other signatures");
	o->uki.update = o->join_pcrsig;
	return 0;
}

static int check_words(const struct command *c, const struct options *o, bool is_parts,
		       struct err *e)
{
	if (!is_parts && (o->pcrsig || pcr_words_given(&o->pcr)))
		return err_set(e, ERR_USAGE, "the options for PCR signatures go with --linux");
	if (!is_parts && (o->key || o->certificates.n || o->sign_kernel || o->sign_tool ||
			  o->pcr.holders.engine || o->pcr.holders.provider ||
			  o->pcr.holders.certificate_provider))
		return err_set(e, ERR_USAGE,
			       "the recipe says who signs, in [secureboot]: the options for it go "
			       "with --linux");
	if (!is_parts && (o->measure.phases.n || o->measure.banks.n))
		return err_set(e, ERR_USAGE,
			       "the recipe says phases and banks, in [pcr]: the options for them "
			       "go with --linux");
	if (o->validity && c != &cmd_ukify_build)
		return err_set(e, ERR_USAGE,
			       "--secureboot-certificate-validity is a word of mvirt-mkos genkey");
	if (o->uki.remove.n && !o->uki.update)
		return err_set(e, ERR_USAGE, "--remove goes with --update");
	if (!is_parts && o->output && !uki_words_given(&o->uki))
		return err_set(e, ERR_USAGE,
			       "the recipe's UKI is " PROJECT_UKI
			       ": --output goes with the options "
			       "for parts");
	if (!is_parts && (uki_words_given(&o->uki) || o->output || o->summary))
		return err_set(
			e, ERR_USAGE,
			"the options for parts go with --linux: without it the recipe decides, or, "
			"with --output, they make an addon");
	if (is_parts && o->project.recipe)
		return err_set(e, ERR_USAGE,
			       "--recipe decides what goes into the UKI: the options for parts do "
			       "not go with it");
	return 0;
}

/* Parts are named, in words or in a file; else it is the recipe's that are combined. */
static bool asks_for_parts(const struct options *o)
{
	return o->uki.kernel || o->uki.update || o->config_path ||
	       (uki_words_given(&o->uki) && o->output);
}

static int run(const struct command *c, int argc, char **argv, struct err *e)
{
	AUTO(options_done) struct options o = {.json = NULL};
	struct json_request json;
	enum parsed parsed;
	bool is_parts;
	int first;

	if (options_parse(c, argc, argv, &o, 0, &first, &parsed, e) < 0)
		return -1;
	if (parsed == PARSED_HELP)
		return 0;
	if (check_signatures(&o, e) < 0)
		return -1;
	is_parts = c == &cmd_ukify_build || asks_for_parts(&o);
	if (json_request_parse(o.json, &json, e) < 0 || check_words(c, &o, is_parts, e) < 0)
		return -1;
	return is_parts ? combine_parts(c, &o, &json, e) : combine_recipe(&o, &json, e);
}

const struct command cmd_uki = {
	.name = "uki",
	.operands = "",
	.summary = "combine kernel, initramfs and more into one EFI program",
	.details = "Combines the kernel and the initramfs of the recipe into target/mvirt.efi, "
		   "or, with --linux (or --kernel), any parts into any file; without --linux but "
		   "with --output parts become an addon. With --update a UKI is changed in place, "
		   "or into --output. Option names and meanings are those of "
		   "ukify build, and called as ukify (a link) this is that program. A text that "
		   "begins with @ names a file.",
	.options = rows,
	.n_options = ARRAY_LEN(rows),
	.run = run,
};

const struct command cmd_ukify_build = {
	.program = "ukify",
	.name = "build",
	.operands = "",
	.summary = "combine a kernel and more into one EFI program",
	.details = "Combines parts into one EFI program, as ukify(1) does. A text that begins "
		   "with @ names a file.",
	.options = rows + 1,
	.n_options = ARRAY_LEN(rows) - 1,
	.run = run,
};
