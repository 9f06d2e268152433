#include "unit.h"

#include "base/bytes.h"
#include "format/win_certificate.h"

/* A program of 64 bytes, of which 32 are headers and 32 a section, and a table behind it. */
enum { PROGRAM = 64 };
static uint8_t file[256];
static struct pe_section section = {.PointerToRawData = 32, .SizeOfRawData = 32};
static struct pe pe;
static struct memory_source memory;

static const struct source *put_table(uint32_t at, uint32_t size, size_t len)
{
	pe = (struct pe){.SizeOfHeaders = 32, .sections = &section, .n_sections = 1};
	pe.directories[PE_DIRECTORY_SECURITY] = (struct pe_directory){at, size};
	memory_source_init(&memory, file, len, "f.efi");
	return &memory.source;
}

static void put_entry(size_t at, uint32_t length)
{
	le32_put(file + at, length);
	le16_put(file + at + 4, WIN_CERTIFICATE_REVISION);
	le16_put(file + at + 6, WIN_CERTIFICATE_PKCS7);
}

static void entry_is_padded_and_counts_its_padding(void **state)
{
	static const uint8_t want[] = {16,  0,	 0,   0, 0x00, 0x02, 0x02, 0,
				       'a', 'b', 'c', 0, 0,    0,    0,	   0};
	struct err e = ERR_INIT;
	struct buf_sink sink;
	AUTO_BUF b = BUF_INIT;

	(void)state;
	buf_sink_init(&sink, &b);
	assert_ok(win_certificate_write(&sink.sink, "abc", 3, &e));
	assert_bytes(b.data, b.len, want, sizeof(want));
	assert_int_equal(win_certificate_entry_size(3), 16);
	assert_int_equal(win_certificate_entry_size(8), 16);
	assert_int_equal(win_certificate_entry_size(9), 24);
}

static void table_is_walked_to_its_end(void **state)
{
	struct win_certificates w;
	struct win_certificate c;
	struct err e = ERR_INIT;

	(void)state;
	/* The first ends with padding that its length does not count; that of the last is missing. */
	put_entry(PROGRAM, 12);
	put_entry(PROGRAM + 16, 11);
	assert_ok(win_certificates_init(&w, put_table(PROGRAM, 27, PROGRAM + 27), &pe, &e));
	assert_int_equal(win_certificates_next(&w, &c, &e), 1);
	assert_int_equal(c.offset, PROGRAM + 8);
	assert_int_equal(c.size, 4);
	assert_int_equal(c.wRevision, 0x0200);
	assert_int_equal(c.wCertificateType, 2);
	assert_int_equal(win_certificates_next(&w, &c, &e), 1);
	assert_int_equal(c.offset, PROGRAM + 24);
	assert_int_equal(c.size, 3);
	assert_int_equal(win_certificates_next(&w, &c, &e), 0);
	assert_ok(win_certificates_init(&w, put_table(0, 0, PROGRAM), &pe, &e));
	assert_int_equal(win_certificates_next(&w, &c, &e), 0);
}

static void table_lies_behind_the_sections_in_the_file(void **state)
{
	struct win_certificates w;
	struct err e;

	(void)state;
	assert_fails_with(
		win_certificates_init(&w, put_table(PROGRAM, 33, PROGRAM + 32), &pe, &e),
		"'f.efi': the certificate table (33 bytes at 64) ends outside of the file: "
		"it was cut off");
	assert_fails_with(win_certificates_init(&w, put_table(0xfffffff8, 16, PROGRAM), &pe, &e),
			  "'f.efi': the certificate table (16 bytes at 4294967288) ends outside of "
			  "the file: it was cut off");
	assert_fails_with(
		win_certificates_init(&w, put_table(56, 16, PROGRAM + 32), &pe, &e),
		"'f.efi': the certificate table at 56 lies inside the sections, which end "
		"at 64");
	assert_fails_with(
		win_certificates_init(&w, put_table(PROGRAM + 4, 16, PROGRAM + 32), &pe, &e),
		"'f.efi': the certificate table starts at 68, which is no multiple of 8: "
		"firmware reads none of it");
}

static void length_of_an_entry_has_to_fit(void **state)
{
	static const uint32_t lengths[] = {0, 7, 8, 33, 0x80000000, UINT32_MAX};
	struct win_certificates w;
	struct win_certificate c;
	struct err e = ERR_INIT;
	char want[128];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(lengths); i++) {
		put_entry(PROGRAM, lengths[i]);
		assert_ok(win_certificates_init(&w, put_table(PROGRAM, 32, PROGRAM + 32), &pe, &e));
		snprintf(want, sizeof(want),
			 "'f.efi': the certificate at 64 claims %u bytes, and 32 are left",
			 lengths[i]);
		assert_fails_with(win_certificates_next(&w, &c, &e), want);
	}
	put_entry(PROGRAM, 16);
	assert_ok(win_certificates_init(&w, put_table(PROGRAM, 20, PROGRAM + 20), &pe, &e));
	assert_int_equal(win_certificates_next(&w, &c, &e), 1);
	assert_fails_with(win_certificates_next(&w, &c, &e),
			  "'f.efi': the certificate table ends with 4 bytes that are no entry");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(entry_is_padded_and_counts_its_padding),
		cmocka_unit_test(table_is_walked_to_its_end),
		cmocka_unit_test(table_lies_behind_the_sections_in_the_file),
		cmocka_unit_test(length_of_an_entry_has_to_fit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
