#include "base/log.h"
#include "base/parse.h"
#include "cli/commands.h"
#include "cli/json_output.h"
#include "cli/measure_eventlog.h"
#include "cli/measure_words.h"
#include "cli/pcr_words.h"
#include "cli/project_options.h"
#include "cli/uki_options.h"
#include "format/boot_pcr.h"

#include <string.h>

struct options {
	struct measure_words measure;
	struct pcr_words pcr;
	struct passphrase_source passphrase;
	struct uki_words uki;
	struct strv pcrs;
	const char *profile;
	const char *eventlog;
	struct secure_boot_state firmware;
	struct strv db, dbx;
	const char *stub_version;
	const char *json;
};

static int set_passphrase_fd(void *into, const char *value, struct err *e)
{
	return passphrase_fd_parse(value, &((struct options *)into)->passphrase, e);
}

static const struct option_row rows[] = {
	{0, "pcr", "N", "4, 7, 9 or 11 (default: 11; with --eventlog: all); may be given again",
	 OPTION_LIST, offsetof(struct options, pcrs), NULL},
	MEASURE_ROWS(struct options),
	MEASURE_ROWS_SYSTEMD(struct options),
	{0, "only-profile", "ID", "only the profile of that ID or number (default: each)",
	 OPTION_TEXT, offsetof(struct options, profile), NULL},
	{0, "vars", "FILE", "OVMF's variable store, for PCR 4 and 7", OPTION_TEXT,
	 offsetof(struct options, firmware.vars), NULL},
	{0, "db", "FILE",
	 "or the keys that it has, as for enroll: of who may sign; a certificate, .esl or .auth; "
	 "may "
	 "be given again",
	 OPTION_LIST, offsetof(struct options, db), NULL},
	{0, "dbx", "HEX|FILE", "what it refuses; may be given again", OPTION_LIST,
	 offsetof(struct options, dbx), NULL},
	{0, "kek", "FILE", "of who may change these (default: the first --db)", OPTION_TEXT,
	 offsetof(struct options, firmware.keys.kek), NULL},
	{0, "pk", "FILE", "of the platform's owner (default: the first --db)", OPTION_TEXT,
	 offsetof(struct options, firmware.keys.pk), NULL},
	{0, "eventlog", "FILE", "compare a firmware's event log with the prediction", OPTION_TEXT,
	 offsetof(struct options, eventlog), NULL},
	{0, "stub-version", "VERSION", "that of systemd-stub, where it does not tell", OPTION_TEXT,
	 offsetof(struct options, stub_version), NULL},
	PCR_ROWS(struct options),
	{0, "passphrase-fd", "N", "the key's passphrase is the first line of descriptor N",
	 OPTION_CALL, 0, set_passphrase_fd},
	UKI_ROWS(struct options),
	JSON_ROW(struct options),
};

static void options_done(struct options *o)
{
	measure_words_done(&o->measure);
	pcr_words_done(&o->pcr);
	uki_words_done(&o->uki);
	strv_done(&o->pcrs);
	strv_done(&o->db);
	strv_done(&o->dbx);
}

/* The option that says what the firmware knows; NULL: none does. */
static const char *firmware_word(const struct options *o)
{
	return o->firmware.vars	      ? "--vars"
	       : o->db.n	      ? "--db"
	       : o->dbx.n	      ? "--dbx"
	       : o->firmware.keys.kek ? "--kek"
	       : o->firmware.keys.pk  ? "--pk"
				      : NULL;
}

static int check_firmware(struct options *o, struct err *e)
{
	bool has_keys = o->db.n || o->dbx.n || o->firmware.keys.kek || o->firmware.keys.pk;

	if (has_keys && o->firmware.vars)
		return err_set(e, ERR_USAGE,
			       "a variable store has its keys in it: give either --vars or --db");
	if (has_keys && !o->db.n)
		return err_set(e, ERR_USAGE, "%s goes with --db", firmware_word(o));
	if (o->db.n)
		o->firmware.keys.db = &o->db;
	o->firmware.keys.dbx = &o->dbx;
	return 0;
}

static int choose_pcr(uint64_t number, const struct options *o, struct measure_options *m,
		      struct err *e)
{
	if (number == SECURE_BOOT_PCR && !secure_boot_is_known(&o->firmware))
		return err_set(e, ERR_USAGE,
			       "--pcr 7 needs the firmware's variable store, or its keys: give "
			       "--vars or --db");
	if (number == FIRMWARE_PCR)
		m->pcr_4 = true;
	else if (number == SECURE_BOOT_PCR)
		m->pcr_7 = true;
	else if (number == KERNEL_PCR)
		m->pcr_9 = true;
	else if (number == UKI_PCR)
		m->pcr_11 = true;
	else
		return err_set(e, ERR_USAGE, "--pcr is 4, 7, 9 or 11, not %llu",
			       (unsigned long long)number);
	return 0;
}

static int choose_pcrs(const struct options *o, struct measure_options *m, struct err *e)
{
	uint64_t number;

	m->pcr_11 = o->pcrs.n == 0;
	m->firmware = o->firmware;
	for (size_t i = 0; i < o->pcrs.n; i++) {
		if (parse_number(o->pcrs.v[i], 10, UINT32_MAX, "--pcr", &number, e) < 0)
			return err_usage(e);
		if (choose_pcr(number, o, m, e) < 0)
			return -1;
	}
	if (o->measure.phases.n && o->pcrs.n && !m->pcr_11)
		return err_set(e, ERR_USAGE, "--phases goes with --pcr 11: no other PCR has any");
	if (secure_boot_is_known(&o->firmware) && !m->pcr_4 && !m->pcr_7 &&
	    (o->pcrs.n || !o->eventlog))
		return err_set(e, ERR_USAGE, "%s goes with --pcr 4 and 7", firmware_word(o));
	return 0;
}

/* The UKI to measure: a file, or NULL for the parts that the options name. */
static int measure_one(const struct options *o, const char *uki, const struct measure_options *m,
		       struct measure_result *ret, struct err *e)
{
	struct uki_options u = uki_words_options(&o->uki);
	AUTO_UKI_ASSEMBLY a = NULL;

	if (uki)
		return stage_measure_file(uki, m, ret, e);
	if (uki_assemble(&u, &a, e) < 0)
		return -1;
	return uki_assembly_measure(a, m, ret, e);
}

/* Nothing is written: the signatures themselves are the answer. */
static int sign(struct options *o, const char *uki, const struct json_request *json, struct err *e)
{
	AUTO_MEASURE_RESULT measured = {.n_values = 0};
	AUTO_PCR_POLICIES policies = PCR_POLICIES_INIT;
	AUTO_PCR_SIGNERS signers = PCR_SIGNERS_INIT;
	AUTO_UKI_ASSEMBLY a = NULL;
	struct uki_options u = uki_words_options(&o->uki);
	struct measure_options m;

	if (o->pcrs.n || o->eventlog || firmware_word(o))
		return err_set(e, ERR_USAGE,
			       "what is signed is PCR 11 to be: %s does not go with it",
			       o->eventlog	  ? "--eventlog"
			       : firmware_word(o) ? firmware_word(o)
						  : "--pcr");
	if (!uki && (o->profile || o->stub_version))
		return err_set(e, ERR_USAGE, "%s is for a UKI that is there: of parts %s",
			       o->profile ? "--only-profile" : "--stub-version",
			       o->profile ? "--sign-profile says which to sign"
					  : "the stub has to tell it");
	if (pcr_words_options(&o->pcr, &o->measure, &o->passphrase, &u.pcr, e) < 0)
		return -1;
	if (!uki) {
		if (uki_assemble(&u, &a, e) < 0)
			return -1;
		return pcr_policies_print(uki_assembly_policies(a), json, e);
	}
	if (pcr_signers_load(&u.pcr, &signers, e) < 0)
		return -1;
	m = pcr_signers_measure(&signers);
	m.profile = o->profile;
	m.stub_version = o->stub_version;
	if (stage_measure_file(uki, &m, &measured, e) < 0 ||
	    pcr_signers_sign(&signers, &measured, NULL, &policies, e) < 0)
		return -1;
	return pcr_policies_print(&policies, json, e);
}

static int report(const struct measure_result *r, const struct json_request *json, struct err *e)
{
	AUTO_JSON_OUTPUT out = {.text = BUF_INIT};

	if (!json->wanted) {
		measure_print(r);
		return 0;
	}
	json_output_begin(&out, json);
	measure_json(r, &out.w);
	return json_output_print(&out, e);
}

struct predictions {
	struct measure_result of[2];
	size_t n;
};

static void predictions_done(struct predictions *p)
{
	for (size_t i = 0; i < p->n; i++)
		measure_result_done(&p->of[i]);
}

/* PCR 9 is not known of every UKI: then the others are compared all the same. */
static int predict(const struct options *o, const char *uki, struct measure_options m,
		   struct predictions *ret, struct err *e)
{
	bool asked = o->pcrs.n > 0;
	struct err why = ERR_INIT;

	if (!asked) {
		m.pcr_4 = true;
		m.pcr_7 = secure_boot_is_known(&o->firmware);
	}
	if (measure_one(o, uki, &m, &ret->of[0], e) < 0)
		return -1;
	ret->n = 1;
	if (asked)
		return 0;
	m.pcr_4 = m.pcr_7 = m.pcr_11 = false;
	m.pcr_9 = true;
	if (measure_one(o, uki, &m, &ret->of[1], &why) == 0)
		ret->n = 2;
	else if (why.kind == ERR_INPUT)
		log_warning("PCR 9 is not compared: %s", why.text);
	else
		return err_set(e, why.kind, "%s", why.text);
	return 0;
}

static int compare_eventlog(const struct options *o, const char *uki, struct measure_options m,
			    const struct json_request *json, struct err *e)
{
	AUTO(predictions_done) struct predictions p = {.n = 0};
	AUTO_EVENTLOG_REPORT report = {.n = 0};
	AUTO_JSON_OUTPUT out = {.text = BUF_INIT};
	/* Firmware's log ends before systemd measures its phases. */
	AUTO_STRV none = STRV_INIT;

	if (o->measure.phases.n)
		return err_set(e, ERR_USAGE,
			       "--phases does not go with --eventlog: what systemd measures later "
			       "is not in the log");
	if (strv_add(&none, "", e) < 0)
		return -1;
	m.phases = &none;
	m.trails = true;
	if (predict(o, uki, m, &p, e) < 0 ||
	    stage_eventlog(o->eventlog, p.of, p.n, m.banks, &report, e) < 0)
		return -1;
	if (json->wanted) {
		json_output_begin(&out, json);
		eventlog_json(&report, &p.of[0], &out.w);
		if (json_output_print(&out, e) < 0)
			return -1;
	} else {
		eventlog_print(&report, &p.of[0]);
	}
	return report.parts
		       ? err_set(e, ERR_INPUT, "'%s' parts from what was predicted", o->eventlog)
		       : 0;
}

static int run(const struct command *c, int argc, char **argv, struct err *e)
{
	AUTO(options_done) struct options o = {.json = NULL};
	AUTO_MEASURE_RESULT result = {.n_values = 0};
	struct measure_options m;
	struct json_request json;
	enum parsed parsed;
	bool is_parts;
	const char *uki;
	int first;

	if (options_parse(c, argc, argv, &o, 1, &first, &parsed, e) < 0)
		return -1;
	if (parsed == PARSED_HELP)
		return 0;
	is_parts = o.uki.kernel || o.uki.update;
	if (first < argc && (is_parts || uki_words_given(&o.uki)))
		return err_set(e, ERR_USAGE, "either a UKI or its parts are measured, not both");
	if (!is_parts && uki_words_given(&o.uki))
		return err_set(e, ERR_USAGE, "the options for parts go with --linux");
	uki = is_parts ? NULL : first < argc ? argv[first] : PROJECT_UKI;
	if (json_request_parse(o.json, &json, e) < 0)
		return -1;
	if (key_holders_check(&o.pcr.holders, e) < 0 || check_firmware(&o, e) < 0)
		return -1;
	if (pcr_words_given(&o.pcr))
		return sign(&o, uki, &json, e);
	if (o.passphrase.has_fd || o.pcr.holders.engine || o.pcr.holders.provider ||
	    o.pcr.holders.certificate_provider)
		return err_set(e, ERR_USAGE, "%s goes with --pcr-private-key",
			       o.passphrase.has_fd	? "--passphrase-fd"
			       : o.pcr.holders.engine	? "--signing-engine"
			       : o.pcr.holders.provider ? "--signing-provider"
							: "--certificate-provider");
	if (measure_words_options(&o.measure, &m, e) < 0 || choose_pcrs(&o, &m, e) < 0)
		return -1;
	m.before_phases = true;
	m.profile = o.profile;
	m.stub_version = o.stub_version;
	if (o.eventlog)
		return compare_eventlog(&o, uki, m, &json, e);
	return measure_one(&o, uki, &m, &result, e) < 0 ? -1 : report(&result, &json, e);
}

const struct command cmd_measure = {
	.name = "measure",
	.operands = "[FILE]",
	.summary = "what TPM registers will hold when a UKI boots",
	.details = "Prints the values that TPM registers (PCRs) will have when the UKI (default: "
		   "target/mvirt.efi), or one of the parts given as for uki, boots: PCR 11, as "
		   "its version of systemd-stub measures it, for each profile and boot phase, as "
		   "systemd-measure prints them; with --pcr also 4 (the programs that the "
		   "firmware starts), 7 (whom it trusts) and 9 (what the kernel is given). Needs "
		   "no TPM.\n\n"
		   "With --eventlog, what the firmware measured at a boot "
		   "(/sys/kernel/security/tpm0/binary_bios_measurements) is compared with it: "
		   "exit status 1 when they part, and at which event.",
	.options = rows,
	.n_options = ARRAY_LEN(rows),
	.run = run,
};
