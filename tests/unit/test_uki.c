#include "unit.h"

#include "uki_sample.h"

/* clang-format off */
static const uint8_t golden_coff[] = {
	'P', 'E', 0, 0,
	0x64, 0x86, 7, 0,	/* Machine, NumberOfSections */
	0xef, 0xbe, 0xad, 0x5e,	/* TimeDateStamp: the stub's */
	0, 0, 0, 0, 0, 0, 0, 0,	/* no symbols */
	0xa0, 0, 0x0e, 0x02,	/* SizeOfOptionalHeader, Characteristics with LOCAL_SYMS_STRIPPED */
};

static const uint8_t golden_table[] = {
	'.', 't', 'e', 'x', 't', 0, 0, 0,
	0, 3, 0, 0,  0, 0x10, 0, 0,  0, 4, 0, 0,  0, 4, 0, 0,
	0, 0, 0, 0,  0, 0, 0, 0,  0, 0, 0, 0,  0x20, 0, 0, 0x60,
	'.', 'd', 'a', 't', 'a', 0, 0, 0,
	0x10, 0, 0, 0,  0, 0x20, 0, 0,  0, 2, 0, 0,  0, 8, 0, 0,
	0, 0, 0, 0,  0, 0, 0, 0,  0, 0, 0, 0,  0x40, 0, 0, 0xc0,
	'.', 's', 'd', 'm', 'a', 'g', 'i', 'c',
	0x2a, 0, 0, 0,  0, 0x31, 0, 0,  0, 2, 0, 0,  0, 0xa, 0, 0,
	0, 0, 0, 0,  0, 0, 0, 0,  0, 0, 0, 0,  0x40, 0, 0, 0x40,
	'.', 'c', 'm', 'd', 'l', 'i', 'n', 'e',
	5, 0, 0, 0,  0, 0x40, 0, 0,  0, 2, 0, 0,  0, 0xc, 0, 0,
	0, 0, 0, 0,  0, 0, 0, 0,  0, 0, 0, 0,  0x40, 0, 0, 0x40,
	'.', 'i', 'n', 'i', 't', 'r', 'd', 0,
	6, 0, 0, 0,  0, 0x50, 0, 0,  0, 2, 0, 0,  0, 0xe, 0, 0,
	0, 0, 0, 0,  0, 0, 0, 0,  0, 0, 0, 0,  0x40, 0, 0, 0x40,
	'.', 'l', 'i', 'n', 'u', 'x', 0, 0,
	0, 0xa, 0, 0,  0, 0x60, 0, 0,  0, 0xa, 0, 0,  0, 0x10, 0, 0,
	0, 0, 0, 0,  0, 0, 0, 0,  0, 0, 0, 0,  0x20, 0, 0, 0x40,
	'.', 's', 'b', 'a', 't', 0, 0, 0,
	0xbd, 0, 0, 0,  0, 0x70, 0, 0,  0, 2, 0, 0,  0, 0x1a, 0, 0,
	0, 0, 0, 0,  0, 0, 0, 0,  0, 0, 0, 0,  0x40, 0, 0, 0x40,
};
/* clang-format on */

static void headers_are_these_bytes(void **state)
{
	AUTO_BUF uki = BUF_INIT;
	const uint8_t *opt;

	(void)state;
	begin("252.39");
	add(".initrd", "initrd");
	add(".cmdline", "quiet");
	make(&uki);
	opt = (const uint8_t *)uki.data + SAMPLE_OPTIONAL;
	assert_bytes(uki.data, SAMPLE_PE, f.stub.bytes, SAMPLE_PE);
	assert_bytes(uki.data + SAMPLE_PE, sizeof(golden_coff), golden_coff, sizeof(golden_coff));
	assert_bytes(uki.data + SAMPLE_TABLE_64, sizeof(golden_table), golden_table,
		     sizeof(golden_table));
	/* .data .sdmagic .cmdline .initrd .sbat */
	assert_int_equal(le32_get(opt + 8), 5 * 512);
	assert_int_equal(le32_get(opt + 56), 0x8000); /* SizeOfImage */
	assert_int_equal(le32_get(opt + 60), 0x400);  /* SizeOfHeaders, grown */
	assert_int_equal(le32_get(opt + 64), 0);      /* CheckSum */
	/* All else of the optional header is the stub's. */
	assert_bytes(opt + 12, 44, f.stub.bytes + SAMPLE_OPTIONAL + 12, 44);
	assert_bytes(opt + 68, 92, f.stub.bytes + SAMPLE_OPTIONAL + 68, 92);
	assert_int_equal(uki.len, 0x1c00);
	for (size_t i = SAMPLE_TABLE_64 + sizeof(golden_table); i < 0x400; i++)
		assert_int_equal(uki.data[i], 0);
}

static void content_is_exact(void **state)
{
	AUTO_BUF uki = BUF_INIT;

	(void)state;
	begin("252.39");
	add(".initrd", "initrd");
	add(".osrel", "ID=x\n");
	make(&uki);
	assert_content(&uki, ".initrd", "initrd", 6);
	assert_content(&uki, ".osrel", "ID=x\n", 5);
	assert_content(&uki, ".linux", f.kernel.bytes, f.kernel.len);
	assert_memory_equal(uki.data + 0x400, f.stub.bytes + 0x200, 0x400);
}

static void sound_uki_has_no_finding(void **state)
{
	AUTO_UKI_FINDINGS found = UKI_FINDINGS_INIT;
	AUTO_BUF uki = BUF_INIT;

	(void)state;
	begin("252.39");
	add(".initrd", "070701");
	make(&uki);
	lint(&uki, &found);
	assert_int_equal(found.errors.n + found.warnings.n, 0);
}

static void same_parts_make_same_bytes(void **state)
{
	AUTO_BUF first = BUF_INIT;
	AUTO_BUF second = BUF_INIT;

	(void)state;
	begin("252.39");
	add(".initrd", "initrd");
	add(".cmdline", "quiet");
	make(&first);
	begin("252.39");
	add(".cmdline", "quiet");
	add(".initrd", "initrd");
	make(&second);
	assert_bytes(first.data, first.len, second.data, second.len);
}

static void assert_order(const char *version, const char *want)
{
	AUTO_PE pe = {.sections = NULL};
	AUTO_BUF uki = BUF_INIT;
	AUTO_BUF names = BUF_INIT;
	struct err e = ERR_INIT;

	begin(version);
	add(".extra", "x");
	add(".initrd", "initrd");
	add(".uname", "6.12");
	add(".cmdline", "quiet");
	add(".osrel", "ID=x");
	make(&uki);
	read_back(&uki, &pe);
	for (size_t i = 3; i < pe.n_sections; i++)
		assert_ok(buf_putf(&names, &e, "%s ", pe.sections[i].Name));
	assert_string_equal(buf_str(&names), want);
}

static void order_is_that_of_ukify_with_an_old_stubs_kernel_late(void **state)
{
	(void)state;
	assert_order("252.39", ".osrel .cmdline .uname .initrd .extra .linux .sbat ");
	assert_order("256", ".osrel .cmdline .uname .initrd .extra .linux .sbat ");
	assert_order("257.2257.2", ".osrel .cmdline .uname .linux .initrd .extra .sbat ");
}

static void several_initrds_are_padded_to_4_bytes(void **state)
{
	const struct source *pieces[3];
	struct memory_source m[3];
	AUTO_BUF uki = BUF_INIT;

	(void)state;
	begin("252.39");
	memory_source_init(&m[0], "abcde", 5, "a");
	memory_source_init(&m[1], "1234", 4, "b");
	memory_source_init(&m[2], "xyz", 3, "c");
	for (size_t i = 0; i < 3; i++)
		pieces[i] = &m[i].source;
	f.parts[f.in.n_parts++] =
		(struct uki_part){.name = ".initrd", .pieces = pieces, .n_pieces = 3};
	make(&uki);
	assert_content(&uki, ".initrd", "abcde\0\0\0001234xyz", 16);
	f.parts[f.in.n_parts - 1].n_pieces = 1;
	make(&uki);
	assert_content(&uki, ".initrd", "abcde", 5);
}

static void sbat_is_merged_into_a_new_section(void **state)
{
	static const char kernel_sbat[] = "sbat,1,SBAT Version,sbat,1,url\r\nlinux,1,L,l,6,u";
	static const char want[] = SBAT_LINE "systemd,1,Devs,systemd,252,url\n"
					     "linux,1,L,l,6,u\n"
					     "uki,1,UKI,uki,1,https://uapi-group.org/"
					     "specifications/specs/unified_kernel_image/\n";
	const struct sample_section section = {".sbat", 0x3000, sizeof(kernel_sbat), 0x40000040,
					       kernel_sbat};
	AUTO_PE pe = {.sections = NULL};
	AUTO_BUF uki = BUF_INIT;

	(void)state;
	begin("252.39");
	sample_add(&f.kernel, &section);
	refresh();
	make(&uki);
	assert_content(&uki, ".sbat", want, sizeof(want) - 1);
	read_back(&uki, &pe);
	assert_ptr_equal(pe_section_find(&pe, ".sbat"), &pe.sections[pe.n_sections - 1]);
}

static void given_sbat_replaces_the_usual_line(void **state)
{
	static const char want[] = SBAT_LINE "systemd,1,Devs,systemd,252,url\nme,1,M,m,1,u\n";
	struct err e = ERR_INIT;
	AUTO_STRV sbat = STRV_INIT;
	AUTO_BUF uki = BUF_INIT;

	(void)state;
	begin("252.39");
	assert_ok(strv_add(&sbat, "sbat,1,x\nme,1,M,m,1,u", &e));
	f.in.sbat = &sbat;
	make(&uki);
	assert_content(&uki, ".sbat", want, sizeof(want) - 1);
	assert_ok(strv_add(&sbat, "me,1", &e));
	assert_fails_with(plan_fails(&e), "SBAT text 2 does not begin with a line 'sbat,1,...'");
}

static void unsound_sbat_is_left_out_with_a_warning(void **state)
{
	const struct sample_section section = {".sbat", 0x3000, 4, 0x40000040, "junk"};
	AUTO_UKI_PLAN plan = NULL;
	struct err e = ERR_INIT;

	(void)state;
	begin("252.39");
	sample_add(&f.kernel, &section);
	refresh();
	assert_ok(uki_plan_new(&f.in, &plan, &e));
	assert_int_equal(plan->warnings.n, 1);
	assert_string_equal(plan->warnings.v[0], "'sample.efi': its .sbat is none and is left out");
}

static void headers_grow_for_many_sections(void **state)
{
	static char names[60][8];
	AUTO_UKI_FINDINGS found = UKI_FINDINGS_INIT;
	AUTO_PE pe = {.sections = NULL};
	AUTO_BUF uki = BUF_INIT;

	(void)state;
	begin("252.39");
	add(".initrd", "initrd");
	for (int i = 0; i < 60; i++) {
		snprintf(names[i], sizeof(names[i]), ".x%d", i);
		f.parts[f.in.n_parts++] =
			(struct uki_part){.name = names[i], .pieces = &f.pieces[0], .n_pieces = 1};
	}
	make(&uki);
	read_back(&uki, &pe);
	assert_int_equal(pe.n_sections, 3 + 60 + 3);
	/* 0xf8 + 66 * 40 = 2888 */
	assert_int_equal(pe.SizeOfHeaders, 3072);
	assert_int_equal(pe.sections[0].PointerToRawData, 3072);
	assert_content(&uki, ".x59", "initrd", 6);
	lint(&uki, &found);
	assert_int_equal(found.errors.n, 0);
	assert_string_equal(found.warnings.v[0].text,
			    "66 sections: some firmware fails with more than 24");
}

static void stub_with_raw_data_unaligned_is_realigned(void **state)
{
	AUTO_UKI_FINDINGS found = UKI_FINDINGS_INIT;
	AUTO_BUF uki = BUF_INIT;
	uint8_t *entry;

	(void)state;
	/* As strip leaves it: the last section ends where its data does. */
	begin("252.39");
	entry = sample_entry(&f.stub, 3);
	le32_put(entry + 16, le32_get(entry + 8));
	memmove(f.stub.bytes + le32_get(entry + 20) - 100, f.stub.bytes + le32_get(entry + 20),
		le32_get(entry + 8));
	le32_put(entry + 20, le32_get(entry + 20) - 100);
	f.stub.len = le32_get(entry + 20) + le32_get(entry + 16);
	refresh();
	add(".initrd", "initrd");
	make(&uki);
	lint(&uki, &found);
	assert_int_equal(found.errors.n, 0);
	assert_content(&uki, ".sdmagic", "#### LoaderInfo: systemd-stub 252.39 ####", 42);
}

static void small_alignments_get_pages_and_sectors(void **state)
{
	AUTO_PE pe = {.sections = NULL};
	AUTO_BUF uki = BUF_INIT;

	(void)state;
	begin("252.39");
	le32_put(f.stub.bytes + SAMPLE_OPTIONAL + 32, 0x20);
	le32_put(f.stub.bytes + SAMPLE_OPTIONAL + 36, 0x20);
	add(".initrd", "initrd");
	make(&uki);
	assert_int_equal(uki.len % 512, 0);
	read_back(&uki, &pe);
	assert_int_equal(pe_section_find(&pe, ".initrd")->VirtualAddress, 0x4000);
	assert_int_equal(pe.SizeOfImage % 0x20, 0);
}

static void nx_goes_when_the_kernel_lacks_it(void **state)
{
	AUTO_PE with = {.sections = NULL};
	AUTO_PE without = {.sections = NULL};
	AUTO_PE never = {.sections = NULL};
	AUTO_BUF uki = BUF_INIT;

	(void)state;
	begin("252.39");
	make(&uki);
	read_back(&uki, &with);
	assert_int_equal(with.DllCharacteristics, PE_NX_COMPAT);
	le16_put(f.kernel.bytes + SAMPLE_OPTIONAL + 70, 0);
	make(&uki);
	read_back(&uki, &without);
	assert_int_equal(without.DllCharacteristics, 0);
	begin("252.39");
	le16_put(f.stub.bytes + SAMPLE_OPTIONAL + 70, 0);
	make(&uki);
	read_back(&uki, &never);
	assert_int_equal(never.DllCharacteristics, 0);
}

/* A sink that is full after so many bytes. */
struct full_sink {
	struct sink sink;
	uint64_t room;
};

static int full_put(struct sink *s, const void *data, size_t len, struct err *e)
{
	(void)data;
	if (len > ((struct full_sink *)s)->room - s->pos)
		return err_set(e, ERR_SYSTEM, "full");
	return 0;
}

static void failing_sink_is_an_error_at_every_byte(void **state)
{
	static const struct sink_ops ops = {.put = full_put};
	AUTO_UKI_PLAN plan = NULL;
	struct err e = ERR_INIT;

	(void)state;
	begin("252.39");
	add(".initrd", "initrd");
	assert_ok(uki_plan_new(&f.in, &plan, &e));
	for (uint64_t room = 0; room < plan->layout.file_size; room++) {
		struct full_sink sink = {.sink = {.ops = &ops}, .room = room};

		assert_fails_with(uki_write(plan, &sink.sink, &e), "full");
	}
}

static void stub_version_is_read(void **state)
{
	static const struct {
		const char *text;
		unsigned int major, minor;
	} cases[] = {
		{"252.39-1~deb12u2", 252, 39},
		{"257.2257.2", 257, 2},
		{"258", 258, 0},
		{"259.1", 259, 1},
		{"v260", 0, 0},
	};
	struct err e = ERR_INIT;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		AUTO_UKI_PLAN plan = NULL;

		begin(cases[i].text);
		assert_ok(uki_plan_new(&f.in, &plan, &e));
		assert_int_equal(plan->stub.major, cases[i].major);
		assert_int_equal(plan->stub.minor, cases[i].minor);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(headers_are_these_bytes),
		cmocka_unit_test(content_is_exact),
		cmocka_unit_test(sound_uki_has_no_finding),
		cmocka_unit_test(same_parts_make_same_bytes),
		cmocka_unit_test(order_is_that_of_ukify_with_an_old_stubs_kernel_late),
		cmocka_unit_test(several_initrds_are_padded_to_4_bytes),
		cmocka_unit_test(sbat_is_merged_into_a_new_section),
		cmocka_unit_test(given_sbat_replaces_the_usual_line),
		cmocka_unit_test(unsound_sbat_is_left_out_with_a_warning),
		cmocka_unit_test(headers_grow_for_many_sections),
		cmocka_unit_test(stub_with_raw_data_unaligned_is_realigned),
		cmocka_unit_test(small_alignments_get_pages_and_sectors),
		cmocka_unit_test(nx_goes_when_the_kernel_lacks_it),
		cmocka_unit_test(failing_sink_is_an_error_at_every_byte),
		cmocka_unit_test(stub_version_is_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
