/* Addons, profiles, and where large content lies in the file. */

#include "unit.h"

#include "uki_sample.h"

/* Adds to the profiles of the fixture, behind all else. */
static struct uki_part profiles[700];

static void add_profile(const char *name, const char *text)
{
	size_t i = f.n_texts++;

	memory_source_init(&f.texts[i], text, strlen(text), name);
	f.pieces[i] = &f.texts[i].source;
	f.in.profiles = profiles;
	profiles[f.in.n_profiles++] =
		(struct uki_part){.name = name, .pieces = &f.pieces[i], .n_pieces = 1};
}

static void assert_names(const struct buf *uki, const char *want)
{
	AUTO_PE pe = {.sections = NULL};
	AUTO_BUF names = BUF_INIT;
	struct err e = ERR_INIT;

	read_back(uki, &pe);
	for (size_t i = 3; i < pe.n_sections; i++)
		assert_ok(buf_putf(&names, &e, "%s ", pe.sections[i].Name));
	assert_string_equal(buf_str(&names), want);
}

static void profiles_stand_last_in_their_order(void **state)
{
	AUTO_UKI_FINDINGS found = UKI_FINDINGS_INIT;
	AUTO_BUF uki = BUF_INIT;

	(void)state;
	begin("257");
	add(".cmdline", "base");
	add_profile(".profile", "ID=main");
	add_profile(".profile", "ID=other");
	add_profile(".cmdline", "other");
	add_profile(".profile", "ID=third");
	add_profile(".cmdline", "third");
	make(&uki);
	assert_names(&uki, ".cmdline .linux .sbat .profile .profile .cmdline .profile .cmdline ");
	assert_content(&uki, ".cmdline", "base", 4);
	lint(&uki, &found);
	assert_int_equal(found.errors.n, 0);
}

static void profile_alone_begins_with_its_section_and_has_no_sbat(void **state)
{
	AUTO_BUF uki = BUF_INIT;

	(void)state;
	begin("257");
	f.in.kind = UKI_PROFILE;
	f.in.n_parts = 0;
	add(".osrel", "ID=x");
	add(".cmdline", "other");
	add(".profile", "ID=other");
	make(&uki);
	assert_names(&uki, ".profile .osrel .cmdline ");
}

static void profile_has_a_section_once(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	begin("257");
	add_profile(".profile", "ID=main");
	add_profile(".dtbauto", "a");
	add_profile(".dtbauto", "b");
	add_profile(".cmdline", "a");
	add_profile(".profile", "ID=other");
	add_profile(".cmdline", "a");
	add_profile(".cmdline", "b");
	assert_fails_with(plan_fails(&e), "profile 1 has section .cmdline twice");
	begin("257");
	add_profile(".cmdline", "a");
	assert_fails_with(plan_fails(&e), "a profile begins with .profile, not with .cmdline");
	begin("256");
	add_profile(".profile", "ID=main");
	assert_fails_with(plan_fails(&e),
			  "profiles need systemd-stub 257 or newer: 256 boots the last one's "
			  "command line");
}

static void stub_looks_at_256_profiles(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	begin("258");
	/* Code at 0x10000: as in real stubs there is room in front of it. */
	for (size_t i = 0; i < 4; i++) {
		uint8_t *entry = sample_entry(&f.stub, i);

		le32_put(entry + 12, le32_get(entry + 12) + 0x10000);
	}
	add_profile(".profile", "ID=main");
	for (int n = 256; n <= 257; n++) {
		for (size_t i = f.in.n_profiles; i < (size_t)n; i++)
			profiles[f.in.n_profiles++] = profiles[0];
		if (n == 256) {
			AUTO_BUF uki = BUF_INIT;

			make(&uki);
		} else {
			assert_fails_with(plan_fails(&e), "257 profiles: a stub looks at 256");
		}
	}
}

static void kernel_of_a_profile_is_judged_as_well(void **state)
{
	static struct sample other;
	const struct source *piece;
	AUTO_PE pe = {.sections = NULL};
	AUTO_BUF uki = BUF_INIT;
	struct err e = ERR_INIT;

	(void)state;
	begin("257");
	sample_kernel(&other, PE_MACHINE_AMD64);
	le16_put(other.bytes + SAMPLE_OPTIONAL + 70, 0); /* no NX_COMPAT */
	piece = sample_source(&other);
	add_profile(".profile", "ID=main");
	profiles[f.in.n_profiles++] =
		(struct uki_part){.name = ".linux", .pieces = &piece, .n_pieces = 1};
	make(&uki);
	read_back(&uki, &pe);
	assert_int_equal(pe.DllCharacteristics & PE_NX_COMPAT, 0);
	sample_kernel(&other, PE_MACHINE_ARM64);
	piece = sample_source(&other);
	assert_fails_with(plan_fails(&e),
			  "kernel 'sample.efi' is for aa64, but stub 'sample.efi' for x64");
}

static void addon_needs_no_kernel_and_tells_what_it_is(void **state)
{
	static const char want[] =
		SBAT_LINE "uki-addon,1,UKI Addon,addon,1,https://www.freedesktop.org/software/"
			  "systemd/man/latest/systemd-stub.html\n";
	AUTO_UKI_PLAN plan = NULL;
	AUTO_BUF uki = BUF_INIT;
	struct err e = ERR_INIT;

	(void)state;
	begin("252.39");
	f.in.kind = UKI_ADDON;
	f.in.n_parts = 0;
	add(".cmdline", "debug");
	make(&uki);
	assert_names(&uki, ".cmdline .sbat ");
	assert_content(&uki, ".sbat", want, sizeof(want) - 1);
	f.in.kind = UKI_IMAGE;
	assert_fails_with(plan_fails(&e), "a UKI needs one kernel");
}

/* The stub of an addon, as its .sdmagic tells. */
static void addon_stub(const char *version)
{
	uint8_t *entry;
	int len;

	begin(version);
	entry = sample_entry(&f.stub, 3);
	len = snprintf((char *)f.stub.bytes + le32_get(entry + 20), 512,
		       "#### LoaderInfo: systemd-addon %s ####", version);
	le32_put(entry + 8, (uint32_t)len + 1);
}

static void addon_stub_reads_nothing_and_starts_no_kernel(void **state)
{
	AUTO_UKI_PLAN plan = NULL;
	struct err e = ERR_INIT;

	(void)state;
	addon_stub("254.1");
	assert_fails_with(plan_fails(&e),
			  "stub 'sample.efi' is that of an addon: it starts no kernel");
	f.in.kind = UKI_ADDON;
	f.in.n_parts = 0;
	add(".dtbauto", "for the UKI's stub to judge");
	add(".ucode", "likewise");
	assert_ok(uki_plan_new(&f.in, &plan, &e));
	assert_true(plan->stub.is_addon);
	assert_string_equal(plan->stub.text, "254.1");
	assert_int_equal(plan->warnings.n, 0);
}

/* Large content begins at a multiple of 4096, without a gap, and small content does not move. */
static void large_content_begins_at_a_block(void **state)
{
	static char large[65536], almost[65535];
	AUTO_UKI_FINDINGS found = UKI_FINDINGS_INIT;
	const struct pe_section *section;
	AUTO_PE pe = {.sections = NULL};
	AUTO_BUF uki = BUF_INIT;

	(void)state;
	memset(large, 'l', sizeof(large));
	memset(almost, 'a', sizeof(almost));
	begin("258");
	add(".osrel", "ID=x");
	add(".splash", "x");
	add(".initrd", "x");
	memory_source_init(&f.texts[1], almost, sizeof(almost), "almost");
	memory_source_init(&f.texts[2], large, sizeof(large), "large");
	make(&uki);
	read_back(&uki, &pe);
	section = pe_section_find(&pe, ".splash");
	assert_int_equal(section->PointerToRawData % 4096, 0xe00);
	section = pe_section_find(&pe, ".initrd");
	assert_int_equal(section->PointerToRawData % 4096, 0);
	assert_int_equal(section[-1].PointerToRawData + section[-1].SizeOfRawData,
			 section->PointerToRawData);
	assert_content(&uki, ".splash", almost, sizeof(almost));
	assert_content(&uki, ".initrd", large, sizeof(large));
	lint(&uki, &found);
	assert_int_equal(found.errors.n, 0);
	/* What it holds is no initrd. */
	assert_int_equal(found.warnings.n, 1);
	assert_string_equal(found.warnings.v[0].rule->name, "initrd");
}

/* What is taken out of another file is written as a range of that file. */
static void section_of_a_file_is_a_range_of_it(void **state)
{
	struct pe_section_source joined;
	const struct source *piece = &joined.source;
	AUTO_PE pe = {.sections = NULL};
	AUTO_BUF first = BUF_INIT;
	AUTO_BUF second = BUF_INIT;
	struct memory_source file;
	struct err e = ERR_INIT;
	AUTO_UKI_PLAN plan = NULL;

	(void)state;
	begin("257");
	add(".cmdline", "quiet");
	make(&first);
	memory_source_init(&file, first.data, first.len, "first");
	assert_ok(pe_read(&file.source, &pe, &e));
	assert_ok(pe_section_source_init(&joined, &file.source, pe_section_find(&pe, ".cmdline"),
					 &e));
	f.parts[1].pieces = &piece;
	assert_ok(uki_plan_new(&f.in, &plan, &e));
	for (size_t i = 0; i < plan->layout.n_runs; i++)
		assert_ptr_not_equal(plan->layout.runs[i].source, piece);
	make(&second);
	assert_bytes(second.data, second.len, first.data, first.len);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(profiles_stand_last_in_their_order),
		cmocka_unit_test(profile_alone_begins_with_its_section_and_has_no_sbat),
		cmocka_unit_test(profile_has_a_section_once),
		cmocka_unit_test(stub_looks_at_256_profiles),
		cmocka_unit_test(kernel_of_a_profile_is_judged_as_well),
		cmocka_unit_test(addon_needs_no_kernel_and_tells_what_it_is),
		cmocka_unit_test(addon_stub_reads_nothing_and_starts_no_kernel),
		cmocka_unit_test(large_content_begins_at_a_block),
		cmocka_unit_test(section_of_a_file_is_a_range_of_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
