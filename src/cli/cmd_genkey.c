#include "base/log.h"
#include "base/parse.h"
#include "cli/commands.h"
#include "cli/json_output.h"
#include "cli/uki_config.h"
#include "stage/genkey.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define VALIDITY "secureboot-certificate-validity"

/* 2048: every firmware and every TPM takes it, and none need take another. */
enum { BITS = 2048, BITS_MAX = 4096, DAYS = 3650, DAYS_MAX = 36500 };

struct options {
	struct genkey_options genkey;
	uint64_t bits;
	const char *days;
	struct strv pcr_keys;
	struct strv pcr_publics;
	const char *config_path;
	struct ukify_config config;
	const char *json;
	bool no_sync;
};

static int set_passphrase_fd(void *into, const char *value, struct err *e)
{
	return passphrase_fd_parse(value, &((struct options *)into)->genkey.passphrase, e);
}

/* clang-format off */
#define NAMED_ROWS \
	{0, "secureboot-private-key", "FILE", "a single private key for Secure Boot goes there", \
	 OPTION_TEXT, offsetof(struct options, genkey.key), NULL}, \
	{0, "secureboot-certificate", "FILE", "and its certificate there", \
	 OPTION_TEXT, offsetof(struct options, genkey.certificate), NULL}, \
	{0, VALIDITY, "DAYS", "how long certificates are valid (default: 3650)", \
	 OPTION_TEXT, offsetof(struct options, days), NULL}, \
	{0, "pcr-private-key", "FILE", \
	 "a private key for PCR policies goes there; may be given again", \
	 OPTION_LIST, offsetof(struct options, pcr_keys), NULL}, \
	{0, "pcr-public-key", "FILE", \
	 "and its public key there, in the order of --pcr-private-key", \
	 OPTION_LIST, offsetof(struct options, pcr_publics), NULL}, \
	{0, "passphrase-fd", "N", \
	 "encrypt the private keys: the passphrase is the first line of descriptor N (default: " \
	 "the variable " PASSPHRASE_ENVIRONMENT ", if it is set)", \
	 OPTION_CALL, 0, set_passphrase_fd}
/* clang-format on */

static const struct option_row rows[] = {
	{'o', "output", "FOLDER",
	 "PK, KEK and db, each as .key, .pem, .cer, .esl and .auth, and pcr.key with pcr.pub, go "
	 "there",
	 OPTION_TEXT, offsetof(struct options, genkey.folder), NULL},
	{0, "name", "TEXT",
	 "whose keys, in the certificates: 'TEXT PK' and so on (default: this machine's name)",
	 OPTION_TEXT, offsetof(struct options, genkey.name), NULL},
	{0, "bits", "N",
	 "size of the Secure Boot keys: 2048 (default), 3072 or 4096; that of PCR keys is 2048",
	 OPTION_NUMBER, offsetof(struct options, bits), NULL},
	{0, "days", "DAYS", "the same as --" VALIDITY, OPTION_TEXT, offsetof(struct options, days),
	 NULL},
	{0, "encrypt", NULL, "encrypt the private keys; asks for a passphrase when none is given",
	 OPTION_FLAG, offsetof(struct options, genkey.encrypt), NULL},
	NAMED_ROWS,
	{0, "no-sync", NULL, "do not wait until the files are on the disk", OPTION_FLAG,
	 offsetof(struct options, no_sync), NULL},
	{0, "json", "STYLE", "print JSON; STYLE is pretty (default) or short", OPTION_OPTIONAL,
	 offsetof(struct options, json), NULL},
};

static const struct option_row ukify_rows[] = {
	NAMED_ROWS,
	{0, "secureboot-certificate-common-name", "TEXT", "whose key, in the certificate",
	 OPTION_TEXT, offsetof(struct options, genkey.name), NULL},
	{'c', "config", "FILE", "ukify's configuration (default: /etc/systemd/ukify.conf and such)",
	 OPTION_TEXT, offsetof(struct options, config_path), NULL},
};

static void options_done(struct options *o)
{
	strv_done(&o->pcr_keys);
	strv_done(&o->pcr_publics);
	ukify_config_done(&o->config);
}

static int check(const struct options *o, bool as_ukify, struct err *e)
{
	const bool is_secure_boot = o->genkey.folder || o->genkey.key;
	const struct genkey_options *g = &o->genkey;
	const bool is_named = g->key || g->certificate || o->pcr_keys.n || o->pcr_publics.n;

	if (g->folder && is_named)
		return err_set(e, ERR_USAGE,
			       "--output makes all keys in a folder: the options that name single "
			       "ones do not go with it");
	if (!g->folder && !is_named)
		return err_set(e, ERR_USAGE,
			       "which keys? Give --output FOLDER for a whole set, or "
			       "--secureboot-private-key with --secureboot-certificate, or "
			       "--pcr-private-key");
	if (!g->key != !g->certificate)
		return err_set(e, ERR_USAGE,
			       "--secureboot-private-key and --secureboot-certificate go together");
	if (o->pcr_publics.n > o->pcr_keys.n)
		return err_set(e, ERR_USAGE,
			       "--pcr-public-key goes with --pcr-private-key, one with one");
	if (!is_secure_boot && (o->bits || o->genkey.name || (o->days && !as_ukify)))
		return err_set(e, ERR_USAGE,
			       "%s is for keys with a certificate: give --secureboot-private-key, "
			       "or --output",
			       o->bits		? "--bits"
			       : o->genkey.name ? "--name"
						: "--days");
	if (o->bits && o->bits != 2048 && o->bits != 3072 && o->bits != BITS_MAX)
		return err_set(e, ERR_USAGE,
			       "--bits is 2048, 3072 or 4096: firmware takes no RSA key of another "
			       "size for sure");
	return 0;
}

static int read_days(const char *text, unsigned int *ret, struct err *e)
{
	uint64_t days = DAYS;

	if (text && parse_number(text, 10, DAYS_MAX, "--days", &days, e) < 0)
		return err_usage(e);
	if (!days)
		return err_set(e, ERR_USAGE, "--days is at least 1");
	*ret = (unsigned int)days;
	return 0;
}

/* What a certificate says when nobody says whose it is: the same as ukify's. */
static void default_name(const struct command *c, char *to, size_t size)
{
	static const char cut[] = "...";
	char host[65] = "";
	int n;

	if (gethostname(host, sizeof(host)) < 0 || !*host)
		snprintf(host, sizeof(host), "localhost");
	n = snprintf(to, size, "%s%s", c == &cmd_genkey ? "" : "SecureBoot signing key on host ",
		     host);
	if (n >= (int)size)
		memcpy(to + size - sizeof(cut), cut, sizeof(cut));
}

static int report(const struct options *o, const struct genkey_summary *s,
		  const struct json_request *request, struct err *e)
{
	AUTO_JSON_OUTPUT out = {.text = BUF_INIT};

	if (request->wanted) {
		json_output_begin(&out, request);
		json_open_array(&out.w, "files");
		for (size_t i = 0; i < s->files.n; i++)
			json_text(&out.w, NULL, s->files.v[i]);
		json_close_array(&out.w);
		json_text(&out.w, "valid_until", s->until);
		json_bool(&out.w, "encrypted", s->encrypted);
		return json_output_print(&out, e);
	}
	if (!o->genkey.folder)
		for (size_t i = 0; i < s->files.n; i++)
			log_info("Wrote %s", s->files.v[i]);
	else
		log_info("%s: PK, KEK and db (RSA, %u bits, certificates until %s), pcr; private "
			 "keys %s",
			 o->genkey.folder, o->genkey.bits, s->until,
			 s->encrypted ? "encrypted" : "not encrypted");
	return 0;
}

static int take_config(const struct command *c, struct options *o, struct err *e)
{
	const char *config = o->config_path ? o->config_path : uki_config_find();

	if (c == &cmd_genkey || !config)
		return 0;
	return uki_config_apply(&o->config, config, c, o, e);
}

static int run(const struct command *c, int argc, char **argv, struct err *e)
{
	AUTO(options_done) struct options o = {.json = NULL};
	AUTO(genkey_summary_done) struct genkey_summary summary = {.encrypted = false};
	struct json_request json;
	enum parsed parsed;
	char name[65]; /* as much as a certificate takes; " KEK" follows in a set */
	int first;

	if (options_parse(c, argc, argv, &o, 0, &first, &parsed, e) < 0)
		return -1;
	if (parsed == PARSED_HELP)
		return 0;
	if (json_request_parse(o.json, &json, e) < 0 || take_config(c, &o, e) < 0 ||
	    check(&o, c == &cmd_ukify_genkey, e) < 0 || read_days(o.days, &o.genkey.days, e) < 0)
		return -1;
	default_name(c, name, c == &cmd_genkey ? sizeof(name) - 4 : sizeof(name));
	if (!o.genkey.name)
		o.genkey.name = name;
	o.genkey.bits = o.bits ? (unsigned int)o.bits : BITS;
	o.genkey.pcr_keys = &o.pcr_keys;
	o.genkey.pcr_publics = &o.pcr_publics;
	o.genkey.sync = !o.no_sync;
	if (stage_genkey(&o.genkey, &summary, e) < 0)
		return -1;
	return report(&o, &summary, &json, e);
}

const struct command cmd_genkey = {
	.name = "genkey",
	.operands = "",
	.summary = "keys for Secure Boot and PCR policies",
	.details = "Makes keys of your own: for Secure Boot PK, KEK and db, in every form that "
		   "firmware and tools take, and one for PCR policies. Private keys are files of "
		   "mode 0600. What is there already is not overwritten.",
	.options = rows,
	.n_options = ARRAY_LEN(rows),
	.run = run,
};

const struct command cmd_ukify_genkey = {
	.program = "ukify",
	.name = "genkey",
	.operands = "",
	.summary = "keys for Secure Boot and PCR policies",
	.details = "Makes keys, as ukify(1) does. What is there already is not overwritten.",
	.options = ukify_rows,
	.n_options = ARRAY_LEN(ukify_rows),
	.run = run,
};
