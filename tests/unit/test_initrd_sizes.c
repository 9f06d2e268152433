#include "scratch.h"

#include "format/cpio.h"
#include "stage/initrd_sizes.h"

/*
 * newc (Documentation/driver-api/early-userspace/buffer-format.rst): a header of 110 bytes and the
 * name fill a multiple of 4, and so does the content. An entry is counted to the end of its content.
 */

static const struct initrd_limits usual;

static void put_entry(struct sink *to, const char *name, uint32_t mode, const char *content)
{
	const struct cpio_entry entry = {.name = name, .mode = mode, .nlink = 1};
	struct err e = ERR_INIT;

	assert_ok(cpio_write_head(to, &entry, NULL, strlen(content), &e));
	assert_ok(sink_put(to, content, strlen(content), &e));
	assert_ok(sink_align(to, 4, &e));
}

static void assert_size(const struct initrd_sizes *s, size_t i, const char *label, uint64_t packed,
			uint64_t size)
{
	assert_true(i < s->n);
	assert_string_equal(s->all[i].label, label);
	assert_int_equal(s->all[i].packed, packed);
	assert_int_equal(s->all[i].size, size);
}

static void read_sizes(const struct buf *archive, struct initrd_sizes *ret)
{
	struct memory_source from;
	struct err e = ERR_INIT;

	memory_source_init(&from, archive->data, archive->len, "archive");
	assert_ok(initrd_sizes_read(&from.source, &usual, ret, &e));
	assert_int_equal(ret->all[0].packed + ret->rest, archive->len);
}

static void plain_entries_take_what_they_have(void **state)
{
	AUTO_INITRD_SIZES s = {.n = 0};
	AUTO_BUF archive = BUF_INIT;
	struct buf_sink to;

	(void)state;
	buf_sink_init(&to, &archive);
	put_entry(&to.sink, "d", CPIO_FOLDER | 0755, "");	     /* 110 + 2 */
	put_entry(&to.sink, "d/f", CPIO_FILE | 0644, "hello");	     /* 110 + 4 + 2, 5 */
	put_entry(&to.sink, "d/long", CPIO_FILE | 0644, "12345678"); /* 3, 110 + 7 + 3, 8 */
	put_entry(&to.sink, "a", CPIO_FILE | 0644, "");		     /* 110 + 2 */
	put_entry(&to.sink, CPIO_TRAILER, 0, "");
	read_sizes(&archive, &s);
	assert_int_equal(s.n, 5);
	assert_size(&s, 0, ".", 112 + 121 + 131 + 112, 13);
	assert_size(&s, 1, "d", 112 + 121 + 131, 13);
	assert_size(&s, 2, "long", 131, 8);
	assert_size(&s, 3, "f", 121, 5);
	assert_size(&s, 4, "a", 112, 0);
	assert_true(s.all[1].folder && !s.all[2].folder);
	assert_int_equal(s.all[3].depth, 2);
	assert_int_equal(s.rest, 124);
}

/* No entry makes the folder "x"; the second "f" takes the place of the first, both take room. */
static void odd_names_are_counted_too(void **state)
{
	AUTO_INITRD_SIZES s = {.n = 0};
	AUTO_BUF archive = BUF_INIT;
	struct buf_sink to;

	(void)state;
	buf_sink_init(&to, &archive);
	put_entry(&to.sink, "f", CPIO_FILE | 0644, "1234");
	put_entry(&to.sink, "./x//y", CPIO_FILE | 0644, "");
	put_entry(&to.sink, "f", CPIO_FILE | 0644, "12345678");
	read_sizes(&archive, &s);
	assert_int_equal(s.n, 3);
	assert_size(&s, 1, "f", 116 + 120, 12);
	assert_size(&s, 2, "x/y", 120, 0);
	assert_int_equal(s.all[2].depth, 1);
	assert_int_equal(s.rest, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		scratch_test(plain_entries_take_what_they_have),
		scratch_test(odd_names_are_counted_too),
	};

	return cmocka_run_group_tests(tests, scratch_enter, scratch_leave);
}
