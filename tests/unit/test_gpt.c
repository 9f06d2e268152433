#include "unit.h"

#include "base/bytes.h"
#include "format/crc32.h"
#include "format/gpt.h"

static void sum_is_that_of_the_standard(void **state)
{
	(void)state;
	/* The check value of CRC-32/ISO-HDLC. */
	assert_int_equal(crc32_add(0, "123456789", 9), 0xcbf43926);
	assert_int_equal(crc32_add(crc32_add(0, "1234", 4), "56789", 5), 0xcbf43926);
	assert_int_equal(crc32_add(0, "", 0), 0);
}

static void guid_on_a_disk_is_mixed_endian(void **state)
{
	/* UEFI 2.10, appendix A: the first three fields are little-endian. */
	static const uint8_t want[] = {0x28, 0x73, 0x2a, 0xc1, 0x1f, 0xf8, 0xd2, 0x11,
				       0xba, 0x4b, 0x00, 0xa0, 0xc9, 0x3e, 0xc9, 0x3b};
	struct err e = ERR_INIT;
	struct guid g, back;
	char text[GUID_TEXT];
	uint8_t got[16];

	(void)state;
	assert_ok(guid_parse("C12A7328-F81F-11d2-ba4b-00a0c93ec93b", &g, &e));
	guid_put(got, &g);
	assert_memory_equal(got, want, sizeof(want));
	guid_get(got, &back);
	guid_text(&back, text);
	assert_string_equal(text, GPT_TYPE_ESP);
}

static void wrong_guids_are_refused(void **state)
{
	static const char *const wrong[] = {
		"",
		"c12a7328f81f11d2ba4b00a0c93ec93b",
		"c12a7328-f81f-11d2-ba4b-00a0c93ec93",
		"c12a7328-f81f-11d2-ba4b-00a0c93ec93bb",
		"c12a7328-f81f-11d2-ba4b-00a0c93ec93g",
		"c12a7328-f81f-11d2-ba4b000a0c93ec93b0",
	};
	struct err e = ERR_INIT;
	struct guid g;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(wrong); i++)
		assert_int_equal(guid_parse(wrong[i], &g, &e), -1);
	assert_ok(gpt_type_parse("linux", &g, &e));
	assert_int_equal(gpt_type_parse("linus", &g, &e), -1);
}

static void marked_guid_says_who_made_it(void **state)
{
	struct guid g;
	char text[GUID_TEXT];

	(void)state;
	/* RFC 9562, sections 4.1 and 4.2: version 8, variant 10. */
	memset(&g, 0xff, sizeof(g));
	guid_mark(&g);
	guid_text(&g, text);
	assert_string_equal(text, "ffffffff-ffff-8fff-bfff-ffffffffffff");
}

static struct gpt sample(struct gpt_partition *p)
{
	struct err e = ERR_INIT;
	struct gpt g = {.blocks = 81920, .partitions = p, .n_partitions = 1};

	*p = (struct gpt_partition){.first = 2048, .last = 79871, .name = "A\xc3\xa9"};
	assert_ok(guid_parse(GPT_TYPE_ESP, &p->type, &e));
	assert_ok(guid_parse("00112233-4455-6677-8899-aabbccddeeff", &p->id, &e));
	assert_ok(guid_parse("01234567-89ab-cdef-0123-456789abcdef", &g.id, &e));
	return g;
}

static void head_is_as_uefi_chapter_5_has_it(void **state)
{
	static const uint8_t mbr[] = {0, 0, 2, 0,    0xee, 0xff, 0xff, 0xff, 1,
				      0, 0, 0, 0xff, 0x3f, 0x01, 0,    0,    0};
	static const uint8_t header[] = {
		'E', 'F', 'I', ' ', 'P', 'A', 'R', 'T', 0, 0, 1, 0, 92, 0, 0, 0,
	};
	struct err e = ERR_INIT;
	struct gpt_partition p;
	struct gpt g = sample(&p);
	static uint8_t got[GPT_HEAD_SIZE];
	uint8_t *h = got + 512;
	uint32_t sum;

	(void)state;
	assert_ok(gpt_put_head(&g, got, &e));
	assert_memory_equal(got + 446, mbr, sizeof(mbr));
	assert_int_equal(le16_get(got + 510), 0xaa55);
	assert_memory_equal(h, header, sizeof(header));
	assert_int_equal(le64_get(h + 24), 1);
	assert_int_equal(le64_get(h + 32), 81919);
	assert_int_equal(le64_get(h + 40), 34);
	assert_int_equal(le64_get(h + 48), 81886);
	assert_int_equal(le64_get(h + 72), 2);
	assert_int_equal(le32_get(h + 80), 128);
	assert_int_equal(le32_get(h + 84), 128);
	assert_int_equal(le32_get(h + 88), crc32_add(0, got + 1024, 16384));
	sum = le32_get(h + 16);
	le32_put(h + 16, 0);
	assert_int_equal(sum, crc32_add(0, h, 92));
	assert_int_equal(le64_get(got + 1024 + 32), 2048);
	assert_int_equal(le64_get(got + 1024 + 40), 79871);
	assert_memory_equal(got + 1024 + 56, "A\0\xe9\0\0\0", 6);
}

static void tail_is_the_head_the_other_way_round(void **state)
{
	struct err e = ERR_INIT;
	struct gpt_partition p;
	struct gpt g = sample(&p);
	static uint8_t head[GPT_HEAD_SIZE], tail[GPT_TAIL_SIZE];
	const uint8_t *h = tail + 16384;

	(void)state;
	assert_ok(gpt_put_head(&g, head, &e));
	assert_ok(gpt_put_tail(&g, tail, &e));
	assert_memory_equal(tail, head + 1024, 16384);
	assert_int_equal(le64_get(h + 24), 81919);
	assert_int_equal(le64_get(h + 32), 1);
	assert_int_equal(le64_get(h + 72), 81887);
	assert_int_equal(le32_get(h + 88), le32_get(head + 512 + 88));
}

static void disk_beyond_what_an_mbr_can_say_has_the_largest_number(void **state)
{
	struct err e = ERR_INIT;
	struct gpt_partition p;
	struct gpt g = sample(&p);
	static uint8_t head[GPT_HEAD_SIZE];

	(void)state;
	g.blocks = (1ULL << 32) + 1;
	assert_ok(gpt_put_head(&g, head, &e));
	assert_int_equal(le32_get(head + 446 + 12), UINT32_MAX);
}

static void long_names_are_refused(void **state)
{
	struct err e = ERR_INIT;
	struct gpt_partition p;
	struct gpt g = sample(&p);
	static uint8_t head[GPT_HEAD_SIZE];

	(void)state;
	p.name = "123456789 123456789 123456789 123456";
	assert_ok(gpt_put_head(&g, head, &e));
	p.name = "123456789 123456789 123456789 1234567";
	assert_fails_with(gpt_put_head(&g, head, &e),
			  "partition name '123456789 123456789 123456789 1234567' has more than 36 "
			  "characters");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sum_is_that_of_the_standard),
		cmocka_unit_test(guid_on_a_disk_is_mixed_endian),
		cmocka_unit_test(wrong_guids_are_refused),
		cmocka_unit_test(marked_guid_says_who_made_it),
		cmocka_unit_test(head_is_as_uefi_chapter_5_has_it),
		cmocka_unit_test(tail_is_the_head_the_other_way_round),
		cmocka_unit_test(disk_beyond_what_an_mbr_can_say_has_the_largest_number),
		cmocka_unit_test(long_names_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
