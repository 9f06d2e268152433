#include "unit.h"

#include "format/pe.h"
#include "format/uki.h"
#include "format/uki_lint.h"
#include "pe_sample.h"

/*
 * Each test breaks one thing in a sound UKI. Its sections:
 * 0 .text, 1 .data, 2 .sdmagic, 3 .cmdline, 4 .initrd, 5 .linux, 6 .sbat
 */
enum { TEXT, DATA, SDMAGIC, CMDLINE, INITRD, LINUX, SBAT };

enum {
	ENTRY_VIRTUAL_SIZE = 8,
	ENTRY_VIRTUAL_ADDRESS = 12,
	ENTRY_SIZE_OF_RAW_DATA = 16,
	ENTRY_POINTER_TO_RAW_DATA = 20,
	ENTRY_CHARACTERISTICS = 36,
};

static uint8_t uki[8192];
static size_t uki_len;

static void begin_with_kernel(struct sample *kernel, const char *version)
{
	static struct sample stub;
	const struct source *kernel_piece = sample_source(kernel);
	struct memory_source text;
	const struct source *piece;
	struct uki_part parts[] = {{".linux", &kernel_piece, 1, false},
				   {".cmdline", &piece, 1, false},
				   {".initrd", &piece, 1, false}};
	struct uki_input in = {.parts = parts, .n_parts = ARRAY_LEN(parts)};
	AUTO_UKI_PLAN plan = NULL;
	AUTO_BUF out = BUF_INIT;
	struct buf_sink sink;
	struct err e = ERR_INIT;

	memory_source_init(&text, "070701", 6, "text");
	piece = &text.source;
	sample_stub(&stub, PE_MACHINE_AMD64, false, version);
	/* As a stub's sections should be, so that a sound UKI has no finding. */
	le32_put(sample_entry(&stub, 3) + ENTRY_VIRTUAL_ADDRESS, 0x4000);
	in.stub = sample_source(&stub);
	assert_ok(uki_plan_new(&in, &plan, &e));
	buf_sink_init(&sink, &out);
	assert_ok(uki_write(plan, &sink.sink, &e));
	assert_true(out.len <= sizeof(uki));
	memcpy(uki, out.data, out.len);
	uki_len = out.len;
}

static void begin(void)
{
	static struct sample kernel;

	sample_kernel(&kernel, PE_MACHINE_AMD64);
	begin_with_kernel(&kernel, "252.39");
}

static uint8_t *entry(size_t i)
{
	return uki + SAMPLE_TABLE_64 + 40 * i;
}

static uint8_t *optional(size_t offset)
{
	return uki + SAMPLE_OPTIONAL + offset;
}

static void lint(struct uki_findings *found)
{
	struct memory_source m;
	struct err e = ERR_INIT;

	memory_source_init(&m, uki, uki_len, "uki");
	assert_ok(uki_lint(&m.source, found, &e));
}

static bool has(const struct uki_finding_list *list, const char *text)
{
	for (size_t i = 0; i < list->n; i++)
		if (strcmp(list->v[i].text, text) == 0)
			return true;
	for (size_t i = 0; i < list->n; i++)
		print_message("found: %s\n", list->v[i].text);
	return false;
}

static void assert_wrong(const char *text)
{
	AUTO_UKI_FINDINGS found = UKI_FINDINGS_INIT;

	lint(&found);
	assert_true(has(&found.errors, text));
}

static void assert_doubtful(const char *text)
{
	AUTO_UKI_FINDINGS found = UKI_FINDINGS_INIT;

	lint(&found);
	assert_true(has(&found.warnings, text));
	assert_int_equal(found.errors.n, 0);
}

static void assert_sound(void)
{
	AUTO_UKI_FINDINGS found = UKI_FINDINGS_INIT;

	lint(&found);
	for (size_t i = 0; i < found.errors.n; i++)
		fail_msg("error: %s", found.errors.v[i].text);
	for (size_t i = 0; i < found.warnings.n; i++)
		fail_msg("warning: %s", found.warnings.v[i].text);
}

static void sound_uki_has_no_findings(void **state)
{
	(void)state;
	begin();
	assert_sound();
}

static void finding_names_rule_section_and_cure(void **state)
{
	AUTO_UKI_FINDINGS found = UKI_FINDINGS_INIT;

	(void)state;
	begin();
	le32_put(entry(INITRD) + ENTRY_VIRTUAL_SIZE, 0);
	lint(&found);
	assert_int_equal(found.errors.n, 1);
	assert_string_equal(found.errors.v[0].rule->name, "empty");
	assert_string_equal(found.errors.v[0].section, ".initrd");
	assert_string_equal(found.errors.v[0].text, "section .initrd is empty");
	assert_string_equal(found.errors.v[0].rule->cure, "leave it out, or give it content");
}

static void start_is_in_code(void **state)
{
	(void)state;
	begin();
	le32_put(optional(16), 0x2000);
	assert_wrong("it starts at 0x2000, where there is no code");
}

static void header_fields(void **state)
{
	(void)state;
	begin();
	le16_put(optional(68), 11);
	assert_wrong("not an EFI program: its subsystem is 11");
	begin();
	le32_put(optional(60), 512);
	assert_wrong("section table ends at 528, the headers at 512");
	begin();
	le32_put(optional(56), 0x8000);
	assert_wrong("SizeOfImage is 0x8000, but sections end at 0x80bd");
	begin();
	le32_put(optional(56), 0x9001);
	assert_wrong("SizeOfImage 0x9001 is no multiple of 0x1000");
	begin();
	le32_put(uki + SAMPLE_PE + 16, 7);
	assert_doubtful("7 symbols are left of the stub's linking");
	begin();
	le16_put(uki + SAMPLE_PE + 6, 0);
	assert_wrong("there are no sections");
}

static void alignment(void **state)
{
	(void)state;
	begin();
	le32_put(entry(INITRD) + ENTRY_VIRTUAL_ADDRESS, 0x6200);
	assert_wrong("section .initrd at 0x6200 is not aligned to pages of 0x1000");
	begin();
	le32_put(optional(32), 512);
	le32_put(entry(INITRD) + ENTRY_VIRTUAL_ADDRESS, 0x6200);
	assert_wrong("section .initrd at 0x6200 is not aligned to pages of 0x1000");
	begin();
	/* The stub's own: told only where protection of memory matters. */
	le32_put(entry(SDMAGIC) + ENTRY_VIRTUAL_ADDRESS, 0x4100);
	assert_sound();
	le32_put(entry(SDMAGIC) + ENTRY_CHARACTERISTICS, 0xc0000040);
	assert_doubtful("section .sdmagic at 0x4100 is not aligned to 0x1000");
	begin();
	le32_put(optional(36), 0x2000);
	assert_wrong("alignment in the file, 0x2000, is more than in memory, 0x1000");
	begin();
	le32_put(entry(INITRD) + ENTRY_SIZE_OF_RAW_DATA, 4);
	assert_wrong("section .initrd: 0x4 bytes at 0xe00 in the file are not aligned to 0x200");
}

static void extent(void **state)
{
	(void)state;
	begin();
	le32_put(entry(INITRD) + ENTRY_VIRTUAL_SIZE, 0);
	assert_wrong("section .initrd is empty");
	begin();
	uki_len -= 512;
	assert_wrong("section .sbat ends at 7168, the file at 6656");
	begin();
	le32_put(entry(TEXT) + ENTRY_VIRTUAL_ADDRESS, 0);
	assert_wrong("section .text lies in the headers");
	begin();
	le32_put(entry(TEXT) + ENTRY_POINTER_TO_RAW_DATA, 512);
	assert_wrong("section .text lies in the headers");
	begin();
	le32_put(entry(INITRD) + ENTRY_VIRTUAL_SIZE, 0x300);
	assert_doubtful("section .initrd: 0x300 bytes in memory, 0x200 in the file: the rest is "
			"measured as zeros");
}

static void order_and_overlap(void **state)
{
	(void)state;
	begin();
	le32_put(entry(CMDLINE) + ENTRY_VIRTUAL_ADDRESS, 0x6000);
	assert_wrong("sections .cmdline and .initrd overlap in memory");
	begin();
	le32_put(entry(TEXT) + ENTRY_VIRTUAL_SIZE, 0x1001);
	assert_wrong("sections .text and .data overlap in memory");
	begin();
	le32_put(entry(CMDLINE) + ENTRY_VIRTUAL_ADDRESS, 0x6000);
	le32_put(entry(INITRD) + ENTRY_VIRTUAL_ADDRESS, 0x5000);
	assert_wrong("section .initrd stands behind .cmdline, but before it in memory");
	begin();
	le32_put(entry(INITRD) + ENTRY_POINTER_TO_RAW_DATA, 0xc00);
	assert_wrong("sections .cmdline and .initrd overlap in the file");
}

static void gaps_and_tails(void **state)
{
	(void)state;
	begin();
	le32_put(entry(CMDLINE) + ENTRY_SIZE_OF_RAW_DATA, 0);
	le32_put(entry(CMDLINE) + ENTRY_VIRTUAL_SIZE, 1);
	{
		AUTO_UKI_FINDINGS found = UKI_FINDINGS_INIT;

		lint(&found);
		assert_true(has(&found.warnings,
				"a gap of 512 bytes in the file before section .initrd"));
	}
	begin();
	memset(uki + uki_len, 0, 100);
	uki_len += 100;
	assert_doubtful("100 bytes stand behind the last section");
}

static void signatures(void **state)
{
	AUTO_UKI_FINDINGS found = UKI_FINDINGS_INIT;

	(void)state;
	begin();
	le32_put(optional(112 + 8 * 4), (uint32_t)uki_len);
	le32_put(optional(112 + 8 * 4 + 4), 64);
	assert_wrong("signatures of 64 bytes at 7168 do not end the file of 7168");
	memset(uki + uki_len, 0, 64);
	uki_len += 64;
	lint(&found);
	assert_int_equal(found.errors.n + found.warnings.n, 0);
	le32_put(optional(112 + 8 * 4), (uint32_t)uki_len - 32);
	le32_put(optional(112 + 8 * 4 + 4), 32);
	assert_doubtful("32 bytes stand between the sections and the signatures");
}

static void flags(void **state)
{
	(void)state;
	begin();
	le32_put(entry(LINUX) + ENTRY_CHARACTERISTICS, 0x60000020);
	assert_wrong("section .linux is executable: firmware that protects memory may stop at it");
	begin();
	le32_put(entry(INITRD) + ENTRY_CHARACTERISTICS, 0xc0000040);
	assert_doubtful("section .initrd is writable");
}

static void names(void **state)
{
	(void)state;
	begin();
	memcpy(entry(CMDLINE), ".initrd\0", 8);
	assert_wrong("section .initrd is there twice");
	begin();
	memcpy(entry(CMDLINE), ".linuxX\0", 8);
	assert_wrong("systemd-stub 252.39 takes section .linuxX for .linux");
	begin();
	memcpy(entry(CMDLINE), ".ucode\0\0", 8);
	assert_doubtful("systemd-stub 252.39 ignores section .ucode: 256 or newer is needed");
	begin();
	memcpy(entry(CMDLINE), ".profile", 8);
	assert_wrong("systemd-stub 252.39 does not know profiles: it boots what stands last");
	begin();
	memcpy(entry(CMDLINE), "/4\0\0\0\0\0\0", 8);
	assert_doubtful("'/4' is no name of a section");
	begin();
	memcpy(entry(CMDLINE), "\xc3\xa4\0\0\0\0\0\0", 8);
	assert_doubtful("'?"
			"?' is no name of a section");
}

static void put_text(size_t section, const char *text, size_t len)
{
	memcpy(uki + le32_get(entry(section) + ENTRY_POINTER_TO_RAW_DATA), text, len);
	le32_put(entry(section) + ENTRY_VIRTUAL_SIZE, (uint32_t)len);
}

static void what_sections_hold(void **state)
{
	static struct sample kernel;
	char line[512];

	(void)state;
	begin();
	put_text(CMDLINE, "quiet\n", 6);
	assert_doubtful("the command line ends in a newline, which is measured too");
	put_text(CMDLINE, "quiet", 6);
	assert_doubtful("the command line ends in a NUL, which is measured too");
	begin();
	memset(line, 'a', sizeof(line));
	put_text(CMDLINE, line, sizeof(line));
	assert_sound();
	sample_kernel(&kernel, PE_MACHINE_AMD64);
	begin_with_kernel(&kernel, "252.0");
	assert_doubtful("systemd-stub 252.0 may read past the end of the command line");
	put_text(CMDLINE, "quiet", 6);
	assert_sound();
	begin();
	put_text(INITRD, "#!/bin/sh", 9);
	assert_doubtful("section .initrd begins with nothing that Linux unpacks");
	begin();
	put_text(SBAT, "shim,1", 6);
	assert_doubtful("section .sbat does not begin with a line 'sbat,1,...'");
	memcpy(entry(SBAT), ".other\0\0", 8);
	assert_doubtful("there is no section .sbat: shim starts nothing without");
}

static void parts_of_profiles(void **state)
{
	AUTO_UKI_FINDINGS found = UKI_FINDINGS_INIT;
	static struct sample kernel;

	(void)state;
	sample_kernel(&kernel, PE_MACHINE_AMD64);
	begin_with_kernel(&kernel, "257.9");
	/* 3 .cmdline 4 .linux 5 .initrd 6 .sbat become .pcrsig .linux .profile .linux */
	memcpy(entry(CMDLINE), ".pcrsig\0", 8);
	memcpy(entry(5), ".linux\0\0", 8);
	memcpy(entry(SBAT), ".profile", 8);
	lint(&found);
	assert_true(has(&found.errors, "section .linux is there twice"));
	assert_true(
		has(&found.warnings, "the .pcrsig in front of the profiles is of none of them"));
}

/* src/boot/linux.c of 262: it copies the sections itself, and is strict. */
static void kernel_whose_sections_are_out_of_place(void **state)
{
	static struct sample kernel;
	uint8_t *text;

	(void)state;
	sample_kernel(&kernel, PE_MACHINE_AMD64);
	text = sample_entry(&kernel, 1);
	le32_put(text + ENTRY_VIRTUAL_SIZE, le32_get(text + ENTRY_SIZE_OF_RAW_DATA) - 1);
	begin_with_kernel(&kernel, "257.13");
	assert_sound();
	begin_with_kernel(&kernel, "262.1");
	assert_wrong(
		"systemd-stub 262.1 does not start a kernel whose section .text has more bytes "
		"in the file than in memory");
	sample_kernel(&kernel, PE_MACHINE_AMD64);
	le32_put(kernel.bytes + SAMPLE_OPTIONAL + 56, 0x1000);
	begin_with_kernel(&kernel, "262.1");
	assert_wrong(
		"systemd-stub 262.1 does not start a kernel whose section .text ends outside of "
		"its SizeOfImage");
}

static void kernels_that_the_stub_cannot_start(void **state)
{
	static struct sample kernel;

	(void)state;
	sample_kernel(&kernel, PE_MACHINE_AMD64);
	le32_put(kernel.bytes + SAMPLE_OPTIONAL + 112 + 8 * 5 + 4, 8);
	begin_with_kernel(&kernel, "257.9");
	assert_sound();
	begin_with_kernel(&kernel, "258.11");
	assert_wrong("systemd-stub 258.11 does not start a kernel that is to be relocated");
	sample_kernel(&kernel, PE_MACHINE_AMD64);
	le16_put(kernel.bytes + SAMPLE_OPTIONAL + 44, 0);
	begin_with_kernel(&kernel, "252.39");
	assert_sound();
	/* The order of 257 and newer, with a stub that says it is older. */
	begin_with_kernel(&kernel, "257.39");
	memcpy(strstr((char *)uki + le32_get(entry(SDMAGIC) + ENTRY_POINTER_TO_RAW_DATA), "257"),
	       "252", 3);
	assert_doubtful("a kernel before 5.8 unpacks itself over the .initrd behind it");
}

static void kernel_inside(void **state)
{
	static struct sample kernel;
	uint8_t *inner;

	(void)state;
	begin();
	inner = uki + le32_get(entry(LINUX) + ENTRY_POINTER_TO_RAW_DATA);
	le16_put(inner + SAMPLE_OPTIONAL + 70, 0);
	assert_wrong("NX_COMPAT is set, but the kernel is not fit for it");
	le16_put(inner + SAMPLE_PE + 4, PE_MACHINE_ARM64);
	assert_wrong("the kernel is for aa64, the stub for x64");
	memcpy(inner, "xx", 2);
	assert_wrong("the kernel has no EFI stub");
	memset(inner + 0x202, 0, 4);
	assert_wrong("section .linux: 'uki': not a kernel image: no HdrS at 0x202 and no MZ at "
		     "its start");
	memcpy(entry(LINUX), ".other\0\0", 8);
	assert_doubtful("there is no section .linux: not a UKI, or an addon of one");
	sample_kernel(&kernel, PE_MACHINE_AMD64);
	le64_put(kernel.bytes + SAMPLE_OPTIONAL + 24, 0x1000000);
	begin_with_kernel(&kernel, "258.1");
	assert_wrong("systemd-stub 258.1 fails to start a kernel with an ImageBase");
}

static void many_sections(void **state)
{
	AUTO_UKI_FINDINGS found = UKI_FINDINGS_INIT;

	(void)state;
	begin();
	le16_put(uki + SAMPLE_PE + 6, 97);
	lint(&found);
	assert_true(
		has(&found.errors, "97 sections: until 257.13 systemd-stub refuses more than 96"));
	assert_true(has(&found.warnings, "97 sections: some firmware fails with more than 24"));
	assert_true(found.errors.n <= 100);
}

static void any_byte_may_be_anything(void **state)
{
	static const uint8_t values[] = {0, 1, 0x7f, 0x80, 0xff};
	struct err e = ERR_INIT;

	(void)state;
	for (size_t at = 0; at < 1024; at++) {
		for (size_t v = 0; v < sizeof(values); v++) {
			struct uki_findings found = UKI_FINDINGS_INIT;
			struct memory_source m;
			uint8_t before;

			if (at == 0 && v == 0)
				begin();
			before = uki[at];
			uki[at] = values[v];
			memory_source_init(&m, uki, uki_len, "uki");
			if (uki_lint(&m.source, &found, &e) == 0)
				uki_findings_done(&found);
			uki[at] = before;
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sound_uki_has_no_findings),
		cmocka_unit_test(finding_names_rule_section_and_cure),
		cmocka_unit_test(start_is_in_code),
		cmocka_unit_test(what_sections_hold),
		cmocka_unit_test(parts_of_profiles),
		cmocka_unit_test(kernel_whose_sections_are_out_of_place),
		cmocka_unit_test(kernels_that_the_stub_cannot_start),
		cmocka_unit_test(header_fields),
		cmocka_unit_test(alignment),
		cmocka_unit_test(extent),
		cmocka_unit_test(order_and_overlap),
		cmocka_unit_test(gaps_and_tails),
		cmocka_unit_test(signatures),
		cmocka_unit_test(flags),
		cmocka_unit_test(names),
		cmocka_unit_test(kernel_inside),
		cmocka_unit_test(many_sections),
		cmocka_unit_test(any_byte_may_be_anything),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
