#include "stage/build.h"

#include "host/file.h"

#include <stdio.h>
#include <string.h>

struct signer_options build_signer(struct build *b)
{
	const struct project *p = b->project;

	return (struct signer_options){
		.key = p->secureboot_key,
		.certificates = &p->secureboot_certificates,
		.passphrase = b->passphrase,
		.strict = true,
	};
}

int build_pcr_keys(struct build *b, struct pcr_signing_options *ret, struct err *e)
{
	const struct project_pcr *pcr = &b->project->pcr;
	struct measure_options banks = {.banks = {false}};

	for (size_t i = 0; i < pcr->banks.n; i++)
		if (measure_add_bank(&banks, pcr->banks.v[i], e) < 0)
			return -1;
	*ret = (struct pcr_signing_options){
		.private_keys = &pcr->keys,
		.public_keys = &pcr->public_keys,
		.certificates = &pcr->certificates,
		.phases = &pcr->phases,
		.references = &pcr->references,
		.passphrase = b->passphrase,
	};
	memcpy(ret->banks, banks.banks, sizeof(ret->banks));
	return 0;
}

int build_pcr_public(struct build *b, struct pcr_signing_options *options, struct pcr_signers *ret,
		     struct err *e)
{
	if (build_pcr_keys(b, options, e) < 0)
		return -1;
	options->private_keys = NULL;
	options->digests_only = true;
	return pcr_signers_load(options, ret, e);
}

static bool is_token(const char *key)
{
	return strncmp(key, "pkcs11:", 7) == 0;
}

/* One that is missing, or cannot be read, is told even if its passphrase is not known yet. */
static int check_readable(const char *key, struct err *e)
{
	AUTO_FILE_SOURCE f = FILE_SOURCE_INIT;

	return is_token(key) ? 0 : file_source_open(&f, key, e);
}

/* Was it only that nobody was asked? */
static int unless_mute(struct build *b, int result)
{
	return b->passphrases.was_mute ? 0 : result;
}

static int check_signer(struct build *b, bool all, struct err *e)
{
	struct signer_options o = build_signer(b);
	AUTO_SIGNER s = SIGNER_INIT;

	if (!o.key)
		return 0;
	if (check_readable(o.key, e) < 0)
		return -1;
	if (is_token(o.key) && !all)
		o.key = NULL;
	return unless_mute(b, signer_load(&o, &s, e));
}

static int check_pcr_keys(struct build *b, bool all, struct err *e)
{
	const struct project_pcr *pcr = &b->project->pcr;
	AUTO_PCR_SIGNERS public = PCR_SIGNERS_INIT;
	AUTO_PCR_SIGNERS s = PCR_SIGNERS_INIT;
	struct pcr_signing_options public_options, o;
	bool known = true;

	if (!pcr->sections.n)
		return 0;
	if (build_pcr_public(b, &public_options, &public, e) < 0 || build_pcr_keys(b, &o, e) < 0)
		return -1;
	for (size_t i = 0; i < pcr->keys.n; i++) {
		if (check_readable(pcr->keys.v[i], e) < 0)
			return -1;
		known = known && !is_token(pcr->keys.v[i]);
	}
	return known || all ? unless_mute(b, pcr_signers_load(&o, &s, e)) : 0;
}

int build_check_keys(struct build *b, bool all, struct err *e)
{
	const char *recipe = b->project->recipe_path;
	int r;

	b->passphrases.is_silent = !all;
	b->passphrases.was_mute = false;
	r = check_signer(b, all, e);
	if (r < 0)
		err_ctx(e, "%s: [secureboot]", recipe);
	b->passphrases.was_mute = false;
	if (r == 0 && (r = check_pcr_keys(b, all, e)) < 0)
		err_ctx(e, "%s: [pcr]", recipe);
	b->passphrases.is_silent = false;
	b->passphrases.was_mute = false;
	return r;
}

/* The key is the first one's own, and gives the same bytes each time: it need not be named. */
static int add_certificates(struct build *b, struct inputs *to, struct err *e)
{
	const struct strv *certificates = &b->project->secureboot_certificates;

	for (size_t i = 0; i < certificates->n; i++) {
		char value[HASH_HEX + 8] = "sha256:";
		char name[40];

		snprintf(name, sizeof(name), "certificate %zu", i + 1);
		if (hashes_file(&b->hashes, certificates->v[i], value + 7, e) < 0 ||
		    inputs_add(to, name, value, e) < 0)
			return -1;
	}
	return 0;
}

static int add_pcr_key(const struct pcr_signer *s, const char *section, struct inputs *to,
		       struct err *e)
{
	AUTO_BUF text = BUF_INIT;

	if (buf_putf(&text, e, "sha256:%s, phases", s->pkfp) < 0)
		return -1;
	for (size_t i = 0; i < s->phases.n; i++)
		if (buf_putf(&text, e, " %s", *s->phases.v[i] ? s->phases.v[i] : ":") < 0)
			return -1;
	if (s->reference && buf_putf(&text, e, ", policyref %s", s->reference) < 0)
		return -1;
	return inputs_add(to, section, buf_str(&text), e);
}

static int add_banks(const struct pcr_signing_options *o, struct inputs *to, struct err *e)
{
	AUTO_BUF text = BUF_INIT;

	for (int i = 0; i < DIGEST_KINDS; i++)
		if (o->banks[i] && buf_putf(&text, e, "%s%s", text.len ? " " : "",
					    digest_name((enum digest_kind)i)) < 0)
			return -1;
	return inputs_add(to, "pcr banks", text.len ? buf_str(&text) : "all", e);
}

int build_key_inputs(struct build *b, struct inputs *to, struct err *e)
{
	AUTO_PCR_SIGNERS s = PCR_SIGNERS_INIT;
	struct pcr_signing_options o;

	if (add_certificates(b, to, e) < 0)
		return -1;
	if (!b->project->pcr.sections.n)
		return 0;
	if (build_pcr_public(b, &o, &s, e) < 0)
		return -1;
	for (size_t i = 0; i < s.n; i++)
		if (add_pcr_key(&s.v[i], b->project->pcr.sections.v[i], to, e) < 0)
			return -1;
	return add_banks(&o, to, e);
}
