#include "unit.h"

#include "base/bytes.h"
#include "host/crc.h"
#include "host/deflate_tail.h"
#include "host/gunzip.h"
#include "host/gzip.h"

#include <stdbool.h>
#include <stdlib.h>
#include <zlib.h>

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

/* Compresses the text: members of that many bytes, in slices when they are smaller. */
static void pack(const struct buf *text, size_t member, size_t slice, int level, struct buf *packed)
{
	struct err e = ERR_INIT;
	AUTO(gzip_packer_done) struct gzip_packer p = {.compressor = NULL};
	size_t at = 0;

	assert_ok(gzip_packer_init(&p, level, &e));
	do {
		size_t len = text->len - at < member ? text->len - at : member;
		const char *data = buf_str(text) + at;

		at += len;
		if (slice >= len) {
			assert_ok(gzip_pack(&p, data, len, packed, &e));
			continue;
		}
		assert_ok(gzip_head(level, packed, &e));
		for (size_t i = 0; i < len; i += slice)
			assert_ok(gzip_pack_slice(&p, data + i, len - i < slice ? len - i : slice,
						  packed, &e));
		assert_ok(gzip_tail(crc_add(0, data, len), len, packed, &e));
	} while (at < text->len);
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

static void nothing_is_one_empty_member(void **state)
{
	AUTO_BUF text = BUF_INIT;
	AUTO_BUF packed = BUF_INIT;

	(void)state;
	pack(&text, 1, 1, GZIP_LEVEL_DEFAULT, &packed);
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
	pack(&text, 5, 5, GZIP_LEVEL_DEFAULT, &packed);
	assert_memory_equal(packed.data, want, sizeof(want));
	assert_int_equal(le32_get(packed.data + packed.len - 8), 0x3610a686); /* CRC of "hello" */
	assert_int_equal(le32_get(packed.data + packed.len - 4), 5);
	assert_unpacks(&packed, &text);
}

/* Every kind of block, and ends at every bit: what libdeflate makes of many texts. */
static void slices_make_one_member(void **state)
{
	static const size_t slices[] = {1, 2, 3, 50, 1000, 99999};
	static const int levels[] = {1, 6, 9, 12};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(slices) * ARRAY_LEN(levels); i++) {
		size_t slice = slices[i / ARRAY_LEN(levels)];
		AUTO_BUF text = BUF_INIT;
		AUTO_BUF packed = BUF_INIT;

		make_text(&text, slice < 1000 ? 200 * slice : 300000, (uint32_t)i);
		pack(&text, text.len, slice, levels[i % ARRAY_LEN(levels)], &packed);
		assert_unpacks(&packed, &text);
	}
}

static void bytes_that_do_not_compress_are_sliced(void **state)
{
	struct err e = ERR_INIT;
	AUTO_BUF noise = BUF_INIT;
	AUTO_BUF packed = BUF_INIT;
	uint32_t seed = 1;

	(void)state;
	for (int i = 0; i < 300000; i++) {
		char byte;

		seed = seed * 1664525 + 1013904223;
		byte = (char)(seed >> 24);
		assert_ok(buf_put(&noise, &byte, 1, &e));
	}
	pack(&noise, noise.len, 140001, 6, &packed);
	assert_true(packed.len < noise.len + 200);
	assert_unpacks(&packed, &noise);
}

/* zlib makes blocks that libdeflate does not; its data has to be found whole as well. */
static void tail_of_zlib_is_opened(void **state)
{
	struct err e = ERR_INIT;
	AUTO_BUF text = BUF_INIT;

	(void)state;
	make_text(&text, 100000, 11);
	for (int strategy = Z_DEFAULT_STRATEGY; strategy <= Z_FIXED; strategy++) {
		AUTO_BUF packed = BUF_INIT;
		z_stream z = {.next_in = (unsigned char *)text.data, .avail_in = (uInt)text.len};

		assert_ok(gzip_head(6, &packed, &e));
		assert_ok(buf_reserve(&packed, 200000, &e));
		z.next_out = (unsigned char *)packed.data + packed.len;
		z.avail_out = 200000;
		assert_int_equal(deflateInit2(&z, 6, Z_DEFLATED, -MAX_WBITS, 8, strategy), Z_OK);
		assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
		packed.len += z.total_out;
		deflateEnd(&z);
		assert_ok(deflate_open_tail(&packed, GZIP_HEAD_SIZE, &e));
		assert_ok(gzip_tail(crc_add(0, text.data, text.len), text.len, &packed, &e));
		assert_unpacks(&packed, &text);
	}
}

static void damaged_tail_is_refused(void **state)
{
	static const char sentence[] = "the compressor made data that is no whole deflate";
	static const unsigned char bad[][4] = {
		{0x07},		   /* block type 3 */
		{0x01, 1, 0, 0},   /* a stored block whose length is not confirmed */
		{0x05, 0xff, 0xff} /* more codes than there are */
	};
	struct err e = ERR_INIT;
	AUTO_BUF text = BUF_INIT;
	AUTO_BUF packed = BUF_INIT;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		AUTO_BUF data = BUF_INIT;

		assert_ok(buf_put(&data, bad[i], sizeof(bad[i]), &e));
		assert_fails_with(deflate_open_tail(&data, 0, &e), sentence);
	}
	make_text(&text, 3000, 12);
	pack(&text, text.len, text.len, 6, &packed);
	for (size_t len = GZIP_HEAD_SIZE; len < packed.len - 8; len++) {
		AUTO_BUF cut = BUF_INIT;

		assert_ok(buf_put(&cut, packed.data, len, &e));
		assert_fails_with(deflate_open_tail(&cut, GZIP_HEAD_SIZE, &e), sentence);
	}
}

static void slice_unpacks_by_itself(void **state)
{
	AUTO(gzip_unpacker_done) struct gzip_unpacker u = {.decompressor = NULL};
	AUTO(gzip_packer_done) struct gzip_packer p = {.compressor = NULL};
	struct err e = ERR_INIT;
	AUTO_BUF text = BUF_INIT;
	AUTO_BUF packed = BUF_INIT;
	AUTO_BUF got = BUF_INIT;

	(void)state;
	make_text(&text, 5000, 13);
	assert_ok(gzip_packer_init(&p, 6, &e));
	assert_ok(gzip_unpacker_init(&u, &e));
	assert_ok(gzip_pack_slice(&p, text.data, text.len, &packed, &e));
	assert_ok(buf_reserve(&packed, 5, &e));
	assert_ok(gzip_unpack_slice(&u, (unsigned char *)packed.data, packed.len, text.len, &got,
				    &e));
	assert_bytes(got.data, got.len, text.data, text.len);
	assert_fails_with(
		gzip_unpack_slice(&u, (unsigned char *)packed.data, packed.len, 4999, &got, &e),
		"gzip data that should unpack to 4999 bytes does not");
	assert_fails_with(gzip_unpack(&u, packed.data, packed.len, 5000, &got, &e),
			  "gzip data that should unpack to 5000 bytes does not");
}

static void every_level_works(void **state)
{
	AUTO_BUF text = BUF_INIT;

	(void)state;
	make_text(&text, 200000, 4);
	for (int level = GZIP_LEVEL_FAST; level <= GZIP_LEVEL_BEST; level++) {
		AUTO_BUF packed = BUF_INIT;

		pack(&text, 1000, 1000, level, &packed);
		assert_true(packed.len < text.len * 6 / 10);
		assert_unpacks(&packed, &text);
	}
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
	pack(&text, 100, 100, 1, &packed);
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
	pack(&text, 300, 300, 6, &packed);
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
	pack(&text, 300, 300, 6, &packed);
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
	pack(&text, 20000000, 300000, 1, &packed);
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
	pack(&text, 100, 100, 6, &all);
	assert_ok(buf_put(&all, "\0\0\0", 3, &e));
	pack(&text, 100, 100, 6, &all);
	assert_ok(buf_put(&all, "\0behind", 7, &e));
	assert_ok(unpack(all.data, all.len, 6, 1000, &got, &end, &e));
	assert_int_equal(got.len, 200);
	assert_int_equal(end, all.len - 6);
}

static void crc_is_the_known_one(void **state)
{
	static const char check[] = "123456789";

	(void)state;
	assert_int_equal(crc_add(0, check, 9), 0xcbf43926);
	assert_int_equal(crc_add(crc_add(0, check, 4), check + 4, 5), 0xcbf43926);
	assert_int_equal(crc_join(crc_add(0, check, 4), crc_add(0, check + 4, 5), 5), 0xcbf43926);
	assert_int_equal(crc_join(0, crc_add(0, check, 9), 9), 0xcbf43926);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_is_one_empty_member),
		cmocka_unit_test(header_has_no_time_and_no_name),
		cmocka_unit_test(slices_make_one_member),
		cmocka_unit_test(bytes_that_do_not_compress_are_sliced),
		cmocka_unit_test(tail_of_zlib_is_opened),
		cmocka_unit_test(damaged_tail_is_refused),
		cmocka_unit_test(slice_unpacks_by_itself),
		cmocka_unit_test(every_level_works),
		cmocka_unit_test(full_sink_is_told_at_every_byte),
		cmocka_unit_test(file_cut_short_is_told_at_every_length),
		cmocka_unit_test(damage_never_gives_other_bytes),
		cmocka_unit_test(more_than_allowed_is_refused),
		cmocka_unit_test(end_of_gzip_is_found),
		cmocka_unit_test(crc_is_the_known_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
