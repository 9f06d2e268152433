#include "cli/pcr_words.h"

#include <string.h>

void pcr_words_done(struct pcr_words *w)
{
	strv_done(&w->private_keys);
	strv_done(&w->public_keys);
	strv_done(&w->certificates);
	strv_done(&w->references);
	strv_done(&w->profiles);
}

bool pcr_words_sign(const struct pcr_words *w)
{
	return w->private_keys.n || w->references.n || w->profiles.n ||
	       w->policy_digest == CHOICE_YES || w->initrd == CHOICE_YES;
}

bool pcr_words_given(const struct pcr_words *w)
{
	return pcr_words_sign(w) || w->public_keys.n || w->certificates.n;
}

int key_holders_check(const struct key_holders *h, struct err *e)
{
	if (h->engine && h->provider)
		return err_set(e, ERR_USAGE,
			       "private keys are held by one of --signing-engine and "
			       "--signing-provider");
	return 0;
}

/* The first of the words that go with a key. */
static const char *first_word(const struct pcr_words *w)
{
	return w->policy_digest == CHOICE_YES ? "--policy-digest"
	       : w->profiles.n		      ? "--sign-profile"
	       : w->references.n	      ? "--policyref"
					      : "--sign-initrd-pcrs";
}

int pcr_words_options(const struct pcr_words *w, struct measure_words *measure,
		      const struct passphrase_source *passphrase, struct pcr_signing_options *ret,
		      struct err *e)
{
	struct measure_options m;

	if (pcr_words_given(w) && !w->private_keys.n && !w->public_keys.n && !w->certificates.n)
		return err_set(e, ERR_USAGE, "%s goes with a key: give --pcr-private-key%s",
			       first_word(w),
			       w->policy_digest == CHOICE_YES ? " or --pcr-public-key" : "");
	if (measure_words_banks(measure, &m, e) < 0)
		return -1;
	*ret = (struct pcr_signing_options){
		.private_keys = &w->private_keys,
		.public_keys = &w->public_keys,
		.certificates = &w->certificates,
		.phases = &measure->phases,
		.references = &w->references,
		.profiles = &w->profiles,
		.passphrase = *passphrase,
		.initrd = w->initrd == CHOICE_YES,
		.holders = w->holders,
		.digests_only = w->policy_digest == CHOICE_YES,
	};
	memcpy(ret->banks, m.banks, sizeof(ret->banks));
	return 0;
}

int pcr_policies_print(const struct pcr_policies *p, const struct json_request *json, struct err *e)
{
	AUTO_JSON_OUTPUT out = {.text = BUF_INIT};

	json_output_begin(&out, json);
	pcr_policies_json(p, &out.w);
	return json_output_print(&out, e);
}
