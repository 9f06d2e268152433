#include "format/pcr_policy.h"

#include "format/base64.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static void policy_done(struct pcr_policy *p)
{
	free(p->ref);
	free(p->sig);
}

void pcr_policies_done(struct pcr_policies *p)
{
	for (size_t i = 0; i < p->n; i++)
		policy_done(&p->v[i]);
	free(p->v);
	*p = (struct pcr_policies)PCR_POLICIES_INIT;
}

/* TPM_ALG_ID (part 2, table 9), big-endian. */
static const unsigned char algorithms[DIGEST_KINDS][2] = {
	[DIGEST_SHA1] = {0x00, 0x04},
	[DIGEST_SHA256] = {0x00, 0x0b},
	[DIGEST_SHA384] = {0x00, 0x0c},
	[DIGEST_SHA512] = {0x00, 0x0d},
};

int pcr_policy_digest(const struct pcr *pcr, struct digest *sha256, struct digest_value *ret,
		      struct err *e)
{
	static const unsigned char begin[PCR_POLICY_SHA256];
	/* TPM_CC_PolicyPCR; TPML_PCR_SELECTION with one entry, of 3 bytes, bit 11 */
	static const unsigned char command[] = {0, 0, 0x01, 0x7f, 0, 0, 0, 1};
	static const unsigned char selected[] = {3, 0, 1 << (PCR_POLICY_PCR - 8), 0};
	struct digest_value value;

	assert(sha256->kind == DIGEST_SHA256);
	if (digest_put(sha256, pcr->value.bytes, digest_size(pcr->bank), e) < 0 ||
	    digest_finish(sha256, &value, e) < 0 ||
	    digest_put(sha256, begin, sizeof(begin), e) < 0 ||
	    digest_put(sha256, command, sizeof(command), e) < 0 ||
	    digest_put(sha256, algorithms[pcr->bank], sizeof(algorithms[0]), e) < 0 ||
	    digest_put(sha256, selected, sizeof(selected), e) < 0 ||
	    digest_put(sha256, value.bytes, PCR_POLICY_SHA256, e) < 0)
		return -1;
	return digest_finish(sha256, ret, e);
}

int pcr_policy_message(const struct digest_value *pol, const char *ref, struct digest *sha256,
		       struct buf *to, struct err *e)
{
	struct digest_value hashed;

	if (buf_put(to, pol->bytes, PCR_POLICY_SHA256, e) < 0)
		return -1;
	if (!ref)
		return 0;
	if (digest_put(sha256, ref, strlen(ref), e) < 0 || digest_finish(sha256, &hashed, e) < 0)
		return -1;
	return buf_put(to, hashed.bytes, PCR_POLICY_SHA256, e);
}

static bool is_same(const struct pcr_policy *a, const struct pcr_policy *b)
{
	return a->bank == b->bank && !strcmp(a->pkfp, b->pkfp) && !strcmp(a->pol, b->pol) &&
	       !strcmp(a->ref ? a->ref : "", b->ref ? b->ref : "");
}

const struct pcr_policy *pcr_policies_find(const struct pcr_policies *p,
					   const struct pcr_policy *like)
{
	for (size_t i = 0; i < p->n; i++)
		if (is_same(&p->v[i], like))
			return &p->v[i];
	return NULL;
}

int pcr_policies_add(struct pcr_policies *to, const struct pcr_policy *policy, struct err *e)
{
	struct pcr_policy copy = *policy;
	struct pcr_policy *v;

	if (pcr_policies_find(to, policy))
		return 0;
	v = reallocarray(to->v, to->n + 1, sizeof(*v));
	if (!v)
		return err_memory(e);
	to->v = v;
	copy.ref = policy->ref ? strdup(policy->ref) : NULL;
	copy.sig = policy->sig ? strdup(policy->sig) : NULL;
	if ((policy->ref && !copy.ref) || (policy->sig && !copy.sig)) {
		policy_done(&copy);
		return err_memory(e);
	}
	v[to->n++] = copy;
	return 0;
}

static void put_policy(const struct pcr_policy *p, struct json_writer *w)
{
	json_open_object(w, NULL);
	json_open_array(w, "pcrs");
	json_number(w, NULL, PCR_POLICY_PCR);
	json_close_array(w);
	json_text(w, "pkfp", p->pkfp);
	if (p->ref)
		json_text(w, "ref", p->ref);
	json_text(w, "pol", p->pol);
	if (p->sig)
		json_text(w, "sig", p->sig);
	json_close_object(w);
}

void pcr_policies_json(const struct pcr_policies *p, struct json_writer *w)
{
	for (int bank = 0; bank < DIGEST_KINDS; bank++) {
		bool open = false;

		for (size_t i = 0; i < p->n; i++) {
			if (p->v[i].bank != (enum digest_kind)bank)
				continue;
			if (!open)
				json_open_array(w, digest_name((enum digest_kind)bank));
			open = true;
			put_policy(&p->v[i], w);
		}
		if (open)
			json_close_array(w);
	}
}

int pcr_policies_write(const struct pcr_policies *p, struct buf *to, struct err *e)
{
	struct json_writer w;

	json_begin(&w, to, JSON_SHORT);
	json_open_object(&w, NULL);
	pcr_policies_json(p, &w);
	json_close_object(&w);
	if (json_finish(&w, e) < 0)
		return -1;
	to->data[--to->len] = '\0';
	return 0;
}

static bool is_digest(const char *text)
{
	return text && strlen(text) == PCR_POLICY_HEX - 1 &&
	       strspn(text, "0123456789abcdef") == PCR_POLICY_HEX - 1;
}

static bool is_pcr_11(const struct json *j)
{
	return j && j->type == JSON_ARRAY && j->first && !j->first->next &&
	       j->first->type == JSON_NUMBER && strcmp(j->first->text, "11") == 0;
}

static bool is_known(const struct json *j)
{
	static const char *const names[] = {"pcrs", "pkfp", "ref", "pol", "sig"};
	bool known = false;

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		known = known || strcmp(j->key, names[i]) == 0;
	return known && (j->type == JSON_STRING || strcmp(j->key, "pcrs") == 0);
}

static int parse_policy(const struct json *j, enum digest_kind bank, struct pcr_policies *to,
			struct err *e)
{
	struct pcr_policy p = {.bank = bank};
	const char *pkfp = json_member_text(j, "pkfp"), *pol = json_member_text(j, "pol");

	if (j->type != JSON_OBJECT)
		return err_set(e, ERR_INPUT, "a policy is no object");
	for (const struct json *member = j->first; member; member = member->next)
		if (!is_known(member))
			return err_set(e, ERR_INPUT, "a policy has '%s', which is unknown",
				       member->key);
	if (!is_pcr_11(json_member(j, "pcrs")))
		return err_set(e, ERR_INPUT, "a policy has not \"pcrs\":[11]");
	if (!is_digest(pkfp) || !is_digest(pol))
		return err_set(e, ERR_INPUT,
			       "a policy has no pkfp or pol of 64 hexadecimal digits");
	memcpy(p.pkfp, pkfp, sizeof(p.pkfp));
	memcpy(p.pol, pol, sizeof(p.pol));
	p.ref = (char *)json_member_text(j, "ref");
	p.sig = (char *)json_member_text(j, "sig");
	if (p.sig && !base64_is_valid(p.sig))
		return err_set(e, ERR_INPUT, "the sig of policy %s is not base64", p.pol);
	return pcr_policies_add(to, &p, e);
}

static int parse_banks(const struct json *j, struct pcr_policies *to, struct err *e)
{
	if (j->type != JSON_OBJECT)
		return err_set(e, ERR_INPUT, "no object with a list for each bank");
	for (const struct json *bank = j->first; bank; bank = bank->next) {
		int kind = digest_kind_of(bank->key);

		if (kind < 0 || bank->type != JSON_ARRAY)
			return err_set(e, ERR_INPUT, "'%s' is no list of a bank", bank->key);
		for (const struct json *p = bank->first; p; p = p->next)
			if (parse_policy(p, (enum digest_kind)kind, to, e) < 0)
				return -1;
	}
	return 0;
}

int pcr_policies_parse(const char *text, size_t len, const char *name, struct pcr_policies *ret,
		       struct err *e)
{
	AUTO_PCR_POLICIES p = PCR_POLICIES_INIT;
	struct json *j = NULL;
	int r;

	if (json_parse(text, len, name, &j, e) < 0)
		return -1;
	r = parse_banks(j, &p, e);
	json_free(j);
	if (r < 0)
		return err_ctx(e, "PCR signatures in '%s'", name);
	*ret = p;
	p = (struct pcr_policies)PCR_POLICIES_INIT;
	return 0;
}
