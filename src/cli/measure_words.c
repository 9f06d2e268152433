#include "cli/measure_words.h"

#include "base/log.h"

#include <stdio.h>

void measure_words_done(struct measure_words *w)
{
	strv_done(&w->phases);
	strv_done(&w->banks);
	strv_done(&w->paths);
}

int measure_words_banks(const struct measure_words *w, struct measure_options *ret, struct err *e)
{
	AUTO_STRV banks = STRV_INIT;

	*ret = (struct measure_options){.phases = &w->paths};
	for (size_t i = 0; i < w->banks.n; i++)
		if (measure_words_split(w->banks.v[i], &banks, e) < 0)
			return -1;
	for (size_t i = 0; i < banks.n; i++)
		if (measure_add_bank(ret, banks.v[i], e) < 0)
			return -1;
	return 0;
}

int measure_words_options(struct measure_words *w, struct measure_options *ret, struct err *e)
{
	for (size_t i = 0; i < w->phases.n; i++)
		if (measure_words_split(w->phases.v[i], &w->paths, e) < 0)
			return -1;
	return measure_words_banks(w, ret, e);
}

static void print_heading(const struct measure_result *r, const struct measure_value *v)
{
	const struct measure_variant *variant = &r->variants[v->variant];

	fprintf(stderr, "# PCR[%u]", v->pcr);
	if (r->has_profiles)
		fprintf(stderr, " Profile %zu%s%s%s", variant->choice.profile,
			variant->id[0] ? " (" : "", variant->id, variant->id[0] ? ")" : "");
	if (r->has_dtbauto)
		fprintf(stderr, " .dtbauto %zu", variant->choice.dtbauto);
	if (r->has_efifw)
		fprintf(stderr, " .efifw %zu", variant->choice.efifw);
	if (v->pcr == UKI_PCR)
		fprintf(stderr, " Phase <%s>", v->phase[0] ? v->phase : ":");
	fputc('\n', stderr);
}

void measure_print(const struct measure_result *r)
{
	for (size_t i = 0; i < r->n_values; i++) {
		const struct measure_value *v = &r->values[i];
		char hex[DIGEST_HEX];

		if (log_level() >= LOG_NORMAL && (i == 0 || v->variant != v[-1].variant ||
						  v->pcr != v[-1].pcr || v->phase != v[-1].phase)) {
			/* In order also where both are the same terminal. */
			fflush(stdout);
			print_heading(r, v);
		}
		digest_to_hex(v->bank, &v->value, hex);
		printf("%u:%s=%s\n", v->pcr, digest_name(v->bank), hex);
	}
}

static void put_value(const struct measure_result *r, const struct measure_value *v,
		      struct json_writer *w)
{
	const struct measure_variant *variant = &r->variants[v->variant];
	char hex[DIGEST_HEX];

	digest_to_hex(v->bank, &v->value, hex);
	json_open_object(w, NULL);
	if (r->has_profiles)
		json_number(w, "profile", variant->choice.profile);
	if (variant->id[0])
		json_text(w, "id", variant->id);
	if (r->has_dtbauto)
		json_number(w, "dtbauto", variant->choice.dtbauto);
	if (r->has_efifw)
		json_number(w, "efifw", variant->choice.efifw);
	if (v->phase[0])
		json_text(w, "phase", v->phase);
	json_number(w, "pcr", v->pcr);
	json_text(w, "hash", hex);
	json_close_object(w);
}

void measure_json(const struct measure_result *r, struct json_writer *w)
{
	for (int bank = 0; bank < DIGEST_KINDS; bank++) {
		bool open = false;

		for (size_t i = 0; i < r->n_values; i++) {
			if (r->values[i].bank != (enum digest_kind)bank)
				continue;
			if (!open)
				json_open_array(w, digest_name((enum digest_kind)bank));
			open = true;
			put_value(r, &r->values[i], w);
		}
		if (open)
			json_close_array(w);
	}
}
