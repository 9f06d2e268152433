#include "unit.h"

#include "base/bytes.h"
#include "format/qcow2.h"

enum { CLUSTER = 65536 };

static uint64_t be64(const char *p)
{
	uint64_t value = 0;

	for (int i = 0; i < 8; i++)
		value = value << 8 | (uint8_t)p[i];
	return value;
}

/* A disk of 1 MiB with something in its first and in its sixth cluster. */
static int sample(const void *context, struct sink *out, struct err *e)
{
	const char *text = context;

	if (sink_put(out, text, strlen(text), e) < 0 ||
	    sink_zeros(out, 5 * CLUSTER - strlen(text) + 100, e) < 0 ||
	    sink_put(out, text, strlen(text), e) < 0)
		return -1;
	return sink_skip(out, (1 << 20) - out->pos, e);
}

static void image_has_the_clusters_that_hold_something(void **state)
{
	/* QEMU, docs/interop/qcow2.rst: magic, version 3, no backing file, clusters of 64 KiB. */
	static const uint8_t head[] = {'Q', 'F', 'I', 0xfb, 0, 0, 0, 3,	 0, 0, 0, 0, 0, 0,    0, 0,
				       0,   0,	 0,   0,    0, 0, 0, 16, 0, 0, 0, 0, 0, 0x10, 0, 0};
	struct err e = ERR_INIT;
	AUTO_BUF b = BUF_INIT;
	struct buf_sink out;
	const char *l1, *l2;

	(void)state;
	buf_sink_init(&out, &b);
	assert_ok(qcow2_write(1 << 20, sample, "text", &out.sink, &e));
	/* Header, L1, table of counts, counts, L2, two clusters. */
	assert_int_equal(b.len, 7 * CLUSTER);
	assert_memory_equal(b.data, head, sizeof(head));
	l1 = b.data + be64(b.data + 40);
	assert_int_equal(be64(l1) >> 63, 1);
	l2 = b.data + (be64(l1) & 0x00fffffffffffe00);
	assert_string_equal(b.data + (be64(l2) & 0x00fffffffffffe00), "text");
	assert_int_equal(be64(l2 + 8), 0);
	assert_string_equal(b.data + (be64(l2 + 5 * 8) & 0x00fffffffffffe00) + 100, "text");
	assert_int_equal(be64(l2 + 6 * 8), 0);
}

static void content_that_is_too_long_is_refused(void **state)
{
	struct err e = ERR_INIT;
	AUTO_BUF b = BUF_INIT;
	struct buf_sink out;

	(void)state;
	buf_sink_init(&out, &b);
	assert_fails_with(qcow2_write(5 * CLUSTER, sample, "text", &out.sink, &e),
			  "the disk's content is longer than the disk");
	assert_int_equal(b.len, 0);
}

static void disk_that_qemu_would_not_take_is_refused(void **state)
{
	struct err e = ERR_INIT;
	AUTO_BUF b = BUF_INIT;
	struct buf_sink out;

	(void)state;
	buf_sink_init(&out, &b);
	assert_fails_with(qcow2_write(1ULL << 52, sample, "text", &out.sink, &e),
			  "the disk is too big for qcow2");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(image_has_the_clusters_that_hold_something),
		cmocka_unit_test(content_that_is_too_long_is_refused),
		cmocka_unit_test(disk_that_qemu_would_not_take_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
