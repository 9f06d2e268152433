#include "stage/pcr_signing.h"

#include "format/base64.h"
#include "host/certificate.h"
#include "host/hash.h"

#include <stdlib.h>
#include <string.h>

/* What systemd 262 takes for its NvPCRs, which are begun in the initrd and nowhere else. */
#define INITRD_PHASE	 "enter-initrd"
#define INITRD_REFERENCE "initrd"

enum { RSA_BITS_MIN = 2048 };

static size_t count(const struct strv *s)
{
	return s ? s->n : 0;
}

/* The i-th of a list, or NULL when there is none for that key. */
static const char *at(const struct strv *s, size_t i)
{
	return i < count(s) && s->v[i][0] ? s->v[i] : NULL;
}

bool pcr_signing_wanted(const struct pcr_signing_options *o)
{
	return count(o->private_keys) || count(o->public_keys) || count(o->certificates);
}

static void signer_done(struct pcr_signer *s)
{
	private_key_done(&s->key);
	public_key_done(&s->public);
	strv_done(&s->phases);
}

void pcr_signers_done(struct pcr_signers *s)
{
	for (size_t i = 0; i < s->n; i++)
		signer_done(&s->v[i]);
	free(s->v);
	strv_done(&s->phases);
	*s = (struct pcr_signers)PCR_SIGNERS_INIT;
}

static int check_count(const struct strv *list, const char *option, size_t n, struct err *e)
{
	if (count(list) == 0 || list->n == n)
		return 0;
	return err_set(e, ERR_USAGE,
		       "%s is given %zu times, for %zu keys: the n-th belongs to the n-th key",
		       option, list->n, n);
}

static int count_keys(const struct pcr_signing_options *o, size_t *ret, struct err *e)
{
	size_t n = count(o->private_keys);

	if (n == 0 && !o->digests_only)
		return err_set(e, ERR_USAGE,
			       "who signs? Give --pcr-private-key, or --policy-digest for "
			       "signatures that are made elsewhere");
	if (n == 0)
		n = count(o->public_keys) ? count(o->public_keys) : count(o->certificates);
	if (check_count(o->public_keys, "--pcr-public-key", n, e) < 0 ||
	    check_count(o->certificates, "--pcr-certificate", n, e) < 0 ||
	    check_count(o->references, "--policyref", n, e) < 0 ||
	    (n > 1 && check_count(o->phases, "--phases", n, e) < 0))
		return -1;
	*ret = n;
	return 0;
}

static int load_certificate(const struct pcr_signing_options *o, const char *where,
			    struct public_key *ret, struct err *e)
{
	AUTO_CERTIFICATES c = {.v = NULL};

	if (certificates_load_by(o->holders.certificate_provider, where, &c, e) < 0)
		return -1;
	return public_key_of_certificate(&c.v[0], ret, e);
}

static int check_fit(const struct public_key *k, const struct public_key *given, const char *name,
		     struct err *e)
{
	if (given->der.len == 0 || public_key_equal(k, given))
		return 0;
	return err_set(e, ERR_INPUT, "'%s' is not of the same PCR key as what it is given with",
		       name);
}

static int check_strength(const struct public_key *k, const char *name, struct err *e)
{
	if (!k->is_rsa)
		return err_set(e, ERR_INPUT,
			       "PCR key '%s' is not an RSA key, the only kind that systemd takes "
			       "signatures of",
			       name);
	if (k->bits < RSA_BITS_MIN)
		return err_set(e, ERR_INPUT, "PCR key '%s' has %u bits: at least %d are needed",
			       name, k->bits, RSA_BITS_MIN);
	return 0;
}

/* Its public key is that of the private one; what is given beside it has to be the same. */
static int load_keys(const struct pcr_signing_options *o, size_t i, struct pcr_signer *s,
		     struct err *e)
{
	const char *private = at(o->private_keys, i), *public = at(o->public_keys, i);
	const char *certificate = at(o->certificates, i);
	AUTO_PUBLIC_KEY given = PUBLIC_KEY_INIT;
	AUTO_PUBLIC_KEY certified = PUBLIC_KEY_INIT;
	const char *name = private ? private : public ? public : certificate;

	if (!name || (!private && !o->digests_only))
		return err_set(e, ERR_USAGE, "the PCR key of number %zu is missing", i + 1);
	if ((public && public_key_load(public, &given, e) < 0) ||
	    (certificate && load_certificate(o, certificate, &certified, e) < 0))
		return -1;
	if (private) {
		if (private_key_load(private, &o->holders, &o->passphrase, &s->key, e) < 0 ||
		    public_key_of_private(&s->key, &s->public, e) < 0)
			return -1;
	} else {
		s->public = public ? given : certified;
		*(public ? &given : &certified) = (struct public_key)PUBLIC_KEY_INIT;
	}
	if (check_fit(&s->public, &given, public, e) < 0 ||
	    check_fit(&s->public, &certified, certificate, e) < 0 ||
	    check_strength(&s->public, name, e) < 0)
		return -1;
	return hash_bytes(s->public.der.data, s->public.der.len, s->pkfp, e);
}

static int load_phases(const struct pcr_signing_options *o, size_t i, size_t n,
		       struct pcr_signer *s, struct err *e)
{
	AUTO_STRV words = STRV_INIT;

	for (size_t k = 0; k < count(o->phases); k++)
		if ((n == 1 || k == i) && measure_words_split(o->phases->v[k], &words, e) < 0)
			return -1;
	return measure_phases(&words, &s->phases, e);
}

static int load_signer(const struct pcr_signing_options *o, size_t n, struct pcr_signers *to,
		       struct err *e)
{
	size_t i = to->n++;
	struct pcr_signer *s = &to->v[i];

	s->reference = at(o->references, i);
	if (load_keys(o, i, s, e) < 0 || load_phases(o, i, n, s, e) < 0)
		return -1;
	for (size_t k = 0; k < s->phases.n; k++)
		if (strv_add(&to->phases, s->phases.v[k], e) < 0)
			return -1;
	return o->initrd ? strv_add(&to->phases, INITRD_PHASE, e) : 0;
}

int pcr_signers_load(const struct pcr_signing_options *options, struct pcr_signers *ret,
		     struct err *e)
{
	AUTO_PCR_SIGNERS s = {.options = options};
	size_t n = 0;

	if (count_keys(options, &n, e) < 0)
		return -1;
	s.v = calloc(n, sizeof(*s.v));
	if (!s.v)
		return err_memory(e);
	while (s.n < n)
		if (load_signer(options, n, &s, e) < 0)
			return -1;
	*ret = s;
	s = (struct pcr_signers)PCR_SIGNERS_INIT;
	return 0;
}

const struct buf *pcr_signers_public_key(const struct pcr_signers *s)
{
	return s->n == 1 ? &s->v[0].public.pem : NULL;
}

struct measure_options pcr_signers_measure(const struct pcr_signers *s)
{
	struct measure_options m = {.phases = &s->phases, .pcr_11 = true};

	memcpy(m.banks, s->options->banks, sizeof(m.banks));
	return m;
}

bool pcr_signers_want(const struct pcr_signers *s, const struct measure_variant *v)
{
	return count(s->options->profiles) == 0 || strv_has(s->options->profiles, v->id);
}

/* What one signature is of. */
struct signed_value {
	const struct measure_value *value;
	const char *reference; /* NULL: none */
};

/* With its signature, unless it is to be made elsewhere. */
static int add_policy(const struct pcr_signers *signers, const struct pcr_signer *s,
		      const struct signed_value *of, struct pcr_policies *to, struct err *e)
{
	const struct measure_value *v = of->value;
	const struct pcr pcr = {.bank = v->bank, .value = v->value};
	struct pcr_policy p = {.bank = v->bank, .ref = (char *)of->reference};
	AUTO_HASH sha256 = HASH_INIT;
	AUTO_BUF message = BUF_INIT;
	AUTO_BUF signature = BUF_INIT;
	AUTO_BUF text = BUF_INIT;
	struct digest_value pol;
	char hex[DIGEST_HEX];

	if (hash_begin_kind(&sha256, DIGEST_SHA256, e) < 0 ||
	    pcr_policy_digest(&pcr, &sha256.digest, &pol, e) < 0)
		return -1;
	digest_to_hex(DIGEST_SHA256, &pol, hex);
	memcpy(p.pol, hex, sizeof(p.pol));
	memcpy(p.pkfp, s->pkfp, sizeof(p.pkfp));
	if (pcr_policies_find(to, &p))
		return 0;
	if (!signers->options->digests_only) {
		if (pcr_policy_message(&pol, of->reference, &sha256.digest, &message, e) < 0 ||
		    private_key_sign(&s->key, message.data, message.len, &signature, e) < 0 ||
		    base64_put(&text, signature.data, signature.len, e) < 0)
			return -1;
		p.sig = text.data;
	}
	return pcr_policies_add(to, &p, e);
}

struct signing {
	const struct pcr_signers *signers;
	const struct measure_result *measured;
	struct pcr_policies *to;
};

/* One key for its phases, and then for the initrd. */
static int sign_by(const struct signing *g, const struct pcr_signer *s, size_t variant,
		   struct err *e)
{
	const int rounds = g->signers->options->initrd ? 2 : 1;

	for (int round = 0; round < rounds; round++)
		for (size_t i = 0; i < g->measured->n_values; i++) {
			const struct measure_value *v = &g->measured->values[i];
			const struct signed_value of = {v, round ? INITRD_REFERENCE : s->reference};

			if (v->variant != variant || v->pcr != PCR_POLICY_PCR)
				continue;
			if (round ? strcmp(v->phase, INITRD_PHASE) != 0
				  : !strv_has(&s->phases, v->phase))
				continue;
			if (add_policy(g->signers, s, &of, g->to, e) < 0)
				return -1;
		}
	return 0;
}

/* A misspelt ID would leave a profile without signatures, which shows only when it boots. */
static int check_profiles(const struct pcr_signers *s, const struct measure_result *measured,
			  struct err *e)
{
	const struct strv *wanted = s->options->profiles;

	for (size_t i = 0; i < count(wanted); i++) {
		bool found = false;

		for (size_t k = 0; k < measured->n_variants; k++)
			found = found || !strcmp(measured->variants[k].id, wanted->v[i]);
		if (!found)
			return err_set(e, ERR_INPUT, "there is no profile '%s' to sign",
				       wanted->v[i]);
	}
	return 0;
}

int pcr_signers_sign(const struct pcr_signers *s, const struct measure_result *measured,
		     const size_t *profile, struct pcr_policies *to, struct err *e)
{
	const struct signing g = {s, measured, to};

	if (check_profiles(s, measured, e) < 0)
		return -1;
	for (size_t i = 0; i < measured->n_variants; i++) {
		const struct measure_variant *v = &measured->variants[i];

		if ((profile && v->choice.profile != *profile) || !pcr_signers_want(s, v))
			continue;
		for (size_t k = 0; k < s->n; k++)
			if (sign_by(&g, &s->v[k], i, e) < 0)
				return -1;
	}
	return 0;
}
