#include "stage/pcr_check.h"

#include "format/base64.h"
#include "format/uki_view.h"
#include "host/hash.h"
#include "host/public_key.h"

#include <stdlib.h>
#include <string.h>

enum { TEXT_MAX = 1024 * 1024 };

struct known_key {
	struct public_key key;
	char pkfp[PCR_POLICY_HEX];
};

struct checking {
	const struct source *uki;
	const struct pcr_check_options *options;
	struct uki_view view;
	struct known_key *keys;
	size_t n_keys;
	struct pcr_report report;
};

void pcr_report_done(struct pcr_report *r)
{
	for (size_t i = 0; i < r->n; i++)
		free(r->checks[i].reference);
	free(r->checks);
	measure_result_done(&r->measured);
	*r = (struct pcr_report){.n = 0};
}

static void checking_done(struct checking *c)
{
	for (size_t i = 0; i < c->n_keys; i++)
		public_key_done(&c->keys[i].key);
	free(c->keys);
	uki_view_done(&c->view);
	pcr_report_done(&c->report);
}

/* Takes the key over, also on failure. */
static int add_key(struct checking *c, struct public_key *key, struct err *e)
{
	struct known_key *grown = reallocarray(c->keys, c->n_keys + 1, sizeof(*grown));
	struct known_key *k;

	if (!grown) {
		public_key_done(key);
		return err_memory(e);
	}
	c->keys = grown;
	k = &grown[c->n_keys++];
	k->key = *key;
	*key = (struct public_key)PUBLIC_KEY_INIT;
	return hash_bytes(k->key.der.data, k->key.der.len, k->pkfp, e);
}

static int read_text(const struct checking *c, const struct pe_section *section, struct buf *to,
		     struct err *e)
{
	struct pe_section_source content;
	size_t len;

	if (pe_section_source_init(&content, c->uki, section, e) < 0)
		return -1;
	if (content.source.size > TEXT_MAX)
		return err_set(e, ERR_LIMIT, "'%s': its %s has more than %d bytes", c->uki->name,
			       section->Name, TEXT_MAX);
	len = (size_t)content.source.size;
	if (buf_reserve(to, len, e) < 0 || source_read(&content.source, 0, to->data, len, e) < 0)
		return -1;
	to->len = len;
	return 0;
}

static int add_own_keys(struct checking *c, struct err *e)
{
	for (size_t i = 0; i < c->view.n; i++) {
		const struct pe_section *s = c->view.sections[i].section;
		struct public_key key = PUBLIC_KEY_INIT;
		AUTO_BUF text = BUF_INIT;

		if (strcmp(s->Name, ".pcrpkey") != 0)
			continue;
		if (read_text(c, s, &text, e) < 0 ||
		    public_key_read(&text, ".pcrpkey", &key, e) < 0)
			return err_ctx(e, "'%s'", c->uki->name);
		if (add_key(c, &key, e) < 0)
			return -1;
	}
	return 0;
}

static int add_certified(struct checking *c, const char *where, struct err *e)
{
	AUTO_CERTIFICATES found = {.v = NULL};
	struct public_key key = PUBLIC_KEY_INIT;

	if (certificates_load_by(c->options->certificate_provider, where, &found, e) < 0 ||
	    public_key_of_certificate(&found.v[0], &key, e) < 0)
		return -1;
	return add_key(c, &key, e);
}

static int add_keys(struct checking *c, struct err *e)
{
	const struct pcr_check_options *o = c->options;

	for (size_t i = 0; o->public_keys && i < o->public_keys->n; i++) {
		struct public_key key = PUBLIC_KEY_INIT;

		if (public_key_load(o->public_keys->v[i], &key, e) < 0 || add_key(c, &key, e) < 0)
			return -1;
	}
	for (size_t i = 0; o->certificates && i < o->certificates->n; i++)
		if (add_certified(c, o->certificates->v[i], e) < 0)
			return -1;
	return o->believe_pcrpkey ? add_own_keys(c, e) : 0;
}

static int measure_all(struct checking *c, struct err *e)
{
	struct measure_options m = {.pcr_11 = true};
	AUTO_STRV phases = STRV_INIT;

	for (size_t i = 0; c->options->phases && i < c->options->phases->n; i++)
		if (measure_words_split(c->options->phases->v[i], &phases, e) < 0)
			return -1;
	if (strv_split(&phases, MEASURE_DEFAULT_PHASES, e) < 0)
		return -1;
	m.phases = &phases;
	return stage_measure(c->uki, &m, &c->report.measured, e);
}

/* The value that the policy is of, of that profile on any machine; NULL: of none. */
static int find_value(const struct checking *c, const struct pcr_policy *p, size_t profile,
		      const struct measure_value **ret, struct err *e)
{
	const struct measure_result *r = &c->report.measured;
	AUTO_HASH sha256 = HASH_INIT;

	*ret = NULL;
	if (hash_begin(&sha256, e) < 0)
		return -1;
	for (size_t i = 0; i < r->n_values && !*ret; i++) {
		const struct measure_value *v = &r->values[i];
		const struct pcr pcr = {.bank = v->bank, .value = v->value};
		struct digest_value pol;
		char hex[DIGEST_HEX];

		if (v->bank != p->bank || r->variants[v->variant].choice.profile != profile)
			continue;
		if (pcr_policy_digest(&pcr, &sha256.digest, &pol, e) < 0)
			return -1;
		digest_to_hex(DIGEST_SHA256, &pol, hex);
		if (strcmp(hex, p->pol) == 0)
			*ret = v;
	}
	return 0;
}

static int verify(const struct known_key *key, const struct pcr_policy *p,
		  const struct measure_value *v, bool *ret, struct err *e)
{
	const struct pcr pcr = {.bank = v->bank, .value = v->value};
	AUTO_HASH sha256 = HASH_INIT;
	AUTO_BUF message = BUF_INIT;
	AUTO_BUF signature = BUF_INIT;
	struct digest_value pol;

	if (hash_begin(&sha256, e) < 0 || pcr_policy_digest(&pcr, &sha256.digest, &pol, e) < 0 ||
	    pcr_policy_message(&pol, p->ref, &sha256.digest, &message, e) < 0 ||
	    base64_get(p->sig, &signature, e) < 0)
		return -1;
	return public_key_verify(&key->key, &message, &signature, ret, e);
}

static const struct known_key *find_key(const struct checking *c, const char *pkfp)
{
	for (size_t i = 0; i < c->n_keys; i++)
		if (strcmp(c->keys[i].pkfp, pkfp) == 0)
			return &c->keys[i];
	return NULL;
}

static int judge(const struct checking *c, const struct pcr_policy *p, struct pcr_check *to,
		 struct err *e)
{
	const struct known_key *key = find_key(c, p->pkfp);
	const struct measure_value *value;
	bool is_good = false;

	if (find_value(c, p, to->profile, &value, e) < 0)
		return -1;
	to->phase = value ? value->phase : NULL;
	if (p->sig && key && value && verify(key, p, value, &is_good, e) < 0)
		return -1;
	to->fault =
		!p->sig	  ? "it is not signed yet"
		: !key	  ? "its key is none of those that are given: name it with --pcr-public-key"
		: !value  ? "PCR 11 does not lead to it: it is of another image, or of other "
			    "--phases"
		: is_good ? NULL
			  : "the signature is not that of its key over this policy";
	return 0;
}

static int add_check(struct checking *c, const struct pcr_policy *p, size_t profile, struct err *e)
{
	struct pcr_report *r = &c->report;
	struct pcr_check *grown = reallocarray(r->checks, r->n + 1, sizeof(*grown));
	struct pcr_check *check;

	if (!grown)
		return err_memory(e);
	r->checks = grown;
	check = &grown[r->n++];
	*check = (struct pcr_check){.policy = *p, .profile = profile, .id = ""};
	check->policy.ref = check->policy.sig = NULL;
	for (size_t i = 0; i < r->measured.n_variants; i++)
		if (r->measured.variants[i].choice.profile == profile)
			check->id = r->measured.variants[i].id;
	if (p->ref) {
		check->reference = strdup(p->ref);
		if (!check->reference)
			return err_memory(e);
	}
	return judge(c, p, check, e);
}

/* What stands in front of the profiles counts for none of them. */
static int check_section(struct checking *c, const struct uki_view_section *s, struct err *e)
{
	bool has_profiles = c->report.measured.has_profiles;
	AUTO_PCR_POLICIES policies = PCR_POLICIES_INIT;
	AUTO_BUF text = BUF_INIT;

	if (strcmp(s->section->Name, ".pcrsig") != 0 || !s->is_first ||
	    has_profiles == (s->part == 0))
		return 0;
	if (read_text(c, s->section, &text, e) < 0 ||
	    pcr_policies_parse(buf_str(&text), text.len, c->uki->name, &policies, e) < 0)
		return -1;
	for (size_t i = 0; i < policies.n; i++)
		if (add_check(c, &policies.v[i], has_profiles ? s->part - 1 : 0, e) < 0)
			return -1;
	return 0;
}

static int check_all(struct checking *c, struct err *e)
{
	if (uki_view_read(c->uki, &c->view, e) < 0 || add_keys(c, e) < 0 || measure_all(c, e) < 0)
		return -1;
	for (size_t i = 0; i < c->view.n; i++)
		if (check_section(c, &c->view.sections[i], e) < 0)
			return -1;
	c->report.is_good = c->report.n > 0;
	for (size_t i = 0; i < c->report.n; i++)
		c->report.is_good = c->report.is_good && !c->report.checks[i].fault;
	return 0;
}

int pcr_check(const struct source *uki, const struct pcr_check_options *options,
	      struct pcr_report *ret, struct err *e)
{
	AUTO(checking_done) struct checking c = {.uki = uki, .options = options};

	if (check_all(&c, e) < 0)
		return -1;
	*ret = c.report;
	c.report = (struct pcr_report){.n = 0};
	return 0;
}

int pcr_check_strictly(const struct source *uki, const struct pcr_check_options *options,
		       struct err *e)
{
	AUTO_PCR_REPORT report = {.n = 0};

	if (pcr_check(uki, options, &report, e) < 0)
		return -1;
	for (size_t i = 0; i < report.n; i++) {
		const struct pcr_check *c = &report.checks[i];

		if (c->fault)
			return err_set(e, ERR_INPUT, "PCR signature of policy %s (%s): %s",
				       c->policy.pol, digest_name(c->policy.bank), c->fault);
	}
	return 0;
}
