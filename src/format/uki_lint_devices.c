#include "format/efifw.h"
#include "format/hwids.h"
#include "format/uki_lint.h"

#include <string.h>

enum {
	PICKS_FIRMWARE = 258,
	TABLES_MAX = 257, /* of the base and of 256 profiles */
};

static const struct uki_rule hwids_table = {"hwids",
					    "make it anew of descriptions: mvirt-mkos uki --hwids"};
static const struct uki_rule hwids_firmware = {
	"hwids", "take systemd-stub 258 or newer, or leave out what describes firmware"};
static const struct uki_rule no_hwids = {"hwids", "give the same profile a .hwids too"};
static const struct uki_rule firmware = {"efifw", "make it anew: mvirt-mkos uki --efifw"};
static const struct uki_rule devicetree = {"devicetree", "give it a flattened devicetree"};

struct devices_lint {
	const struct source *s;
	const struct pe *pe;
	const struct stub_version *stub;
	struct uki_findings *found;
	size_t n_tables;
};

static int lint_hwids(struct devices_lint *l, const struct pe_section_source *content,
		      struct err *e)
{
	struct hwids_count n;

	if (hwids_count(&content->source, &n, e) < 0) {
		if (e->kind != ERR_INPUT)
			return -1;
		uki_wrong(l->found, &hwids_table, ".hwids",
			  "section .hwids is no table of hardware: %s", e->text);
		return 0;
	}
	if (n.firmwares && l->stub->major == PICKS_FIRMWARE - 1)
		uki_wrong(l->found, &hwids_firmware, ".hwids",
			  "systemd-stub %s reads no .hwids that has firmware in it, and picks no "
			  "devicetree then",
			  l->stub->text);
	return 0;
}

static int lint_firmware(struct devices_lint *l, const struct pe_section_source *content,
			 struct err *e)
{
	if (efifw_check(&content->source, e) == 0)
		return 0;
	if (e->kind != ERR_INPUT)
		return -1;
	uki_wrong(l->found, &firmware, ".efifw", "section .efifw is no firmware: %s", e->text);
	return 0;
}

static int lint_devicetree(struct devices_lint *l, const char *name,
			   const struct pe_section_source *content, struct err *e)
{
	static const uint8_t wanted[4] = {0xd0, 0x0d, 0xfe, 0xed};
	uint8_t magic[4] = {0};

	if (content->source.size >= sizeof(magic) &&
	    source_read(&content->source, 0, magic, sizeof(magic), e) < 0)
		return -1;
	if (memcmp(magic, wanted, sizeof(wanted)) != 0)
		uki_wrong(l->found, &devicetree, name, "section %s is no flattened devicetree",
			  name);
	return 0;
}

static int lint_section(struct devices_lint *l, const struct pe_section *section, struct err *e)
{
	const char *name = section->Name;
	struct pe_section_source content;

	/* What is cut short is told of elsewhere. */
	if (pe_section_source_init(&content, l->s, section, e) < 0)
		return e->kind == ERR_INPUT ? 0 : -1;
	if (strcmp(name, ".hwids") == 0)
		return l->n_tables++ < TABLES_MAX ? lint_hwids(l, &content, e) : 0;
	if (strcmp(name, ".efifw") == 0)
		return lint_firmware(l, &content, e);
	if (strcmp(name, ".dtb") == 0 || strcmp(name, ".dtbauto") == 0)
		return lint_devicetree(l, name, &content, e);
	return 0;
}

/* The stub looks for the table only where it looks for what it picks by it: in the base, or in the
 * profile. Machines whose firmware has a devicetree pick another one without. */
static void lint_part(struct devices_lint *l, size_t first, size_t end)
{
	bool has_firmware_tree =
		l->pe->Machine != PE_MACHINE_AMD64 && l->pe->Machine != PE_MACHINE_I386;
	const char *picked = NULL;

	for (size_t i = first; i < end; i++) {
		const char *name = l->pe->sections[i].Name;

		if (strcmp(name, ".hwids") == 0)
			return;
		if (strcmp(name, ".efifw") == 0 ||
		    (strcmp(name, ".dtbauto") == 0 && !has_firmware_tree))
			picked = name;
	}
	if (picked)
		uki_doubtful(l->found, &no_hwids, picked,
			     "section %s is never picked: no .hwids beside it says for which "
			     "hardware it is",
			     picked);
}

int uki_lint_devices(const struct source *s, const struct pe *pe, const struct stub_version *stub,
		     struct uki_findings *f, struct err *e)
{
	struct devices_lint l = {.s = s, .pe = pe, .stub = stub, .found = f};
	size_t first = 0;

	for (size_t i = 0; i < pe->n_sections; i++) {
		if (strcmp(pe->sections[i].Name, ".profile") == 0) {
			lint_part(&l, first, i);
			first = i;
		}
		if (lint_section(&l, &pe->sections[i], e) < 0)
			return -1;
	}
	lint_part(&l, first, pe->n_sections);
	return 0;
}
