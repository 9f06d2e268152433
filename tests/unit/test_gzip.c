#include "unit.h"

#include "base/bytes.h"
#include "host/crc.h"
#include "host/gunzip.h"
#include "host/gzip.h"

#include <stdbool.h>
#include <stdlib.h>

/* Text that compresses to about half: numbers from a fixed generator, again and again. */
static void make_text(struct buf *b, size_t len, uint32_t seed)
{
	enum { DIFFERENT = 200000 };
	struct err e = ERR_INIT;

	while (b->len < len && b->len < DIFFERENT) {
		seed = seed * 1664525 + 1013904223;
		assert_ok(buf_putf(b, &e, "%u,", seed >> 12));
	}
	assert_ok(buf_reserve(b, len, &e));
	while (b->len < len)
		assert_ok(buf_put(b, b->data, b->len < len - b->len ? b->len : len - b->len, &e));
	b->len = len;
}

/* Compresses the text, put in pieces, with a boundary after every entry. */
static int pack(const struct buf *text, size_t entry, size_t piece, int level, struct buf *packed,
		struct err *e)
{
	AUTO_GZIP_SINK g = {.member = NULL};
	struct buf_sink out;
	size_t at = 0;

	buf_sink_init(&out, packed);
	if (gzip_sink_init(&g, &out.sink, level, e) < 0)
		return -1;
	while (at < text->len) {
		size_t end = text->len - at < entry ? text->len : at + entry;

		for (size_t n; at < end; at += n) {
			n = end - at < piece ? end - at : piece;
			if (sink_put(&g.sink, text->data + at, n, e) < 0)
				return -1;
		}
		if (sink_boundary(&g.sink, e) < 0)
			return -1;
	}
	assert_int_equal(g.sink.pos, text->len);
	return gzip_sink_finish(&g, e);
}

static int unpack(const void *data, size_t len, uint64_t offset, uint64_t max, struct buf *to,
		  uint64_t *ret_end, struct err *e)
{
	struct memory_source from;
	struct buf_sink out;

	memory_source_init(&from, data, len, "x.gz");
	buf_sink_init(&out, to);
	return gunzip(&from.source, offset, max, &out.sink, ret_end, e);
}

static void assert_unpacks(const struct buf *packed, const struct buf *text)
{
	struct err e = ERR_INIT;
	AUTO_BUF got = BUF_INIT;
	uint64_t end = 0;

	assert_ok(unpack(packed->data, packed->len, 0, text->len, &got, &end, &e));
	assert_int_equal(end, packed->len);
	assert_bytes(got.data, got.len, text->data, text->len);
}

/* Where members begin: what unpacks by itself to at least one whole entry. */
static size_t count_members(const struct buf *packed)
{
	static const char head[] = "\x1f\x8b\x08\0\0\0\0\0";
	size_t n = 0;

	for (size_t i = 0; i + 10 <= packed->len; i++)
		n += !memcmp(packed->data + i, head, 8) &&
		     (unsigned char)packed->data[i + 9] == 0xff;
	return n;
}

static void nothing_is_one_empty_member(void **state)
{
	struct err e = ERR_INIT;
	AUTO_BUF text = BUF_INIT;
	AUTO_BUF packed = BUF_INIT;

	(void)state;
	assert_ok(pack(&text, 1, 1, GZIP_LEVEL_DEFAULT, &packed, &e));
	assert_true(packed.len >= 18);
	assert_unpacks(&packed, &text);
}

static void header_has_no_time_and_no_name(void **state)
{
	static const char want[] = {'\x1f', '\x8b', 8, 0, 0, 0, 0, 0};
	struct err e = ERR_INIT;
	AUTO_BUF text = BUF_INIT;
	AUTO_BUF packed = BUF_INIT;

	(void)state;
	assert_ok(buf_puts(&text, "hello", &e));
	assert_ok(pack(&text, 5, 5, GZIP_LEVEL_DEFAULT, &packed, &e));
	assert_memory_equal(packed.data, want, sizeof(want));
	assert_int_equal(le32_get(packed.data + packed.len - 8), 0x3610a686); /* CRC of "hello" */
	assert_int_equal(le32_get(packed.data + packed.len - 4), 5);
	assert_unpacks(&packed, &text);
}

static void members_end_at_boundaries_only(void **state)
{
	static const size_t entry = 300000;
	struct err e = ERR_INIT;
	AUTO_BUF text = BUF_INIT;
	AUTO_BUF packed = BUF_INIT;
	size_t members = 0;

	(void)state;
	make_text(&text, 5000000, 1);
	assert_ok(pack(&text, entry, 4096, GZIP_LEVEL_FAST, &packed, &e));
	/* 4 entries are the first whole number of entries over 1 MiB. */
	for (size_t i = 0; i + 10 <= packed.len; i++) {
		AUTO_BUF rest = BUF_INIT;
		uint64_t end;

		if (memcmp(packed.data + i, "\x1f\x8b\x08\0\0\0\0\0", 8) ||
		    unpack(packed.data, packed.len, i, text.len, &rest, &end, &e) < 0)
			continue;
		assert_int_equal((text.len - rest.len) % (4 * entry), 0);
		assert_memory_equal(rest.data, text.data + (text.len - rest.len), rest.len);
		members++;
	}
	assert_int_equal(members, 5);
	assert_unpacks(&packed, &text);
}

static void bytes_do_not_depend_on_the_pieces(void **state)
{
	static const size_t pieces[] = {4099, 262145, 9800000};
	struct err e = ERR_INIT;
	AUTO_BUF text = BUF_INIT;

	(void)state;
	make_text(&text, 9800000, 2);
	/* Entries of a member's size, and one that is streamed. */
	for (size_t entry = 700001; entry < 10000000; entry += 9000000) {
		AUTO_BUF first = BUF_INIT;

		assert_ok(pack(&text, entry, 70000, GZIP_LEVEL_FAST, &first, &e));
		assert_unpacks(&first, &text);
		for (size_t i = 0; i < ARRAY_LEN(pieces); i++) {
			AUTO_BUF packed = BUF_INIT;

			assert_ok(pack(&text, entry, pieces[i], GZIP_LEVEL_FAST, &packed, &e));
			assert_bytes(packed.data, packed.len, first.data, first.len);
		}
	}
}

static void large_entry_is_a_member_of_its_own(void **state)
{
	struct err e = ERR_INIT;
	AUTO_BUF text = BUF_INIT;
	AUTO_BUF packed = BUF_INIT;
	AUTO_GZIP_SINK g = {.member = NULL};
	struct buf_sink out;

	(void)state;
	make_text(&text, (8 << 20) + 1, 3);
	buf_sink_init(&out, &packed);
	assert_ok(gzip_sink_init(&g, &out.sink, GZIP_LEVEL_BEST, &e));
	for (int i = 0; i < 3; i++) {
		size_t n = i == 1 ? text.len : 10;

		assert_ok(sink_put(&g.sink, text.data, n, &e));
		assert_ok(sink_boundary(&g.sink, &e));
	}
	assert_ok(gzip_sink_finish(&g, &e));
	assert_int_equal(count_members(&packed), 3);
}

static void every_level_works(void **state)
{
	struct err e = ERR_INIT;
	AUTO_BUF text = BUF_INIT;

	(void)state;
	make_text(&text, 200000, 4);
	for (int level = GZIP_LEVEL_FAST; level <= GZIP_LEVEL_BEST; level++) {
		AUTO_BUF packed = BUF_INIT;

		assert_ok(pack(&text, 1000, 1000, level, &packed, &e));
		assert_true(packed.len < text.len * 6 / 10);
		assert_unpacks(&packed, &text);
	}
}

static void level_has_names(void **state)
{
	static const char sentence[] =
		"level '13' is not fast, default, best or a number from 1 to "
		"12";
	struct err e = ERR_INIT;
	int level = 0;

	(void)state;
	assert_ok(gzip_parse_level("fast", &level, &e));
	assert_int_equal(level, 1);
	assert_ok(gzip_parse_level("default", &level, &e));
	assert_int_equal(level, 6);
	assert_ok(gzip_parse_level("best", &level, &e));
	assert_int_equal(level, 12);
	assert_ok(gzip_parse_level("9", &level, &e));
	assert_int_equal(level, 9);
	assert_fails_with(gzip_parse_level("13", &level, &e), sentence);
	assert_int_equal(gzip_parse_level("0", &level, &e), -1);
	assert_int_equal(gzip_parse_level("", &level, &e), -1);
}

struct weak_sink {
	struct sink sink;
	uint64_t left;
};

static int weak_put(struct sink *s, const void *data, size_t len, struct err *e)
{
	struct weak_sink *w = (struct weak_sink *)s;

	(void)data;
	if (len > w->left)
		return err_set(e, ERR_SYSTEM, "full");
	w->left -= len;
	return 0;
}

static const struct sink_ops weak_ops = {.put = weak_put};

static void full_sink_is_told_at_every_byte(void **state)
{
	struct err e = ERR_INIT;
	AUTO_BUF text = BUF_INIT;
	AUTO_BUF packed = BUF_INIT;

	(void)state;
	make_text(&text, 3000, 5);
	assert_ok(pack(&text, 100, 100, 1, &packed, &e));
	for (uint64_t room = 0; room < packed.len; room++) {
		struct weak_sink w = {.sink = {.ops = &weak_ops}, .left = room};
		AUTO_GZIP_SINK g = {.member = NULL};

		assert_ok(gzip_sink_init(&g, &w.sink, 1, &e));
		assert_ok(sink_put(&g.sink, text.data, text.len, &e));
		assert_fails_with(gzip_sink_finish(&g, &e), "full");
	}
	for (uint64_t room = 0; room < text.len; room += 7) {
		struct weak_sink w = {.sink = {.ops = &weak_ops}, .left = room};
		struct memory_source from;
		uint64_t end;

		memory_source_init(&from, packed.data, packed.len, "x");
		assert_fails_with(gunzip(&from.source, 0, text.len, &w.sink, &end, &e), "full");
	}
}

static void file_cut_short_is_told_at_every_length(void **state)
{
	struct err e = ERR_INIT;
	AUTO_BUF text = BUF_INIT;
	AUTO_BUF packed = BUF_INIT;

	(void)state;
	make_text(&text, 300, 6);
	assert_ok(pack(&text, 300, 300, 6, &packed, &e));
	for (size_t len = 0; len < packed.len; len++) {
		AUTO_BUF got = BUF_INIT;
		uint64_t end;

		assert_fails_with(unpack(packed.data, len, 0, 1000, &got, &end, &e),
				  "'x.gz' ends inside a gzip member: it is cut short");
	}
}

static void damage_never_gives_other_bytes(void **state)
{
	struct err e = ERR_INIT;
	AUTO_BUF text = BUF_INIT;
	AUTO_BUF packed = BUF_INIT;

	(void)state;
	make_text(&text, 300, 7);
	assert_ok(pack(&text, 300, 300, 6, &packed, &e));
	/* Bytes 4 to 9 of the header (time, flags of the compressor, system) say nothing. */
	for (size_t i = 10; i < packed.len; i++) {
		AUTO_BUF got = BUF_INIT;
		uint64_t end;

		packed.data[i] ^= 0x10;
		/* Nobody looks at the last bits of the last compressed byte. */
		if (unpack(packed.data, packed.len, 0, 1000, &got, &end, &e) == 0) {
			assert_int_equal(i, packed.len - 9);
			assert_bytes(got.data, got.len, text.data, text.len);
		}
		packed.data[i] ^= 0x10;
	}
}

static void more_than_allowed_is_refused(void **state)
{
	struct err e = ERR_INIT;
	AUTO_BUF text = BUF_INIT;
	AUTO_BUF packed = BUF_INIT;
	AUTO_BUF got = BUF_INIT;
	uint64_t end;

	(void)state;
	make_text(&text, 20000000, 8);
	assert_ok(pack(&text, 20000000, 300000, 1, &packed, &e));
	assert_fails_with(unpack(packed.data, packed.len, 0, 19999999, &got, &end, &e),
			  "'x.gz' unpacks to more than 19999999 bytes");
	buf_clear(&got);
	assert_fails_with(unpack(packed.data, packed.len, 0, 100, &got, &end, &e),
			  "'x.gz' unpacks to more than 100 bytes");
	assert_int_equal(got.len, 0);
}

static void end_of_gzip_is_found(void **state)
{
	struct err e = ERR_INIT;
	AUTO_BUF text = BUF_INIT;
	AUTO_BUF all = BUF_INIT;
	AUTO_BUF got = BUF_INIT;
	uint64_t end = 0;

	(void)state;
	make_text(&text, 100, 9);
	assert_ok(buf_puts(&all, "before", &e));
	assert_ok(pack(&text, 100, 100, 6, &all, &e));
	assert_ok(buf_put(&all, "\0\0\0", 3, &e));
	assert_ok(pack(&text, 100, 100, 6, &all, &e));
	assert_ok(buf_put(&all, "\0behind", 7, &e));
	assert_ok(unpack(all.data, all.len, 6, 1000, &got, &end, &e));
	assert_int_equal(got.len, 200);
	assert_int_equal(end, all.len - 6);
}

static void crc_is_the_known_one(void **state)
{
	static const char check[] = "123456789";
	struct memory_source memory;
	struct crc_source summing;
	struct err e = ERR_INIT;
	uint32_t crc = 1;
	char copy[9];

	(void)state;
	assert_int_equal(crc_add(0, check, 9), 0xcbf43926);
	assert_int_equal(crc_add(crc_add(0, check, 4), check + 4, 5), 0xcbf43926);
	memory_source_init(&memory, check, 9, "check");
	crc_source_init(&summing, &memory.source, &crc);
	assert_ok(source_read(&summing.source, 0, copy, 5, &e));
	assert_ok(source_read(&summing.source, 5, copy + 5, 4, &e));
	assert_memory_equal(copy, check, 9);
	assert_int_equal(crc, 0xcbf43926);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_is_one_empty_member),
		cmocka_unit_test(header_has_no_time_and_no_name),
		cmocka_unit_test(members_end_at_boundaries_only),
		cmocka_unit_test(bytes_do_not_depend_on_the_pieces),
		cmocka_unit_test(large_entry_is_a_member_of_its_own),
		cmocka_unit_test(every_level_works),
		cmocka_unit_test(level_has_names),
		cmocka_unit_test(full_sink_is_told_at_every_byte),
		cmocka_unit_test(file_cut_short_is_told_at_every_length),
		cmocka_unit_test(damage_never_gives_other_bytes),
		cmocka_unit_test(more_than_allowed_is_refused),
		cmocka_unit_test(end_of_gzip_is_found),
		cmocka_unit_test(crc_is_the_known_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
