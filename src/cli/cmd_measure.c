#include "base/parse.h"
#include "cli/commands.h"
#include "cli/json_output.h"
#include "cli/measure_words.h"
#include "cli/project_options.h"
#include "cli/uki_options.h"
#include "format/boot_pcr.h"

#include <string.h>

struct options {
	struct measure_words measure;
	struct uki_words uki;
	struct strv pcrs;
	const char *profile;
	const char *stub_version;
	const char *json;
};

static const struct option_row rows[] = {
	{0, "pcr", "N", "4, 9 or 11 (default: 11); may be given again", OPTION_LIST,
	 offsetof(struct options, pcrs), NULL},
	MEASURE_ROWS(struct options),
	MEASURE_ROWS_SYSTEMD(struct options),
	{0, "only-profile", "ID", "only the profile of that ID or number (default: each)",
	 OPTION_TEXT, offsetof(struct options, profile), NULL},
	{0, "stub-version", "VERSION", "that of systemd-stub, where it does not tell", OPTION_TEXT,
	 offsetof(struct options, stub_version), NULL},
	UKI_ROWS(struct options),
	JSON_ROW(struct options),
};

static void options_done(struct options *o)
{
	measure_words_done(&o->measure);
	uki_words_done(&o->uki);
	strv_done(&o->pcrs);
}

static int choose_pcrs(const struct strv *pcrs, struct measure_options *m, struct err *e)
{
	uint64_t number;

	m->pcr_11 = pcrs->n == 0;
	for (size_t i = 0; i < pcrs->n; i++) {
		if (parse_number(pcrs->v[i], 10, UINT32_MAX, "--pcr", &number, e) < 0)
			return err_usage(e);
		if (number == FIRMWARE_PCR)
			m->pcr_4 = true;
		else if (number == KERNEL_PCR)
			m->pcr_9 = true;
		else if (number == UKI_PCR)
			m->pcr_11 = true;
		else
			return err_set(e, ERR_USAGE, "--pcr is 4, 9 or 11, not %s", pcrs->v[i]);
	}
	return 0;
}

static int measure_parts(const struct options *o, const struct measure_options *m,
			 struct measure_result *ret, struct err *e)
{
	struct uki_options u = uki_words_options(&o->uki);
	AUTO_UKI_ASSEMBLY a = NULL;

	if (uki_assemble(&u, &a, e) < 0)
		return -1;
	return uki_assembly_measure(a, m, ret, e);
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

static int run(const struct command *c, int argc, char **argv, struct err *e)
{
	AUTO(options_done) struct options o = {.json = NULL};
	AUTO_MEASURE_RESULT result = {.n_values = 0};
	struct measure_options m;
	struct json_request json;
	enum parsed parsed;
	bool is_parts;
	int first, r;

	if (options_parse(c, argc, argv, &o, 1, &first, &parsed, e) < 0)
		return -1;
	if (parsed == PARSED_HELP)
		return 0;
	is_parts = o.uki.kernel || o.uki.update;
	if (first < argc && (is_parts || uki_words_given(&o.uki)))
		return err_set(e, ERR_USAGE, "either a UKI or its parts are measured, not both");
	if (!is_parts && uki_words_given(&o.uki))
		return err_set(e, ERR_USAGE, "the options for parts go with --linux");
	if (json_request_parse(o.json, &json, e) < 0 ||
	    measure_words_options(&o.measure, &m, e) < 0 || choose_pcrs(&o.pcrs, &m, e) < 0)
		return -1;
	m.profile = o.profile;
	m.stub_version = o.stub_version;
	if (is_parts)
		r = measure_parts(&o, &m, &result, e);
	else
		r = stage_measure_file(first < argc ? argv[first] : PROJECT_UKI, &m, &result, e);
	return r < 0 ? -1 : report(&result, &json, e);
}

const struct command cmd_measure = {
	.name = "measure",
	.operands = "[FILE]",
	.summary = "what TPM registers will hold when a UKI boots",
	.details = "Prints the values that TPM registers (PCRs) will have when the UKI (default: "
		   "target/mvirt.efi), or one of the parts given as for uki, boots: PCR 11, as "
		   "its version of systemd-stub measures it, for each profile and boot phase, as "
		   "systemd-measure prints them; with --pcr also 4 (the programs that the "
		   "firmware starts) and 9 (what the kernel is given). Needs no TPM.",
	.options = rows,
	.n_options = ARRAY_LEN(rows),
	.run = run,
};
