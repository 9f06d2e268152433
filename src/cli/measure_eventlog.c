#include "cli/measure_eventlog.h"

#include <inttypes.h>
#include <stdio.h>

static void print_parting(const struct eventlog_check *c)
{
	char hex[DIGEST_HEX];

	if (!c->has_event) {
		printf("parts where the log ends: it lacks %s", c->what);
	} else {
		digest_to_hex(c->bank, &c->event, hex);
		printf("parts at event %" PRIu64 ", %s", c->number, c->type);
		if (c->text[0])
			printf(" '%s'", c->text);
		printf(": %s", hex);
		if (!c->what)
			printf(", predicted is no further one");
	}
	if (c->what) {
		digest_to_hex(c->bank, &c->wanted, hex);
		printf(", predicted is %s (%s)", hex, c->what);
	}
	putchar('\n');
}

void eventlog_print(const struct eventlog_report *r, const struct measure_result *predicted)
{
	const struct measure_variant *v = &predicted->variants[r->variant];

	if (predicted->has_profiles)
		printf("profile %zu%s%s\n", v->choice.profile, v->id[0] ? " " : "", v->id);
	if (predicted->has_dtbauto)
		printf(".dtbauto %zu\n", v->choice.dtbauto);
	if (predicted->has_efifw)
		printf(".efifw %zu\n", v->choice.efifw);
	for (size_t i = 0; i < r->n; i++) {
		const struct eventlog_check *c = &r->checks[i];
		char hex[DIGEST_HEX];

		digest_to_hex(c->bank, &c->logged, hex);
		printf("%u:%s=%s ", c->pcr, digest_name(c->bank), hex);
		if (c->parts)
			print_parting(c);
		else
			printf("as predicted, %zu event%s\n", c->alike, c->alike == 1 ? "" : "s");
	}
}

static void put_hash(struct json_writer *w, const char *key, const struct eventlog_check *c,
		     const struct digest_value *value)
{
	char hex[DIGEST_HEX];

	digest_to_hex(c->bank, value, hex);
	json_text(w, key, hex);
}

static void put_check(struct json_writer *w, const struct eventlog_check *c)
{
	json_open_object(w, NULL);
	json_number(w, "pcr", c->pcr);
	json_text(w, "bank", digest_name(c->bank));
	put_hash(w, "logged", c, &c->logged);
	put_hash(w, "predicted", c, &c->predicted);
	json_bool(w, "equal", !c->parts);
	json_number(w, "events_as_predicted", c->alike);
	if (c->has_event) {
		json_open_object(w, "event");
		json_number(w, "number", c->number);
		json_text(w, "type", c->type);
		if (c->text[0])
			json_text(w, "text", c->text);
		put_hash(w, "hash", c, &c->event);
		json_close_object(w);
	}
	if (c->what) {
		json_open_object(w, "wanted");
		json_text(w, "what", c->what);
		put_hash(w, "hash", c, &c->wanted);
		json_close_object(w);
	}
	json_close_object(w);
}

void eventlog_json(const struct eventlog_report *r, const struct measure_result *predicted,
		   struct json_writer *w)
{
	const struct measure_variant *v = &predicted->variants[r->variant];

	json_bool(w, "equal", !r->parts);
	json_number(w, "events", r->events);
	if (predicted->has_profiles) {
		json_number(w, "profile", v->choice.profile);
		if (v->id[0])
			json_text(w, "id", v->id);
	}
	if (predicted->has_dtbauto)
		json_number(w, "dtbauto", v->choice.dtbauto);
	if (predicted->has_efifw)
		json_number(w, "efifw", v->choice.efifw);
	json_open_array(w, "pcrs");
	for (size_t i = 0; i < r->n; i++)
		put_check(w, &r->checks[i]);
	json_close_array(w);
}
