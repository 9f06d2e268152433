#include "unit.h"

#include "format/pe.h"
#include "pe_sample.h"

static struct sample sample;

static int read_sample(struct pe *ret, struct err *e)
{
	return pe_read(sample_source(&sample), ret, e);
}

static void pe32plus_is_read(void **state)
{
	struct err e = ERR_INIT;
	AUTO_PE pe = {.sections = NULL};

	(void)state;
	sample_stub(&sample, PE_MACHINE_AMD64, false, "252.39");
	assert_ok(read_sample(&pe, &e));
	assert_int_equal(pe.Machine, PE_MACHINE_AMD64);
	assert_int_equal(pe.Magic, PE32PLUS_MAGIC);
	assert_int_equal(pe.TimeDateStamp, 0x5eadbeef);
	assert_int_equal(pe.ImageBase, 0x14df90000);
	assert_int_equal(pe.SectionAlignment, 4096);
	assert_int_equal(pe.FileAlignment, 512);
	assert_int_equal(pe.SizeOfHeaders, 512);
	assert_int_equal(pe.SizeOfImage, 0x4000);
	assert_int_equal(pe.CheckSum, 0xabad1dea);
	assert_int_equal(pe.DllCharacteristics, PE_NX_COMPAT);
	assert_int_equal(pe.MajorImageVersion, 3);
	assert_int_equal(pe.NumberOfSymbols, 1);
	assert_int_equal(pe.n_sections, 4);
	assert_string_equal(pe.sections[3].Name, ".sdmagic");
	assert_int_equal(pe.sections[3].VirtualAddress, 0x3100);
	assert_int_equal(pe.sections[0].VirtualSize, 0x300);
	assert_int_equal(pe.sections[0].SizeOfRawData, 0x400);
	assert_int_equal(pe.sections[0].PointerToRawData, 0x200);
	assert_int_equal(pe.sections[0].Characteristics, 0x60000020);
}

static void pe32_is_read(void **state)
{
	struct err e = ERR_INIT;
	AUTO_PE pe = {.sections = NULL};

	(void)state;
	sample_stub(&sample, PE_MACHINE_I386, true, "252.39");
	assert_ok(read_sample(&pe, &e));
	assert_int_equal(pe.Magic, PE32_MAGIC);
	assert_int_equal(pe.ImageBase, 0x12340000);
	assert_int_equal(pe.NumberOfRvaAndSizes, 6);
	assert_int_equal(pe.n_sections, 4);
	assert_string_equal(pe_machine_name(pe.Machine), "ia32");
}

static void certificate_table_is_read(void **state)
{
	struct err e = ERR_INIT;
	AUTO_PE pe = {.sections = NULL};

	(void)state;
	sample_stub(&sample, PE_MACHINE_AMD64, false, "252.39");
	le32_put(sample.bytes + SAMPLE_OPTIONAL + 112 + 8 * 4, 0x1234);
	le32_put(sample.bytes + SAMPLE_OPTIONAL + 112 + 8 * 4 + 4, 0x500);
	assert_ok(read_sample(&pe, &e));
	assert_int_equal(pe.directories[PE_DIRECTORY_SECURITY].VirtualAddress, 0x1234);
	assert_int_equal(pe.directories[PE_DIRECTORY_SECURITY].Size, 0x500);
}

static void what_is_wrong_is_said(void **state)
{
	struct err e = ERR_INIT;
	struct pe pe;

	(void)state;
	sample_stub(&sample, PE_MACHINE_AMD64, false, "252.39");
	sample.bytes[0] = 'm';
	assert_fails_with(read_sample(&pe, &e), "'sample.efi': not a PE file: no MZ at its start");
	sample.len = 10;
	assert_fails_with(read_sample(&pe, &e),
			  "'sample.efi': not a PE file: it has only 10 bytes");
	sample_stub(&sample, PE_MACHINE_AMD64, false, "252.39");
	sample.bytes[SAMPLE_PE + 2] = 1;
	assert_fails_with(read_sample(&pe, &e),
			  "'sample.efi': not a PE file: no PE signature at 0x40");
	sample_stub(&sample, PE_MACHINE_AMD64, false, "252.39");
	le16_put(sample.bytes + SAMPLE_OPTIONAL, 0x107);
	assert_fails_with(
		read_sample(&pe, &e),
		"'sample.efi': optional header begins with 0x107, neither PE32 nor PE32+");
	sample_stub(&sample, PE_MACHINE_AMD64, false, "252.39");
	le16_put(sample.bytes + SAMPLE_PE + 20, 111);
	assert_fails_with(read_sample(&pe, &e),
			  "'sample.efi': optional header has 111 bytes, not 112 or more");
}

static void doubtful_numbers_are_refused(void **state)
{
	struct err e = ERR_INIT;
	struct pe pe;

	(void)state;
	sample_stub(&sample, PE_MACHINE_AMD64, false, "252.39");
	le32_put(sample.bytes + SAMPLE_OPTIONAL + 36, 0);
	assert_fails_with(read_sample(&pe, &e),
			  "'sample.efi': alignments 0x1000 in memory and 0x0 in the file "
			  "are not powers of 2");
	le32_put(sample.bytes + SAMPLE_OPTIONAL + 36, 512);
	le32_put(sample.bytes + SAMPLE_OPTIONAL + 32, 4097);
	assert_fails_with(read_sample(&pe, &e),
			  "'sample.efi': alignments 0x1001 in memory and 0x200 in the file "
			  "are not powers of 2");
	le32_put(sample.bytes + SAMPLE_OPTIONAL + 32, 4096);
	le32_put(sample.bytes + SAMPLE_OPTIONAL + 108, 17);
	assert_fails_with(
		read_sample(&pe, &e),
		"'sample.efi': 17 data directories do not fit an optional header of 160 bytes");
	le32_put(sample.bytes + SAMPLE_OPTIONAL + 108, 0x20000006);
	assert_int_equal(read_sample(&pe, &e), -1);
	le32_put(sample.bytes + SAMPLE_OPTIONAL + 108, 7);
	assert_fails_with(
		read_sample(&pe, &e),
		"'sample.efi': 7 data directories do not fit an optional header of 160 bytes");
}

static void table_past_the_end_is_refused(void **state)
{
	struct err e = ERR_INIT;
	struct pe pe;

	(void)state;
	sample_stub(&sample, PE_MACHINE_AMD64, false, "252.39");
	le16_put(sample.bytes + SAMPLE_PE + 6, 65535);
	assert_fails_with(read_sample(&pe, &e),
			  "'sample.efi' is cut short: its table of 65535 sections ends at 2621648, "
			  "the file at 3097");
	sample_stub(&sample, PE_MACHINE_AMD64, false, "252.39");
	le32_put(sample.bytes + 0x3c, 0xfffffff0);
	assert_int_equal(read_sample(&pe, &e), -1);
	le32_put(sample.bytes + 0x3c, (uint32_t)sample.len - 23);
	assert_int_equal(read_sample(&pe, &e), -1);
}

static void cut_anywhere_is_an_error(void **state)
{
	struct err e = ERR_INIT;
	AUTO_PE pe = {.sections = NULL};
	size_t whole;

	(void)state;
	sample_stub(&sample, PE_MACHINE_AMD64, false, "252.39");
	whole = SAMPLE_TABLE_64 + 4 * 40;
	for (size_t len = 0; len < whole; len++) {
		/* Memory of exactly that size, so that the sanitizer sees a byte too many. */
		uint8_t *copy = malloc(len + 1);
		struct memory_source m;
		int result;

		assert_non_null(copy);
		memcpy(copy, sample.bytes, len);
		memory_source_init(&m, copy, len, "cut");
		result = pe_read(&m.source, &pe, &e);
		free(copy);
		assert_int_equal(result, -1);
		assert_true(e.text[0]);
	}
	sample.len = whole;
	assert_ok(read_sample(&pe, &e));
}

static void any_byte_may_be_anything(void **state)
{
	static const uint8_t values[] = {0, 1, 0x7f, 0x80, 0xff};
	struct err e = ERR_INIT;

	(void)state;
	for (size_t at = 0; at < SAMPLE_TABLE_64 + 4 * 40; at++) {
		for (size_t v = 0; v < sizeof(values); v++) {
			struct pe pe = {.sections = NULL};

			sample_stub(&sample, PE_MACHINE_AMD64, false, "252.39");
			sample.bytes[at] = values[v];
			if (read_sample(&pe, &e) == 0)
				pe_done(&pe);
		}
	}
}

static void stored_headers_are_those_read(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	for (int is_32 = 0; is_32 < 2; is_32++) {
		AUTO_PE pe = {.sections = NULL};
		uint8_t copy[512] = {0};

		sample_stub(&sample, PE_MACHINE_AMD64, is_32, "252.39");
		assert_ok(read_sample(&pe, &e));
		memcpy(copy, sample.bytes, (size_t)pe_table_offset(&pe));
		pe_store(&pe, copy, sizeof(copy));
		assert_bytes(copy, 512, sample.bytes, 512);
		pe.CheckSum = 0;
		pe.NumberOfSymbols = 0;
		pe_store(&pe, copy, sizeof(copy));
		assert_int_equal(le32_get(copy + SAMPLE_OPTIONAL + 64), 0);
		assert_int_equal(le32_get(copy + SAMPLE_PE + 16), 0);
	}
}

static void content_is_what_file_and_memory_have(void **state)
{
	struct pe_section section = {.VirtualSize = 10, .SizeOfRawData = 512};

	(void)state;
	assert_int_equal(pe_section_size(&section), 10);
	section.VirtualSize = 1000;
	assert_int_equal(pe_section_size(&section), 512);
	assert_int_equal(pe_section_memory(&section), 1000);
	section.VirtualSize = 0;
	assert_int_equal(pe_section_memory(&section), 512);
}

static void section_is_found_and_read(void **state)
{
	struct err e = ERR_INIT;
	AUTO_PE pe = {.sections = NULL};
	struct pe_section_source content;
	struct pe_section beyond;
	char text[4];

	(void)state;
	sample_stub(&sample, PE_MACHINE_AMD64, false, "252.39");
	assert_ok(read_sample(&pe, &e));
	assert_null(pe_section_find(&pe, ".sdmagi"));
	assert_null(pe_section_find(&pe, ".sdmagic2"));
	assert_ok(pe_section_source_init(&content, sample_source(&sample),
					 pe_section_find(&pe, ".sbat"), &e));
	assert_int_equal(content.source.size, sizeof(SAMPLE_SBAT) - 1);
	assert_ok(source_read(&content.source, 0, text, 4, &e));
	assert_memory_equal(text, "sbat", 4);
	assert_int_equal(source_read(&content.source, content.source.size - 3, text, 4, &e), -1);
	beyond = *pe_section_find(&pe, ".sbat");
	beyond.PointerToRawData = 0xffffffff;
	assert_fails_with(
		pe_section_source_init(&content, sample_source(&sample), &beyond, &e),
		"'sample.efi' is cut short: section .sbat ends at 4294967357, the file at 3097");
}

static void strange_names_are_made_printable(void **state)
{
	struct err e = ERR_INIT;
	AUTO_PE pe = {.sections = NULL};

	(void)state;
	sample_stub(&sample, PE_MACHINE_AMD64, false, "252.39");
	memcpy(sample_entry(&sample, 0), "a\033[\xff zzz", 8);
	assert_ok(read_sample(&pe, &e));
	assert_string_equal(pe.sections[0].Name, "a?[??zzz");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pe32plus_is_read),
		cmocka_unit_test(pe32_is_read),
		cmocka_unit_test(certificate_table_is_read),
		cmocka_unit_test(what_is_wrong_is_said),
		cmocka_unit_test(doubtful_numbers_are_refused),
		cmocka_unit_test(table_past_the_end_is_refused),
		cmocka_unit_test(cut_anywhere_is_an_error),
		cmocka_unit_test(any_byte_may_be_anything),
		cmocka_unit_test(stored_headers_are_those_read),
		cmocka_unit_test(content_is_what_file_and_memory_have),
		cmocka_unit_test(section_is_found_and_read),
		cmocka_unit_test(strange_names_are_made_printable),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
