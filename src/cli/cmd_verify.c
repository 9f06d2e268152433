#include "cli/commands.h"
#include "cli/json_output.h"
#include "host/file.h"
#include "stage/pcr_check.h"
#include "stage/verify.h"

#include <stdio.h>
#include <time.h>

struct options {
	struct strv certificates;
	struct strv pcr_keys, pcr_certificates, phases;
	const char *json;
};

static const struct option_row rows[] = {
	{0, "certificate", "FILE",
	 "a certificate that is trusted, as firmware has it in db; may be given again", OPTION_LIST,
	 offsetof(struct options, certificates), NULL},
	{0, "pcr-public-key", "FILE",
	 "judge the PCR signatures in a UKI: each has to be by such a key, and of what the UKI "
	 "measures; may be given again",
	 OPTION_LIST, offsetof(struct options, pcr_keys), NULL},
	{0, "pcr-certificate", "FILE", "the same, in a certificate", OPTION_LIST,
	 offsetof(struct options, pcr_certificates), NULL},
	{0, "phases", "PATHS", "boot phases that are signed beside systemd's four", OPTION_LIST,
	 offsetof(struct options, phases), NULL},
	{0, "json", "STYLE", "print JSON; STYLE is pretty (default) or short", OPTION_OPTIONAL,
	 offsetof(struct options, json), NULL},
};

static void options_done(struct options *o)
{
	strv_done(&o->certificates);
	strv_done(&o->pcr_keys);
	strv_done(&o->pcr_certificates);
	strv_done(&o->phases);
}

static bool asks_for_pcr(const struct options *o)
{
	return o->pcr_keys.n || o->pcr_certificates.n;
}

static const char *date_text(int64_t seconds, char text[32])
{
	time_t when = (time_t)seconds;
	struct tm utc;

	if (!gmtime_r(&when, &utc) || !strftime(text, 32, "%Y-%m-%d", &utc))
		snprintf(text, 32, "?");
	return text;
}

static void print_signature(const struct verify_signature *s, size_t number)
{
	char from[32], until[32];

	printf("signature %zu: %s\n", number, s->is_good ? "good" : s->fault);
	if (!s->signer.subject)
		return;
	printf("  signer: %s (%s, %u bits)\n  issuer: %s\n  valid:  %s to %s%s\n",
	       s->signer.subject, s->signer.is_rsa ? "RSA" : "not RSA", s->signer.bits,
	       s->signer.issuer, date_text(s->signer.not_before, from),
	       date_text(s->signer.not_after, until),
	       s->is_expired ? ": not today, which firmware does not mind" : "");
}

static void print_report(const struct verify_report *r)
{
	printf("image:       SHA-256 %s\n", r->image_sha256);
	printf("PE checksum: %s\n", !r->has_checksum	   ? "none"
				    : r->checksum_is_right ? "right"
							   : "wrong, which firmware does not mind");
	for (size_t i = 0; i < r->n_signatures; i++)
		print_signature(&r->signatures[i], i + 1);
}

static void print_pcr_report(const struct pcr_report *r)
{
	for (size_t i = 0; i < r->n; i++) {
		const struct pcr_check *c = &r->checks[i];

		printf("PCR 11");
		if (r->measured.has_profiles)
			printf(", profile %zu%s%s", c->profile, *c->id ? " " : "", c->id);
		printf(", %s, ", digest_name(c->policy.bank));
		if (c->phase)
			printf("%s", *c->phase ? c->phase : "before all phases");
		else
			printf("policy %s", c->policy.pol);
		if (c->reference)
			printf(", reference %s", c->reference);
		printf(": %s\n", c->fault ? c->fault : "good");
	}
}

static void write_pcr_report(struct json_writer *w, const struct pcr_report *r)
{
	json_bool(w, "pcr_good", r->is_good);
	json_open_array(w, "pcr_signatures");
	for (size_t i = 0; i < r->n; i++) {
		const struct pcr_check *c = &r->checks[i];

		json_open_object(w, NULL);
		json_bool(w, "good", !c->fault);
		if (c->fault)
			json_text(w, "fault", c->fault);
		if (r->measured.has_profiles) {
			json_number(w, "profile", c->profile);
			if (*c->id)
				json_text(w, "id", c->id);
		}
		json_text(w, "bank", digest_name(c->policy.bank));
		if (c->phase)
			json_text(w, "phase", c->phase);
		if (c->reference)
			json_text(w, "ref", c->reference);
		json_text(w, "pkfp", c->policy.pkfp);
		json_text(w, "pol", c->policy.pol);
		json_close_object(w);
	}
	json_close_array(w);
}

static void write_signature(struct json_writer *w, const struct verify_signature *s)
{
	char date[32];

	json_open_object(w, NULL);
	json_bool(w, "good", s->is_good);
	if (!s->is_good)
		json_text(w, "fault", s->fault);
	if (s->signer.subject) {
		json_text(w, "signer", s->signer.subject);
		json_text(w, "issuer", s->signer.issuer);
		json_number(w, "bits", s->signer.bits);
		json_text(w, "not_before", date_text(s->signer.not_before, date));
		json_text(w, "not_after", date_text(s->signer.not_after, date));
		json_bool(w, "valid_today", !s->is_expired);
	}
	json_close_object(w);
}

static int print_json(const struct verify_report *r, const struct pcr_report *pcr,
		      const struct json_request *request, struct err *e)
{
	AUTO_JSON_OUTPUT out = {.text = BUF_INIT};

	json_output_begin(&out, request);
	json_bool(&out.w, "good", r->is_good);
	json_text(&out.w, "image_sha256", r->image_sha256);
	json_text(&out.w, "checksum",
		  !r->has_checksum	 ? "none"
		  : r->checksum_is_right ? "right"
					 : "wrong");
	json_number(&out.w, "trailing_bytes", r->trailing);
	json_open_array(&out.w, "signatures");
	for (size_t i = 0; i < r->n_signatures; i++)
		write_signature(&out.w, &r->signatures[i]);
	json_close_array(&out.w);
	if (pcr)
		write_pcr_report(&out.w, pcr);
	return json_output_print(&out, e);
}

static int conclude(const struct verify_report *r, const char *path, bool is_judged, struct err *e)
{
	if (r->is_good)
		return 0;
	if (!r->n_signatures)
		return err_set(e, ERR_INPUT, "'%s' is not signed", path);
	if (r->trailing)
		return err_set(e, ERR_INPUT,
			       "'%s': %ju bytes follow its signatures, and firmware refuses it",
			       path, (uintmax_t)r->trailing);
	if (!is_judged)
		return err_set(e, ERR_INPUT, "'%s': who is trusted? Give --certificate FILE", path);
	return err_set(e, ERR_INPUT, "'%s' has no good signature", path);
}

static int conclude_pcr(const struct pcr_report *r, const char *path, struct err *e)
{
	if (r->is_good)
		return 0;
	if (!r->n)
		return err_set(e, ERR_INPUT, "'%s' has no PCR signatures", path);
	return err_set(e, ERR_INPUT, "'%s' has PCR signatures that are not good", path);
}

/* What nobody asked about is told, and not judged. */
static int verify(const struct options *o, const struct source *file,
		  const struct json_request *json, struct err *e)
{
	const struct pcr_check_options how = {
		.public_keys = &o->pcr_keys,
		.certificates = &o->pcr_certificates,
		.phases = &o->phases,
	};
	const bool has_pcr = asks_for_pcr(o);
	AUTO_VERIFY_REPORT report = {.signatures = NULL};
	AUTO_PCR_REPORT pcr = {.n = 0};

	if (stage_verify(file, &o->certificates, &report, e) < 0 ||
	    (has_pcr && pcr_check(file, &how, &pcr, e) < 0))
		return -1;
	if (json->wanted && print_json(&report, has_pcr ? &pcr : NULL, json, e) < 0)
		return -1;
	if (!json->wanted) {
		print_report(&report);
		print_pcr_report(&pcr);
	}
	if ((o->certificates.n || !has_pcr) &&
	    conclude(&report, file->name, o->certificates.n > 0, e) < 0)
		return -1;
	return has_pcr ? conclude_pcr(&pcr, file->name, e) : 0;
}

static int run(const struct command *c, int argc, char **argv, struct err *e)
{
	AUTO(options_done) struct options o = {.json = NULL};
	AUTO_FILE_SOURCE f = FILE_SOURCE_INIT;
	struct json_request json;
	enum parsed parsed;
	int first;

	if (options_parse(c, argc, argv, &o, 1, &first, &parsed, e) < 0)
		return -1;
	if (parsed == PARSED_HELP)
		return 0;
	if (first == argc)
		return err_set(e, ERR_USAGE, "verify what? Give an EFI program");
	if (o.phases.n && !asks_for_pcr(&o))
		return err_set(e, ERR_USAGE, "--phases goes with --pcr-public-key");
	if (json_request_parse(o.json, &json, e) < 0 || file_source_open(&f, argv[first], e) < 0)
		return -1;
	return verify(&o, &f.source, &json, e);
}

const struct command cmd_verify = {
	.name = "verify",
	.operands = "FILE",
	.summary = "check the Secure Boot signatures of an EFI program",
	.details = "Looks at every signature as firmware would: the digest, the signature itself, "
		   "and whether its signer leads to a certificate that is trusted. Exit status 1 "
		   "unless one is good. Without --certificate the signers are listed and none is "
		   "judged: exit status 1.\n\n"
		   "With --pcr-public-key the signatures in a UKI's .pcrsig are judged: exit "
		   "status 1 unless each is of that key and of a value that PCR 11 will have. "
		   "With --certificate both have to be good.",
	.options = rows,
	.n_options = ARRAY_LEN(rows),
	.run = run,
};
