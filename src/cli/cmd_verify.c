#include "cli/commands.h"
#include "cli/json_output.h"
#include "host/file.h"
#include "stage/verify.h"

#include <stdio.h>
#include <time.h>

struct options {
	struct strv certificates;
	const char *json;
};

static const struct option_row rows[] = {
	{0, "certificate", "FILE",
	 "a certificate that is trusted, as firmware has it in db; may be given again", OPTION_LIST,
	 offsetof(struct options, certificates), NULL},
	{0, "json", "STYLE", "print JSON; STYLE is pretty (default) or short", OPTION_OPTIONAL,
	 offsetof(struct options, json), NULL},
};

static void options_done(struct options *o)
{
	strv_done(&o->certificates);
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

static int print_json(const struct verify_report *r, const struct json_request *request,
		      struct err *e)
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

static int run(const struct command *c, int argc, char **argv, struct err *e)
{
	AUTO(options_done) struct options o = {.json = NULL};
	AUTO_VERIFY_REPORT report = {.signatures = NULL};
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
	if (json_request_parse(o.json, &json, e) < 0 || file_source_open(&f, argv[first], e) < 0 ||
	    stage_verify(&f.source, &o.certificates, &report, e) < 0)
		return -1;
	if (json.wanted && print_json(&report, &json, e) < 0)
		return -1;
	if (!json.wanted)
		print_report(&report);
	return conclude(&report, argv[first], o.certificates.n > 0, e);
}

const struct command cmd_verify = {
	.name = "verify",
	.operands = "FILE",
	.summary = "check the Secure Boot signatures of an EFI program",
	.details = "Looks at every signature as firmware would: the digest, the signature itself, "
		   "and whether its signer leads to a certificate that is trusted. Exit status 1 "
		   "unless one is good. Without --certificate the signers are listed and none is "
		   "judged: exit status 1.",
	.options = rows,
	.n_options = ARRAY_LEN(rows),
	.run = run,
};
