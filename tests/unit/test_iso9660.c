#include "unit.h"

#include "base/buf.h"
#include "format/iso9660.h"

enum { TIME = 951782400 }; /* 2000-02-29 00:00:00 UTC, a leap day */

static void record_is_as_ecma_119_section_9_1_has_it(void **state)
{
	static const uint8_t want[] = {
		46,   0,					/* length, extended attributes */
		0x04, 0x03, 0x02, 0x01, 0x01, 0x02, 0x03, 0x04, /* block, both ways */
		0x00, 0x08, 0x00, 0x00, 0x00, 0x00, 0x08, 0x00, /* size, both ways */
		100,  2,    29,	  0,	0,    0,    0,		/* time, distance from UTC */
		0,    0,    0,					/* flags, interleaving */
		1,    0,    0,	  1,				/* volume */
		6,    'A',  '.',  'B',	';',  '1',  '2',  0,	/* name, filled up */
		'S',  'P',  0xbe, 0xef, 0,    0,
	};
	const struct iso9660_record r = {
		.name = "A.B;12",
		.name_len = 6,
		.block = 0x01020304,
		.size = 2048,
		.time = TIME,
		.system_use = "SP\xbe\xef\0",
		.system_use_len = 5,
	};
	uint8_t got[64];

	(void)state;
	memset(got, 0xaa, sizeof(got));
	assert_int_equal(iso9660_record_size(&r), 46);
	iso9660_put_record(got, &r);
	assert_bytes(got, 46, want, sizeof(want));
	assert_int_equal(got[46], 0xaa);
}

static void path_records_are_as_section_9_4_has_them(void **state)
{
	static const uint8_t little[] = {3, 0, 0x02, 0x01, 0, 0, 7, 0, 'E', 'F', 'I', 0};
	static const uint8_t big[] = {3, 0, 0, 0, 0x01, 0x02, 0, 7, 'E', 'F', 'I', 0};
	const struct iso9660_path p = {.name = "EFI", .name_len = 3, .block = 0x102, .parent = 7};
	uint8_t got[16];

	(void)state;
	assert_int_equal(iso9660_path_size(&p), 12);
	iso9660_put_path(got, &p, false);
	assert_bytes(got, 12, little, sizeof(little));
	iso9660_put_path(got, &p, true);
	assert_bytes(got, 12, big, sizeof(big));
}

static void catalogue_adds_up_to_nothing(void **state)
{
	/* El Torito 1.0, figures 2 and 3; the sum of the first 16 words is 0 modulo 65536. */
	static const uint8_t want[] = {
		1,    0xef, 0,	  0, 0, 0, 0, 0, 0,    0,    0,	   0,	 0, 0,	  0,
		0,    0,    0,	  0, 0, 0, 0, 0, 0,    0,    0,	   0,	 0, 0xaa, 0x66,
		0x55, 0xaa, 0x88, 0, 0, 0, 0, 0, 0x10, 0x27, 0x00, 0x02, 0, 0,
	};
	uint8_t got[ISO9660_BLOCK];

	(void)state;
	iso9660_put_efi_catalogue(got, 512, 10000 * 512);
	assert_bytes(got, sizeof(want), want, sizeof(want));
	for (size_t i = sizeof(want); i < sizeof(got); i++)
		assert_int_equal(got[i], 0);
	/* A partition of more sectors than fit stands there as 0: up to the end. */
	iso9660_put_efi_catalogue(got, 512, 65536 * 512);
	assert_int_equal(got[38] | got[39], 0);
	iso9660_put_efi_catalogue(got, 512, 65535 * 512);
	assert_int_equal(got[38] & got[39], 0xff);
}

static void gap_holds_a_volume_of_seven_blocks(void **state)
{
	const struct iso9660_gap gap = {
		.label = "MVIRT",
		.bytes = 40 << 20,
		.esp_start = 1 << 20,
		.esp_bytes = 38 << 20,
		.time = TIME,
	};
	struct err e = ERR_INIT;
	AUTO_BUF b = BUF_INIT;
	struct buf_sink out;
	const char *block;

	(void)state;
	buf_sink_init(&out, &b);
	assert_ok(iso9660_write_gap(&gap, &out.sink, &e));
	assert_int_equal(b.len, 7 * 2048);
	block = b.data;
	assert_memory_equal(block, "\1CD001\1\0", 8);
	assert_memory_equal(block + 40, "MVIRT                           ", 32);
	assert_memory_equal(block + 80, "\0\x50\0\0\0\0\x50\0", 8); /* 20,480 blocks */
	assert_memory_equal(block + 813, "2000022900000000", 17);
	assert_memory_equal(block + 847, "0000000000000000", 17);
	block += 2048;
	assert_memory_equal(block, "\0CD001\1EL TORITO SPECIFICATION\0", 31);
	assert_memory_equal(block + 71, "\x13\0\0", 4); /* the catalogue is block 19 */
	block += 2048;
	assert_memory_equal(block,
			    "\xff"
			    "CD001\1",
			    8);
	block += 2048;
	assert_memory_equal(block + 40, "\0\2\0", 4); /* 1 MiB */
	block += 2048;
	assert_int_equal(block[0], 34);	 /* the folder itself */
	assert_int_equal(block[34], 34); /* and the one above, the same */
	assert_int_equal(block[68], 0);
}

static void volume_that_is_too_big_is_refused(void **state)
{
	const struct iso9660_gap gap = {.label = "", .bytes = (1ULL << 43) + 2048};
	struct err e = ERR_INIT;
	AUTO_BUF b = BUF_INIT;
	struct buf_sink out;

	(void)state;
	buf_sink_init(&out, &b);
	assert_fails_with(iso9660_write_gap(&gap, &out.sink, &e),
			  "a volume of ISO 9660 has 8 TiB at most");
	assert_int_equal(b.len, 0);
}

static void labels_have_few_characters(void **state)
{
	(void)state;
	assert_true(iso9660_label_is_valid("MVIRT_2026"));
	assert_true(iso9660_label_is_valid(""));
	assert_true(iso9660_label_is_valid("ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"));
	assert_false(iso9660_label_is_valid("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456"));
	assert_false(iso9660_label_is_valid("mvirt"));
	assert_false(iso9660_label_is_valid("A B"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(record_is_as_ecma_119_section_9_1_has_it),
		cmocka_unit_test(path_records_are_as_section_9_4_has_them),
		cmocka_unit_test(catalogue_adds_up_to_nothing),
		cmocka_unit_test(gap_holds_a_volume_of_seven_blocks),
		cmocka_unit_test(volume_that_is_too_big_is_refused),
		cmocka_unit_test(labels_have_few_characters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
