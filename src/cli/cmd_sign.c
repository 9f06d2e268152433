#include "base/log.h"
#include "cli/commands.h"
#include "cli/json_output.h"
#include "cli/pcr_words.h"
#include "host/progress.h"
#include "stage/sign.h"

#include <stdio.h>

struct options {
	struct sign_options sign;
	struct strv certificates;
	const char *json;
	bool no_sync;
};

static int set_passphrase_fd(void *into, const char *value, struct err *e)
{
	return passphrase_fd_parse(value, &((struct options *)into)->sign.signer.passphrase, e);
}

#define KEY	    offsetof(struct options, sign.signer.key)
#define CERTIFICATE offsetof(struct options, certificates)

static const struct option_row rows[] = {
	{0, "key", "KEY", "private key: a PEM or DER file, or a pkcs11: URI", OPTION_TEXT, KEY,
	 NULL},
	{0, "secureboot-private-key", "KEY", NULL, OPTION_TEXT, KEY, NULL},
	{0, "certificate", "FILE",
	 "the key's certificate, PEM or DER; further ones, in the file or by the option again, "
	 "lead "
	 "to its root",
	 OPTION_LIST, CERTIFICATE, NULL},
	{0, "secureboot-certificate", "FILE", NULL, OPTION_LIST, CERTIFICATE, NULL},
	{'o', "output", "FILE", "where the signed program goes (default: it replaces FILE)",
	 OPTION_TEXT, offsetof(struct options, sign.output), NULL},
	KEY_HOLDER_ROWS(struct options, sign.signer.holders),
	{0, "passphrase-fd", "N",
	 "the key's passphrase or the token's PIN is the first line of descriptor N (default: "
	 "the variable " PASSPHRASE_ENVIRONMENT ", else it is asked for)",
	 OPTION_CALL, 0, set_passphrase_fd},
	{0, "prepare-offline-signing", NULL,
	 "for a key that is elsewhere: write to --output the bytes that it has to sign",
	 OPTION_FLAG, offsetof(struct options, sign.prepare), NULL},
	{0, "signed-data-signature", "FILE", "attach the signature that was made elsewhere",
	 OPTION_TEXT, offsetof(struct options, sign.signature), NULL},
	{0, "strict", NULL, "refuse what is doubtful instead of warning", OPTION_FLAG,
	 offsetof(struct options, sign.signer.strict), NULL},
	{0, "no-sync", NULL, "do not wait until the output is on the disk", OPTION_FLAG,
	 offsetof(struct options, no_sync), NULL},
	{0, "json", "STYLE", "print JSON; STYLE is pretty (default) or short", OPTION_OPTIONAL,
	 offsetof(struct options, json), NULL},
};

static void options_done(struct options *o)
{
	strv_done(&o->certificates);
}

static int check(const struct options *o, struct err *e)
{
	const struct sign_options *s = &o->sign;

	if (!o->certificates.n)
		return err_set(e, ERR_USAGE, "whose signature? Give --certificate FILE");
	if (s->prepare && s->signature)
		return err_set(e, ERR_USAGE,
			       "--prepare-offline-signing comes first, --signed-data-signature "
			       "after the key has signed");
	if ((s->prepare || s->signature) && s->signer.key)
		return err_set(e, ERR_USAGE,
			       "--key is for a key that is here, and with %s it is "
			       "elsewhere",
			       s->prepare ? "--prepare-offline-signing"
					  : "--signed-data-signature");
	if (!s->prepare && !s->signature && !s->signer.key)
		return err_set(e, ERR_USAGE,
			       "signed with what? Give --key, or for a key that is elsewhere "
			       "--prepare-offline-signing");
	if (!s->signer.key && (s->signer.holders.engine || s->signer.holders.provider))
		return err_set(e, ERR_USAGE,
			       "--signing-engine and --signing-provider go with --key");
	if (!s->signer.key && s->signer.passphrase.has_fd)
		return err_set(
			e, ERR_USAGE,
			"--passphrase-fd goes with --key: what is elsewhere needs none here");
	if (key_holders_check(&s->signer.holders, e) < 0)
		return -1;
	if (s->prepare && !s->output)
		return err_set(e, ERR_USAGE,
			       "where do the bytes for the key go? Give --output FILE");
	return 0;
}

static int report(const struct options *o, const struct sign_summary *s,
		  const struct json_request *request, struct err *e)
{
	AUTO_JSON_OUTPUT out = {.text = BUF_INIT};
	char size[32];

	if (request->wanted) {
		json_output_begin(&out, request);
		json_text(&out.w, "output", o->sign.output);
		json_text(&out.w, "image_sha256", s->image_sha256);
		json_number(&out.w, "signatures", s->signatures);
		return json_output_print(&out, e);
	}
	if (o->sign.prepare)
		log_info("%s: sign these bytes with RSA and SHA-256, then attach the result with "
			 "--signed-data-signature",
			 o->sign.output);
	else
		log_info("%s: %s, %zu signature%s, image SHA-256 %s", o->sign.output,
			 size_text(s->size, size, sizeof(size)), s->signatures,
			 s->signatures == 1 ? "" : "s", s->image_sha256);
	return 0;
}

static int run(const struct command *c, int argc, char **argv, struct err *e)
{
	AUTO(options_done) struct options o = {.json = NULL};
	struct json_request json;
	struct sign_summary summary;
	enum parsed parsed;
	int first;

	if (options_parse(c, argc, argv, &o, 1, &first, &parsed, e) < 0)
		return -1;
	if (parsed == PARSED_HELP)
		return 0;
	if (first == argc)
		return err_set(e, ERR_USAGE, "sign what? Give an EFI program");
	if (check(&o, e) < 0 || json_request_parse(o.json, &json, e) < 0)
		return -1;
	o.sign.input = argv[first];
	o.sign.signer.certificates = &o.certificates;
	o.sign.sync = !o.no_sync;
	if (!o.sign.output)
		o.sign.output = o.sign.input;
	if (stage_sign(&o.sign, &summary, e) < 0)
		return -1;
	return report(&o, &summary, &json, e);
}

const struct command cmd_sign = {
	.name = "sign",
	.operands = "FILE",
	.summary = "sign an EFI program for Secure Boot",
	.details = "Adds a signature to a UKI, kernel or other EFI program. The same key, "
		   "certificate and program give the same bytes.",
	.options = rows,
	.n_options = ARRAY_LEN(rows),
	.run = run,
};
