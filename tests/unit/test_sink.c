#include "unit.h"

#include "base/sink.h"

#include <stdbool.h>

/* Takes `room` bytes, then fails; keeps nothing. */
struct weak_sink {
	struct sink sink;
	uint64_t room;
	size_t largest;
};

static int weak_put(struct sink *s, const void *data, size_t len, struct err *e)
{
	struct weak_sink *w = (struct weak_sink *)s;

	(void)data;
	w->largest = len > w->largest ? len : w->largest;
	if (len > w->room)
		return err_set(e, ERR_SYSTEM, "full");
	w->room -= len;
	return 0;
}

static const struct sink_ops weak_ops = {.put = weak_put};

/* A source whose byte at n is n * 7. */
struct pattern_source {
	struct source source;
	bool broken;
};

static int pattern_read(const struct source *s, uint64_t offset, void *data, size_t len,
			struct err *e)
{
	const struct pattern_source *p = (const struct pattern_source *)s;
	unsigned char *to = data;

	if (p->broken)
		return err_set(e, ERR_SYSTEM, "broken");
	for (size_t i = 0; i < len; i++)
		to[i] = (unsigned char)((offset + i) * 7);
	return 0;
}

static const struct source_ops pattern_ops = {.read = pattern_read};

static void position_counts_what_was_taken(void **state)
{
	struct err e = ERR_INIT;
	AUTO_BUF b = BUF_INIT;
	struct buf_sink out;

	(void)state;
	buf_sink_init(&out, &b);
	assert_ok(sink_put(&out.sink, "abc", 3, &e));
	assert_ok(sink_put(&out.sink, NULL, 0, &e));
	assert_int_equal(out.sink.pos, 3);
	assert_ok(sink_zeros(&out.sink, 2, &e));
	assert_ok(sink_zeros(&out.sink, 0, &e));
	assert_ok(sink_boundary(&out.sink, &e));
	assert_int_equal(out.sink.pos, 5);
	assert_bytes(b.data, b.len, "abc\0\0", 5);
}

static void zeros_of_any_length_are_zeros(void **state)
{
	static const size_t lengths[] = {1, 4095, 4096, 4097, 100000};
	struct err e = ERR_INIT;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(lengths); i++) {
		AUTO_BUF b = BUF_INIT;
		struct buf_sink out;

		buf_sink_init(&out, &b);
		assert_ok(sink_zeros(&out.sink, lengths[i], &e));
		assert_int_equal(b.len, lengths[i]);
		for (size_t k = 0; k < b.len; k++)
			assert_int_equal(b.data[k], 0);
	}
}

static void align_goes_to_the_next_multiple(void **state)
{
	static const struct {
		uint64_t from, align, want;
	} rows[] = {{0, 4, 0}, {1, 4, 4}, {3, 4, 4},	    {4, 4, 4},
		    {5, 4, 8}, {5, 1, 5}, {513, 512, 1024}, {1, 4096, 4096}};
	struct err e = ERR_INIT;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		AUTO_BUF b = BUF_INIT;
		struct buf_sink out;

		buf_sink_init(&out, &b);
		assert_ok(sink_zeros(&out.sink, rows[i].from, &e));
		assert_ok(sink_align(&out.sink, rows[i].align, &e));
		assert_int_equal(out.sink.pos, rows[i].want);
		assert_int_equal(b.len, rows[i].want);
	}
}

static void range_is_copied_by_pieces(void **state)
{
	const uint64_t first = 1000, len = 200001;
	struct pattern_source from = {
		.source = {.ops = &pattern_ops, .size = first + len, .name = "p"}};
	struct err e = ERR_INIT;
	AUTO_BUF b = BUF_INIT;
	struct buf_sink out;
	struct weak_sink counting = {.sink = {.ops = &weak_ops}, .room = UINT64_MAX};

	(void)state;
	buf_sink_init(&out, &b);
	assert_ok(sink_range(&out.sink, &from.source, first, len, &e));
	assert_int_equal(b.len, len);
	assert_int_equal(out.sink.pos, len);
	for (uint64_t i = 0; i < len; i++)
		assert_int_equal((unsigned char)b.data[i], (unsigned char)((first + i) * 7));
	assert_ok(sink_range(&counting.sink, &from.source, 0, len, &e));
	assert_true(counting.largest < len);
}

static void range_past_the_end_is_refused(void **state)
{
	struct memory_source from;
	struct err e = ERR_INIT;
	AUTO_BUF b = BUF_INIT;
	struct buf_sink out;

	(void)state;
	buf_sink_init(&out, &b);
	memory_source_init(&from, "0123456789", 10, "m");
	assert_ok(sink_range(&out.sink, &from.source, 10, 0, &e));
	assert_fails_with(sink_range(&out.sink, &from.source, 8, 3, &e),
			  "'m' ends after 10 bytes, but 3 at 8 are needed: it is cut short");
	assert_int_equal(b.len, 0);
}

static void source_that_fails_is_told(void **state)
{
	struct pattern_source from = {.source = {.ops = &pattern_ops, .size = 9, .name = "p"},
				      .broken = true};
	struct err e = ERR_INIT;
	AUTO_BUF b = BUF_INIT;
	struct buf_sink out;

	(void)state;
	buf_sink_init(&out, &b);
	assert_fails_with(sink_range(&out.sink, &from.source, 0, 9, &e), "broken");
	assert_int_equal(out.sink.pos, 0);
}

/* 3 bytes, 5 zeros up to 8, 4097 zeros, 5 of a source. */
static int write_sample(struct sink *s, struct err *e)
{
	struct memory_source from;

	memory_source_init(&from, "0123456789", 10, "m");
	if (sink_put(s, "abc", 3, e) < 0 || sink_align(s, 8, e) < 0)
		return -1;
	if (sink_zeros(s, 4097, e) < 0)
		return -1;
	return sink_range(s, &from.source, 2, 5, e);
}

static void full_sink_is_told_at_every_byte(void **state)
{
	enum { WHOLE = 8 + 4097 + 5 };
	struct err e = ERR_INIT;

	(void)state;
	for (uint64_t room = 0; room <= WHOLE; room++) {
		struct weak_sink w = {.sink = {.ops = &weak_ops}, .room = room};

		if (room < WHOLE) {
			assert_fails_with(write_sample(&w.sink, &e), "full");
			assert_true(w.sink.pos <= room);
		} else {
			assert_ok(write_sample(&w.sink, &e));
			assert_int_equal(w.sink.pos, WHOLE);
		}
	}
}

/* Notes what it was told to leave out. */
struct hole_sink {
	struct sink sink;
	uint64_t zeros, skipped;
};

static int hole_put(struct sink *s, const void *data, size_t len, struct err *e)
{
	(void)s;
	(void)data;
	(void)len;
	(void)e;
	return 0;
}

static int hole_zeros(struct sink *s, uint64_t len, struct err *e)
{
	(void)e;
	((struct hole_sink *)s)->zeros += len;
	return 0;
}

static int hole_skip(struct sink *s, uint64_t len, struct err *e)
{
	(void)e;
	((struct hole_sink *)s)->skipped += len;
	return 0;
}

static void zeros_and_what_nobody_reads_are_told_apart(void **state)
{
	static const struct sink_ops ops = {
		.put = hole_put, .zeros = hole_zeros, .skip = hole_skip};
	static const struct sink_ops no_skip = {.put = hole_put, .zeros = hole_zeros};
	struct hole_sink h = {.sink = {.ops = &ops}};
	struct err e = ERR_INIT;
	AUTO_BUF b = BUF_INIT;
	struct buf_sink out;

	(void)state;
	assert_ok(sink_zeros(&h.sink, 5000, &e));
	assert_ok(sink_skip(&h.sink, 70, &e));
	assert_ok(sink_align(&h.sink, 4096, &e));
	assert_ok(sink_skip(&h.sink, 0, &e));
	assert_int_equal(h.sink.pos, 8192);
	assert_int_equal(h.zeros, 8122);
	assert_int_equal(h.skipped, 70);
	h.sink.ops = &no_skip;
	assert_ok(sink_skip(&h.sink, 8, &e));
	assert_int_equal(h.zeros, 8130);
	/* A sink that knows neither gets zeros. */
	buf_sink_init(&out, &b);
	assert_ok(sink_skip(&out.sink, 3, &e));
	assert_memory_equal(buf_str(&b), "\0\0", 3);
	assert_int_equal(b.len, 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(zeros_and_what_nobody_reads_are_told_apart),
		cmocka_unit_test(position_counts_what_was_taken),
		cmocka_unit_test(zeros_of_any_length_are_zeros),
		cmocka_unit_test(align_goes_to_the_next_multiple),
		cmocka_unit_test(range_is_copied_by_pieces),
		cmocka_unit_test(range_past_the_end_is_refused),
		cmocka_unit_test(source_that_fails_is_told),
		cmocka_unit_test(full_sink_is_told_at_every_byte),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
