#include "unit.h"

#include "uki_sample.h"

static void headers_stop_at_the_first_section(void **state)
{
	static char names[110][8];
	struct err e = ERR_INIT;

	(void)state;
	begin("258");
	add(".initrd", "initrd");
	for (int i = 0; i < 100; i++) {
		snprintf(names[i], sizeof(names[i]), ".x%d", i);
		f.parts[f.in.n_parts++] =
			(struct uki_part){.name = names[i], .pieces = &f.pieces[0], .n_pieces = 1};
	}
	assert_fails_with(
		plan_fails(&e),
		"stub 'sample.efi' has no room for the headers of 106 sections: they need "
		"4608 bytes, its first section stands at 0x1000");
}

static void old_stub_has_at_most_96_sections(void **state)
{
	static char names[110][8];
	struct err e = ERR_INIT;

	(void)state;
	for (int version = 0; version < 2; version++) {
		begin(version ? "258" : "257");
		/* Code at 0x3000, as in real stubs there is room in front of it. */
		for (size_t i = 0; i < 4; i++) {
			uint8_t *entry = sample_entry(&f.stub, i);

			le32_put(entry + 12, le32_get(entry + 12) + 0x2000);
		}
		add(".initrd", "initrd");
		for (int i = 0; i < 91; i++) {
			snprintf(names[i], sizeof(names[i]), ".x%d", i);
			f.parts[f.in.n_parts++] = (struct uki_part){
				.name = names[i], .pieces = &f.pieces[0], .n_pieces = 1};
		}
		if (version) {
			AUTO_BUF uki = BUF_INIT;

			make(&uki);
		} else {
			assert_fails_with(plan_fails(&e), "97 sections: until 257.13 "
							  "systemd-stub refuses more than 96");
		}
	}
}

static void kernel_of_another_machine_is_refused(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	begin("252.39");
	sample_kernel(&f.kernel, PE_MACHINE_ARM64);
	refresh();
	assert_fails_with(plan_fails(&e),
			  "kernel 'sample.efi' is for aa64, but stub 'sample.efi' for x64");
}

static void ia32_stub_takes_an_x64_kernel_with_an_entry(void **state)
{
	const struct sample_section compat = {".compat", 0x3000, 8, 0x42000040, NULL};
	struct err e = ERR_INIT;
	AUTO_BUF uki = BUF_INIT;

	(void)state;
	begin("252.39");
	sample_stub(&f.stub, PE_MACHINE_I386, true, "252.39");
	refresh();
	assert_fails_with(plan_fails(&e),
			  "kernel 'sample.efi' is for x64, but stub 'sample.efi' for ia32");
	sample_add(&f.kernel, &compat);
	refresh();
	make(&uki);
}

static void kernel_without_efi_stub_is_refused(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	begin("252.39");
	memcpy(f.kernel.bytes, "\xea\x05", 2);
	assert_fails_with(plan_fails(&e),
			  "kernel 'sample.efi' has no EFI stub: build it with CONFIG_EFI_STUB=y");
}

static void empty_section_is_refused(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	begin("252.39");
	add(".initrd", "");
	assert_fails_with(plan_fails(&e), "section .initrd: '.initrd' is empty");
	f.parts[1].n_pieces = 0;
	assert_fails_with(plan_fails(&e), "section .initrd has no content");
}

static void stub_that_cannot_be_used_is_refused(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	begin("252.39");
	le32_put(f.stub.bytes + SAMPLE_OPTIONAL + 112 + 8 * 4 + 4, 8);
	assert_fails_with(plan_fails(&e),
			  "stub 'sample.efi' is signed, and its signature would not fit the UKI: "
			  "take the unsigned stub and sign the UKI");
	begin("252.39");
	le16_put(f.stub.bytes + SAMPLE_OPTIONAL + 68, 3);
	assert_fails_with(plan_fails(&e),
			  "stub 'sample.efi' is not an EFI program: its subsystem is 3");
	begin("252.39");
	le32_put(sample_entry(&f.stub, 1) + 12, 0x1200);
	assert_fails_with(plan_fails(&e),
			  "stub 'sample.efi': sections .text and .data overlap in memory");
	begin("252.39");
	le32_put(sample_entry(&f.stub, 0) + 20, 0x7fffff00);
	assert_fails_with(plan_fails(&e), "stub 'sample.efi' is cut short: section .text ends at "
					  "2147484416, the file at 3097");
	begin("252.39");
	le32_put(f.stub.bytes + SAMPLE_OPTIONAL + 60, 0xfffff000);
	assert_fails_with(plan_fails(&e), "stub 'sample.efi' is cut short: headers of 4294963200 "
					  "bytes, a file of 3097");
	begin("252.39");
	le32_put(sample_entry(&f.stub, 3) + 12, 0xfffff000);
	assert_fails_with(
		plan_fails(&e),
		"section .linux ('sample.efi') does not fit: an EFI program ends below 4 GiB");
}

static void cut_stub_is_an_error(void **state)
{
	struct err e = ERR_INIT;
	size_t whole;

	(void)state;
	begin("252.39");
	/* Without the symbol table, and what stands behind the last section's text. */
	whole = f.stub.len - 25;
	for (size_t len = 0; len < whole; len++) {
		f.stub.len = len;
		refresh();
		assert_int_equal(plan_fails(&e), -1);
	}
}

static void names_are_checked(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	begin("252.39");
	add(".toolongname", "x");
	assert_fails_with(plan_fails(&e),
			  "section name '.toolongname' is not 1 to 8 printable ASCII characters");
	begin("252.39");
	add(".sbat", "x");
	assert_fails_with(plan_fails(&e), "section .sbat is made from SBAT texts, not given");
	begin("252.39");
	add(".osrel", "x");
	add(".osrel", "x");
	assert_fails_with(plan_fails(&e), "section .osrel is given twice");
	begin("252.39");
	add(".data", "x");
	assert_fails_with(plan_fails(&e),
			  "stub 'sample.efi' has a section .data of its own: is it a UKI already?");
	begin("252.39");
	f.in.n_parts = 0;
	assert_fails_with(plan_fails(&e), "a UKI needs one kernel");
}

/* What lint says of the UKI before it is written. */
static void lint_plan(struct uki_findings *found)
{
	AUTO_UKI_PLAN plan = NULL;
	struct uki_layout_source planned;
	struct err e = ERR_INIT;

	assert_ok(uki_plan_new(&f.in, &plan, &e));
	uki_layout_source_init(&planned, &plan->layout, "planned");
	assert_ok(uki_lint(&planned.source, found, &e));
}

static void what_an_old_stub_gets_wrong_is_refused(void **state)
{
	AUTO_UKI_FINDINGS found = UKI_FINDINGS_INIT;
	AUTO_BUF uki = BUF_INIT;
	struct err e = ERR_INIT;

	(void)state;
	begin("252.39");
	add(".dtbauto", "x");
	assert_fails_with(plan_fails(&e),
			  "section .dtbauto: systemd-stub 252.39 takes it for .dtb, "
			  "257 or newer does not");
	begin("256");
	add(".profile", "ID=x");
	assert_fails_with(plan_fails(&e),
			  "profiles need systemd-stub 257 or newer: 256 boots the last one's "
			  "command line");
	begin("252.39");
	add(".ucode", "x");
	lint_plan(&found);
	assert_string_equal(found.warnings.v[0].text,
			    "systemd-stub 252.39 ignores section .ucode: 256 or newer is needed");
	begin("258");
	add(".dtbauto", "x");
	add(".dtbauto", "y");
	add(".profile", "ID=x");
	make(&uki);
}

static void image_base_troubles_some_stubs(void **state)
{
	static const struct {
		const char *version;
		size_t errors;
	} cases[] = {{"252.39", 0}, {"257", 0},	  {"258.4", 1},
		     {"259.1", 1},  {"259.2", 0}, {"260", 0}};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		AUTO_UKI_FINDINGS found = UKI_FINDINGS_INIT;

		begin(cases[i].version);
		le64_put(f.kernel.bytes + SAMPLE_OPTIONAL + 24, 0x1000000);
		lint_plan(&found);
		assert_int_equal(found.errors.n, cases[i].errors);
	}
}

/* Zeros without end, as far as a size goes. */
static int zeros_read(const struct source *s, uint64_t offset, void *data, size_t len,
		      struct err *e)
{
	(void)s;
	(void)offset;
	(void)e;
	memset(data, 0, len);
	return 0;
}

static void sizes_have_limits(void **state)
{
	static const struct source_ops ops = {.read = zeros_read};
	struct source big = {.ops = &ops, .size = 5ull << 30, .name = "big"};
	const struct source *piece = &big;
	struct err e = ERR_INIT;

	(void)state;
	begin("252.39");
	f.parts[f.in.n_parts++] =
		(struct uki_part){.name = ".initrd", .pieces = &piece, .n_pieces = 1};
	assert_fails_with(plan_fails(&e),
			  "section .initrd ('big') does not fit: an EFI program ends below 4 GiB");
	big.size = 0xffffb000; /* the last page is left */
	assert_fails_with(
		plan_fails(&e),
		"section .linux ('sample.efi') does not fit: an EFI program ends below 4 GiB");
	big.size = UINT64_MAX;
	assert_int_equal(plan_fails(&e), -1);
	big.size = 2ull << 30;
	{
		AUTO_UKI_FINDINGS found = UKI_FINDINGS_INIT;

		lint_plan(&found);
		assert_string_equal(found.warnings.v[0].text,
				    "2147490816 bytes: most firmware cannot start a program above "
				    "2 GiB");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(headers_stop_at_the_first_section),
		cmocka_unit_test(old_stub_has_at_most_96_sections),
		cmocka_unit_test(kernel_of_another_machine_is_refused),
		cmocka_unit_test(ia32_stub_takes_an_x64_kernel_with_an_entry),
		cmocka_unit_test(kernel_without_efi_stub_is_refused),
		cmocka_unit_test(empty_section_is_refused),
		cmocka_unit_test(stub_that_cannot_be_used_is_refused),
		cmocka_unit_test(cut_stub_is_an_error),
		cmocka_unit_test(names_are_checked),
		cmocka_unit_test(what_an_old_stub_gets_wrong_is_refused),
		cmocka_unit_test(image_base_troubles_some_stubs),
		cmocka_unit_test(sizes_have_limits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
