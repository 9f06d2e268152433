#include "uki_sample.h"

/* By hand from src/boot/chid.h and efi-firmware.h: an entry, one of zeros, the texts. */
#define ENTRY(type) "\x1c\0\0" type "................\x38\0\0\0\x3c\0\0\0"
#define NO_ENTRY                                           \
	"\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0" \
	"\0\0\0\0"
#define TREE	 "\xd0\x0d\xfe\xed tree"
#define FIRMWARE "\xad\xde\xed\xfe\x10\0\0\0\x05\0\0\0\x04\0\0\0fw-1\0code"

static const char of_trees[] = ENTRY("\x10") NO_ENTRY "Box\0a,b";
static const char of_firmware[] = ENTRY("\x20") NO_ENTRY "Box\0fw1";

static void add_bytes(const char *name, const char *bytes, size_t len)
{
	add(name, "");
	memory_source_init(&f.texts[f.n_texts - 1], bytes, len, name);
}
/* With the NUL at its end. */
#define ADD(name, literal) add_bytes(name, literal, sizeof(literal))

static void find(struct uki_findings *found)
{
	AUTO_BUF uki = BUF_INIT;

	make(&uki);
	lint(&uki, found);
}

static bool is_found(const struct uki_finding_list *list, const char *rule, const char *text)
{
	for (size_t i = 0; i < list->n; i++)
		if (!strcmp(list->v[i].rule->name, rule) && !strcmp(list->v[i].text, text))
			return true;
	for (size_t i = 0; i < list->n; i++)
		print_message("found: %s: %s\n", list->v[i].rule->name, list->v[i].text);
	return false;
}

static bool is_silent(const char *rule)
{
	AUTO_UKI_FINDINGS found = UKI_FINDINGS_INIT;
	bool silent = true;

	find(&found);
	for (size_t i = 0; i < found.errors.n; i++)
		silent = silent && strcmp(found.errors.v[i].rule->name, rule) != 0;
	for (size_t i = 0; i < found.warnings.n; i++)
		silent = silent && strcmp(found.warnings.v[i].rule->name, rule) != 0;
	return silent;
}

static void assert_wrong(const char *rule, const char *text)
{
	AUTO_UKI_FINDINGS found = UKI_FINDINGS_INIT;

	find(&found);
	assert_true(is_found(&found.errors, rule, text));
}

static void assert_doubtful(const char *rule, const char *text)
{
	AUTO_UKI_FINDINGS found = UKI_FINDINGS_INIT;

	find(&found);
	assert_true(is_found(&found.warnings, rule, text));
}

static void table_of_devicetrees_is_sound(void **state)
{
	(void)state;
	begin("257.13");
	add(".dtbauto", TREE);
	ADD(".hwids", of_trees);
	assert_true(is_silent("hwids"));
	assert_true(is_silent("devicetree"));
}

static void stub_257_stops_at_firmware(void **state)
{
	(void)state;
	begin("257.13");
	add(".dtbauto", TREE);
	ADD(".hwids", of_firmware);
	assert_wrong("hwids",
		     "systemd-stub 257.13 reads no .hwids that has firmware in it, and picks "
		     "no devicetree then");
	begin("258");
	ADD(".efifw", FIRMWARE);
	ADD(".hwids", of_firmware);
	assert_true(is_silent("hwids"));
	assert_true(is_silent("efifw"));
}

static void broken_table_is_found(void **state)
{
	(void)state;
	begin("258");
	add(".dtbauto", TREE);
	add(".hwids", "no table, but text that is longer than an entry");
	assert_wrong("hwids", "section .hwids is no table of hardware: entry 0 begins with "
			      "0x74206f6e, which no stub knows");
}

static void broken_firmware_is_found(void **state)
{
	(void)state;
	begin("258");
	ADD(".hwids", of_firmware);
	add(".efifw", "firmware as it is");
	assert_wrong("efifw", "section .efifw is no firmware: it begins with 0x6d726966, not with "
			      "0xfeeddead");
}

static void what_is_no_devicetree_is_found(void **state)
{
	(void)state;
	begin("257.13");
	add(".dtb", "/dts-v1/;");
	assert_wrong("devicetree", "section .dtb is no flattened devicetree");
	begin("257.13");
	add(".dtb", "\xd0");
	assert_wrong("devicetree", "section .dtb is no flattened devicetree");
}

static void table_belongs_to_what_is_picked_by_it(void **state)
{
	static const char text[] = "section .dtbauto is never picked: no .hwids beside it says for "
				   "which hardware it is";

	(void)state;
	begin("257.13");
	add(".dtbauto", TREE);
	assert_doubtful("hwids", text);
	/* That of the base does not count for a profile. */
	begin("257.13");
	ADD(".hwids", of_trees);
	f.in.profiles = &f.parts[f.in.n_parts];
	f.in.n_profiles = 2;
	add(".profile", "ID=a");
	add(".dtbauto", TREE);
	f.in.n_parts -= 2;
	assert_doubtful("hwids", text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(table_of_devicetrees_is_sound),
		cmocka_unit_test(stub_257_stops_at_firmware),
		cmocka_unit_test(broken_table_is_found),
		cmocka_unit_test(broken_firmware_is_found),
		cmocka_unit_test(what_is_no_devicetree_is_found),
		cmocka_unit_test(table_belongs_to_what_is_picked_by_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
