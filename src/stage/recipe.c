#include "stage/recipe.h"

#include "base/digest.h"
#include "base/nearest.h"
#include "base/parse.h"
#include "format/ini.h"
#include "host/file.h"
#include "stage/measure.h"

#include <stddef.h>
#include <string.h>

enum { RECIPE_MAX = 1 << 20 };

enum value_kind { VALUE_TEXT, VALUE_WORDS, VALUE_FLAG, VALUE_SIZE };

/* The keys outside [payload NAME], and where their values go. */
static const struct recipe_key {
	const char *section, *key;
	enum value_kind kind;
	size_t offset;
} keys[] = {
	{"kernel", "layers", VALUE_WORDS, offsetof(struct project, kernel_layers)},
	{"kernel", "roles", VALUE_WORDS, offsetof(struct project, kernel_roles)},
	{"kernel", "launcher", VALUE_TEXT, offsetof(struct project, launcher)},
	{"kernel", "source", VALUE_TEXT, offsetof(struct project, kernel_source)},
	{"kernel", "sha256", VALUE_TEXT, offsetof(struct project, kernel_sha256)},
	{"initramfs", "lists", VALUE_WORDS, offsetof(struct project, initramfs_lists)},
	{"initramfs", "compress", VALUE_TEXT, offsetof(struct project, compress)},
	{"initramfs", "level", VALUE_TEXT, offsetof(struct project, level)},
	{"initramfs", "microcode", VALUE_WORDS, offsetof(struct project, microcode)},
	{"initramfs", "acpi", VALUE_WORDS, offsetof(struct project, acpi)},
	{"initramfs", "sysroot", VALUE_TEXT, offsetof(struct project, sysroot)},
	{"initramfs", "keep-modes", VALUE_FLAG, offsetof(struct project, keep_modes)},
	{"initramfs", "dedupe", VALUE_FLAG, offsetof(struct project, dedupe)},
	{"initramfs", "checksum", VALUE_FLAG, offsetof(struct project, checksum)},
	{"initramfs", "align", VALUE_SIZE, offsetof(struct project, align)},
	{"initramfs", "max-size", VALUE_SIZE, offsetof(struct project, max_size)},
	{"initramfs", "max-ram", VALUE_SIZE, offsetof(struct project, max_ram)},
	{"uki", "os-release", VALUE_TEXT, offsetof(struct project, os_release)},
	{"uki", "stub", VALUE_TEXT, offsetof(struct project, stub)},
	{"uki", "pcrpkey", VALUE_TEXT, offsetof(struct project, pcrpkey)},
	{"secureboot", "key", VALUE_TEXT, offsetof(struct project, secureboot_key)},
	{"secureboot", "certificates", VALUE_WORDS,
	 offsetof(struct project, secureboot_certificates)},
};

/* Those of [pcr NAME], each a list that has its value at the section's place. */
static const struct {
	const char *key;
	size_t offset;
	const char *unsaid;
} pcr_lists[] = {
	{"key", offsetof(struct project_pcr, keys), ""},
	{"public-key", offsetof(struct project_pcr, public_keys), ""},
	{"certificate", offsetof(struct project_pcr, certificates), ""},
	{"policyref", offsetof(struct project_pcr, references), ""},
	{"phases", offsetof(struct project_pcr, phases), MEASURE_DEFAULT_PHASES},
};

static const char *const section_names[] = {"kernel", "initramfs",    "uki", "secureboot",
					    "pcr",    "payload NAME", NULL};
static const char *const payload_keys[] = {"path", "mode", "optional", "source", "sha256", NULL};

static int set_text(char **to, const char *value, struct err *e)
{
	free(*to);
	*to = strdup(value);
	return *to ? 0 : err_memory(e);
}

static int unknown(const char *kind, const char *word, const char *const *known, struct err *e)
{
	const char *near = nearest_name(word, known);

	if (near)
		return err_set(e, ERR_INPUT, "unknown %s '%s': did you mean '%s'?", kind, word,
			       near);
	return err_set(e, ERR_INPUT, "unknown %s '%s'", kind, word);
}

static int set_flag(bool *to, const struct ini_entry *entry, struct err *e)
{
	if (strcmp(entry->value, "yes") && strcmp(entry->value, "no"))
		return err_set(e, ERR_INPUT, "%s is 'yes' or 'no', not '%s'", entry->key,
			       entry->value);
	*to = !strcmp(entry->value, "yes");
	return 0;
}

static int set_value(enum value_kind kind, const struct ini_entry *entry, void *to, struct err *e)
{
	switch (kind) {
	case VALUE_WORDS:
		return strv_split(to, entry->value, e);
	case VALUE_FLAG:
		return set_flag(to, entry, e);
	case VALUE_SIZE:
		return parse_size(entry->value, entry->key, to, e);
	default:
		return set_text(to, entry->value, e);
	}
}

static int set_plain(struct project *p, const struct ini_entry *entry, struct err *e)
{
	const char *known[ARRAY_LEN(keys) + 1] = {NULL};
	size_t n = 0;

	for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
		const struct recipe_key *k = &keys[i];
		void *to = (char *)p + k->offset;

		if (strcmp(entry->section, k->section))
			continue;
		known[n++] = k->key;
		if (strcmp(entry->key, k->key))
			continue;
		return set_value(k->kind, entry, to, e);
	}
	if (n == 0)
		return unknown("section", entry->section, section_names, e);
	return unknown("key", entry->key, known, e);
}

static struct payload *find_payload(struct project *p, const char *name)
{
	for (size_t i = 0; i < p->n_payloads; i++)
		if (!strcmp(p->payloads[i].name, name))
			return &p->payloads[i];
	return NULL;
}

static int add_payload(struct project *p, const char *name, struct payload **ret, struct err *e)
{
	struct payload *all = reallocarray(p->payloads, p->n_payloads + 1, sizeof(*all));

	if (!all)
		return err_memory(e);
	p->payloads = all;
	all[p->n_payloads] = (struct payload){.name = strdup(name), .mode = 0755};
	if (!all[p->n_payloads].name)
		return err_memory(e);
	*ret = &all[p->n_payloads++];
	return 0;
}

static int set_payload(struct project *p, const char *name, const struct ini_entry *entry,
		       struct err *e)
{
	struct payload *payload = find_payload(p, name);
	uint64_t mode;

	if (!payload && add_payload(p, name, &payload, e) < 0)
		return -1;
	if (!strcmp(entry->key, "path"))
		return set_text(&payload->image, entry->value, e);
	if (!strcmp(entry->key, "source"))
		return set_text(&payload->source, entry->value, e);
	if (!strcmp(entry->key, "sha256"))
		return set_text(&payload->sha256, entry->value, e);
	if (!strcmp(entry->key, "mode")) {
		if (parse_number(entry->value, 8, 07777, "mode", &mode, e) < 0)
			return -1;
		payload->mode = (mode_t)mode;
		return 0;
	}
	if (strcmp(entry->key, "optional"))
		return unknown("key", entry->key, payload_keys, e);
	return set_flag(&payload->optional, entry, e);
}

static struct strv *pcr_list(struct project_pcr *pcr, size_t i)
{
	return (struct strv *)((char *)pcr + pcr_lists[i].offset);
}

/* The place of a section's values; one that is new says nothing yet. */
static int find_pcr(struct project_pcr *pcr, const char *section, size_t *ret, struct err *e)
{
	for (*ret = 0; *ret < pcr->sections.n; ++*ret)
		if (!strcmp(pcr->sections.v[*ret], section))
			return 0;
	for (size_t i = 0; i < ARRAY_LEN(pcr_lists); i++)
		if (strv_add(pcr_list(pcr, i), pcr_lists[i].unsaid, e) < 0)
			return -1;
	return strv_add(&pcr->sections, section, e);
}

static int set_banks(struct strv *to, const struct ini_entry *entry, struct err *e)
{
	if (strcmp(entry->section, "pcr"))
		return err_set(e, ERR_INPUT, "banks are those of all keys: they stand in [pcr]");
	if (strv_split(to, entry->value, e) < 0)
		return -1;
	for (size_t i = 0; i < to->n; i++)
		if (digest_kind_of(to->v[i]) < 0)
			return err_set(e, ERR_INPUT,
				       "a bank is sha1, sha256, sha384 or sha512, not '%s'",
				       to->v[i]);
	return 0;
}

static int set_pcr(struct project_pcr *pcr, const struct ini_entry *entry, struct err *e)
{
	const char *known[ARRAY_LEN(pcr_lists) + 2] = {"banks"};
	size_t place;

	if (!strcmp(entry->key, "banks"))
		return set_banks(&pcr->banks, entry, e);
	for (size_t i = 0; i < ARRAY_LEN(pcr_lists); i++) {
		known[i + 1] = pcr_lists[i].key;
		if (strcmp(entry->key, pcr_lists[i].key))
			continue;
		if (find_pcr(pcr, entry->section, &place, e) < 0)
			return -1;
		return set_text(&pcr_list(pcr, i)->v[place], entry->value, e);
	}
	return unknown("key", entry->key, known, e);
}

static int set_entry(struct project *p, const struct ini_entry *entry, struct err *e)
{
	if (!strcmp(entry->section, "pcr") || !strncmp(entry->section, "pcr ", 4))
		return set_pcr(&p->pcr, entry, e);
	if (!strncmp(entry->section, "payload ", 8))
		return set_payload(p, entry->section + 8 + strspn(entry->section + 8, " "), entry,
				   e);
	return set_plain(p, entry, e);
}

/* Without its public part nobody could tell whether an image is of a key that is locked away. */
static int check_pcr(const struct project *p, struct err *e)
{
	const struct project_pcr *pcr = &p->pcr;

	for (size_t i = 0; i < pcr->sections.n; i++)
		if (!*pcr->keys.v[i] || (!*pcr->public_keys.v[i] && !*pcr->certificates.v[i]))
			return err_set(e, ERR_INPUT,
				       "%s: [%s] needs key, and public-key or certificate",
				       p->recipe_path, pcr->sections.v[i]);
	if (pcr->banks.n && !pcr->sections.n)
		return err_set(e, ERR_INPUT, "%s: [pcr] has banks and no key", p->recipe_path);
	return 0;
}

/* What no recipe can do without. */
static int check_complete(const struct project *p, struct err *e)
{
	const char *missing = p->kernel_layers.n == 0	  ? "[kernel] layers"
			      : p->initramfs_lists.n == 0 ? "[initramfs] lists"
							  : NULL;

	if (missing)
		return err_set(e, ERR_INPUT, "%s: %s is missing", p->recipe_path, missing);
	if (!p->secureboot_key != !p->secureboot_certificates.n)
		return err_set(e, ERR_INPUT, "%s: [secureboot] needs both key and certificates",
			       p->recipe_path);
	for (size_t i = 0; i < p->n_payloads; i++)
		if (!p->payloads[i].image || p->payloads[i].image[0] != '/')
			return err_set(e, ERR_INPUT,
				       "%s: [payload %s] needs path, an absolute path in the image",
				       p->recipe_path, p->payloads[i].name);
	return check_pcr(p, e);
}

int recipe_read(struct project *p, struct err *e)
{
	AUTO_BUF text = BUF_INIT;
	AUTO_INI ini = INI_INIT;

	if (file_read(p->recipe_path, RECIPE_MAX, &text, e) < 0 ||
	    ini_parse(buf_str(&text), text.len, p->recipe_path, &ini, e) < 0)
		return -1;
	for (size_t i = 0; i < ini.n; i++)
		if (set_entry(p, &ini.entries[i], e) < 0)
			return err_ctx(e, "%s:%zu", p->recipe_path, ini.entries[i].line);
	return check_complete(p, e);
}
