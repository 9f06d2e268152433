#include "unit.h"

#include "format/cpio.h"

#include <stdbool.h>
#include <stdlib.h>

/* Typed from Documentation/driver-api/early-userspace/buffer-format.rst. */
static const char golden[] =
	/*     ino     mode    uid     gid     nlink   mtime   size    */
	"070701000002D1000041ED00000000000000000000000265000000000000000000000300000001"
	/* rmajor rminor namesize check */
	"00000000000000000000000400000000dev\0\0\0"
	"070701000002D20000218000000001000000020000000165000000000000000000000300000001000000050000"
	"0001"
	"0000000C00000000dev/console\0\0\0"
	"070701000002D3000081A400000000000000000000000165000000000000050000000300000001000000000000"
	"0000"
	"0000000200000000a\0hello\0\0\0"
	"070701000002D40000A1FF00000000000000000000000165000000000000030000000300000001000000000000"
	"0000"
	"0000000200000000l\0ab\0\0"
	"070701000000000000000000000000000000000000000100000000000000000000000000000000"
	"00000000000000000000000B00000000TRAILER!!!\0\0\0\0";

enum { GOLDEN_ENTRIES = 4, GOLDEN_TRAILER = 124, GOLDEN_SIZE = 1024 };

static void golden_fill(char to[GOLDEN_SIZE])
{
	memset(to, 0, GOLDEN_SIZE);
	memcpy(to, golden, sizeof(golden) - 1);
}

static int write_golden(struct sink *out, struct err *e)
{
	const struct cpio_entry dev = {
		.name = "dev", .ino = 721, .mode = 040755, .nlink = 2, .mtime = 0x65000000};
	const struct cpio_entry console = {.name = "dev/console",
					   .ino = 722,
					   .mode = 020600,
					   .uid = 1,
					   .gid = 2,
					   .nlink = 1,
					   .mtime = 0x65000000,
					   .rdev_major = 5,
					   .rdev_minor = 1};
	const struct cpio_entry a = {
		.name = "a", .ino = 723, .mode = 0100644, .nlink = 1, .mtime = 0x65000000};
	const struct cpio_entry l = {
		.name = "l", .ino = 724, .mode = 0120777, .nlink = 1, .mtime = 0x65000000};
	struct memory_source hello;

	memory_source_init(&hello, "hello", 5, "hello");
	if (cpio_write(out, &dev, NULL, e) < 0 || cpio_write(out, &console, NULL, e) < 0 ||
	    cpio_write(out, &a, &hello.source, e) < 0 || cpio_write_symlink(out, &l, "ab", e) < 0)
		return -1;
	return cpio_write_trailer(out, e);
}

static void archive_is_what_the_specification_says(void **state)
{
	struct err e = ERR_INIT;
	AUTO_BUF b = BUF_INIT;
	struct buf_sink sink;
	char want[GOLDEN_SIZE];

	(void)state;
	golden_fill(want);
	buf_sink_init(&sink, &b);
	assert_ok(write_golden(&sink.sink, &e));
	assert_bytes(b.data, b.len, want, sizeof(want));
}

/* Takes `left` bytes and fails at the next one; boundaries have to stand at multiples of 4. */
struct weak_sink {
	struct sink sink;
	uint64_t left;
	unsigned int boundaries;
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

static int weak_boundary(struct sink *s, struct err *e)
{
	(void)e;
	assert_int_equal(s->pos % 4, 0);
	((struct weak_sink *)s)->boundaries++;
	return 0;
}

static const struct sink_ops weak_ops = {.put = weak_put, .boundary = weak_boundary};

static void full_sink_is_told_at_every_byte(void **state)
{
	struct err e = ERR_INIT;
	struct weak_sink w;

	(void)state;
	for (uint64_t room = 0; room < GOLDEN_SIZE; room++) {
		w = (struct weak_sink){.sink = {.ops = &weak_ops}, .left = room};
		assert_fails_with(write_golden(&w.sink, &e), "full");
	}
	w = (struct weak_sink){.sink = {.ops = &weak_ops}, .left = GOLDEN_SIZE};
	assert_ok(write_golden(&w.sink, &e));
	assert_int_equal(w.boundaries, GOLDEN_ENTRIES + 1);
}

static int write_named(const char *name, struct err *e)
{
	const struct cpio_entry entry = {.name = name, .ino = 721, .mode = 0100644, .nlink = 1};
	struct weak_sink w = {.sink = {.ops = &weak_ops}, .left = UINT64_MAX};

	return cpio_write(&w.sink, &entry, NULL, e);
}

static void name_that_the_kernel_drops_is_refused(void **state)
{
	struct err e = ERR_INIT;
	char name[4097];

	(void)state;
	assert_fails_with(write_named("", &e), "'' is not a name inside an archive");
	assert_fails_with(write_named("/a", &e), "'/a' is not a name inside an archive");
	assert_fails_with(write_named("TRAILER!!!", &e),
			  "'TRAILER!!!' cannot be a name: it marks an archive's end");
	assert_ok(write_named("a/TRAILER!!!", &e));
	memset(name, 'n', sizeof(name));
	name[256] = '\0';
	assert_int_equal(write_named(name, &e), -1);
	assert_int_equal(e.kind, ERR_LIMIT);
	assert_non_null(strstr(e.text, "has 256 bytes without a slash, more than 255"));
	name[255] = '\0';
	assert_ok(write_named(name, &e));
	for (size_t i = 0; i < sizeof(name); i++)
		name[i] = i % 2 ? '/' : 'n';
	name[4096] = '\0';
	assert_int_equal(write_named(name, &e), -1);
	assert_non_null(strstr(e.text, "has 4096 bytes, more than 4095"));
	name[4095] = '\0';
	assert_ok(write_named(name, &e));
}

static void link_target_has_limits(void **state)
{
	const struct cpio_entry l = {.name = "l", .ino = 721, .mode = 0120777, .nlink = 1};
	struct weak_sink w = {.sink = {.ops = &weak_ops}, .left = UINT64_MAX};
	struct err e = ERR_INIT;
	char target[4097];

	(void)state;
	memset(target, 't', sizeof(target));
	target[4096] = '\0';
	assert_fails_with(cpio_write_symlink(&w.sink, &l, "", &e),
			  "the target of symbolic link 'l' has 0 bytes; 1 to 4095 are possible");
	assert_fails_with(cpio_write_symlink(&w.sink, &l, target, &e),
			  "the target of symbolic link 'l' has 4096 bytes; 1 to 4095 are possible");
	target[4095] = '\0';
	assert_ok(cpio_write_symlink(&w.sink, &l, target, &e));
}

static void file_of_4_gib_is_refused(void **state)
{
	const struct cpio_entry big = {.name = "big", .ino = 721, .mode = 0100644, .nlink = 1};
	const struct cpio_entry folder = {.name = "d", .ino = 721, .mode = 040755, .nlink = 2};
	struct weak_sink w = {.sink = {.ops = &weak_ops}, .left = UINT64_MAX};
	struct source huge = {.size = UINT64_C(1) << 32, .name = "huge"};
	struct err e = ERR_INIT;

	(void)state;
	assert_fails_with(cpio_write(&w.sink, &big, &huge, &e),
			  "'big' has 4294967296 bytes; the archive has room for 4 GiB - 1");
	assert_fails_with(cpio_write(&w.sink, &folder, &huge, &e),
			  "'d' cannot have content: it is no file");
}

/* What the reader tells, as text. */
static int note_entry(void *context, const struct cpio_found *f, struct err *e)
{
	return buf_putf(context, e, "%s %o %u:%u %u,%u %llu%s%s;", f->entry.name, f->entry.mode,
			f->entry.uid, f->entry.gid, f->entry.rdev_major, f->entry.rdev_minor,
			(unsigned long long)f->size, f->target ? "->" : "",
			f->target ? f->target : "");
}

static int note_data(void *context, const void *data, size_t len, struct err *e)
{
	return buf_put(context, data, len, e);
}

static const char golden_notes[] = "dev 40755 0:0 0,0 0;dev/console 20600 1:2 5,1 0;"
				   "a 100644 0:0 0,0 5;hellol 120777 0:0 0,0 3->ab;";

static int read_in_pieces(const char *data, size_t len, size_t piece, struct buf *notes,
			  struct err *e)
{
	const struct cpio_visitor visitor = {notes, note_entry, note_data};
	struct cpio_reader r;

	cpio_reader_init(&r, &visitor, "x.cpio");
	for (size_t i = 0; i < len; i += piece) {
		size_t n = len - i < piece ? len - i : piece;
		/* Memory of exactly this size: reading past the end is found. */
		AUTO_FREE char *copy = malloc(n);

		memcpy(copy, data + i, n);
		if (sink_put(&r.sink, copy, n, e) < 0)
			return -1;
	}
	assert_int_equal(r.sink.pos, len);
	return cpio_reader_finish(&r, e);
}

static void archive_is_read_whatever_the_pieces(void **state)
{
	struct err e = ERR_INIT;
	char data[GOLDEN_SIZE];

	(void)state;
	golden_fill(data);
	for (size_t piece = 1; piece <= sizeof(data); piece++) {
		AUTO_BUF notes = BUF_INIT;

		assert_ok(read_in_pieces(data, sizeof(data), piece, &notes, &e));
		assert_string_equal(buf_str(&notes), golden_notes);
	}
}

static bool is_between_entries(size_t at)
{
	/* Ends of the entries; the zeros behind the trailer are none of it. */
	static const size_t ends[] = {0, 116, 240, 360, 476};

	for (size_t i = 0; i < ARRAY_LEN(ends); i++)
		if (at == ends[i])
			return true;
	return at >= 476 + GOLDEN_TRAILER;
}

static void archive_cut_short_is_told_at_every_length(void **state)
{
	struct err e = ERR_INIT;
	char data[GOLDEN_SIZE];

	(void)state;
	golden_fill(data);
	for (size_t len = 0; len < sizeof(data); len++) {
		AUTO_BUF notes = BUF_INIT;
		int r = read_in_pieces(data, len, 64, &notes, &e);

		if (is_between_entries(len))
			assert_int_equal(r, 0);
		else
			assert_int_equal(r, -1);
	}
	{
		AUTO_BUF notes = BUF_INIT;

		assert_fails_with(
			read_in_pieces(data, 200, 64, &notes, &e),
			"'x.cpio' ends inside an entry, at byte 200 of the archive: it is "
			"cut short");
	}
}

static void archives_may_follow_each_other(void **state)
{
	struct err e = ERR_INIT;
	AUTO_BUF notes = BUF_INIT;
	char data[2 * GOLDEN_SIZE + 8] = {0};

	(void)state;
	golden_fill(data);
	golden_fill(data + GOLDEN_SIZE + 8);
	assert_ok(read_in_pieces(data, sizeof(data), 100, &notes, &e));
	assert_int_equal(notes.len, 2 * (sizeof(golden_notes) - 1));
}

static int read_changed(size_t at, const char *text, size_t len, struct err *e)
{
	AUTO_BUF notes = BUF_INIT;
	char data[GOLDEN_SIZE];

	golden_fill(data);
	memcpy(data + at, text, len);
	return read_in_pieces(data, sizeof(data), sizeof(data), &notes, e);
}

static void damage_is_told(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	assert_fails_with(read_changed(0, "070707", 6, &e),
			  "'x.cpio' is damaged at byte 0 of the archive: no newc header where one "
			  "should be");
	assert_fails_with(
		read_changed(0, "x", 1, &e),
		"'x.cpio' is damaged at byte 0 of the archive: neither an entry nor zeros");
	assert_fails_with(
		read_changed(6, "0000g", 5, &e),
		"'x.cpio' is damaged at byte 0 of the archive: a header has a number that "
		"is not hexadecimal");
	assert_fails_with(read_changed(94, "00000000", 8, &e),
			  "'x.cpio' is damaged at byte 0 of the archive: a name is empty or longer "
			  "than 4095 bytes");
	assert_fails_with(read_changed(94, "00001001", 8, &e),
			  "'x.cpio' is damaged at byte 0 of the archive: a name is empty or longer "
			  "than 4095 bytes");
	assert_fails_with(read_changed(113, "x", 1, &e),
			  "'x.cpio' is damaged at byte 110 of the archive: a name has no end");
	/* The folder's size; the link's size. */
	assert_fails_with(read_changed(54, "00000004", 8, &e),
			  "'x.cpio' is damaged at byte 110 of the archive: something that is no "
			  "file has content");
	assert_fails_with(
		read_changed(360 + 54, "00000000", 8, &e),
		"'x.cpio' is damaged at byte 470 of the archive: a symbolic link's target "
		"is empty or over 4095 bytes");
	assert_fails_with(
		read_changed(361, "0707010", 7, &e),
		"'x.cpio' is damaged at byte 360 of the archive: no newc header where one "
		"should be");
}

static void checksum_is_compared(void **state)
{
	struct err e = ERR_INIT;
	/* h e l l o = 0x214 */
	static const char good[] = "070702000002D3000081A40000000000000000000000016500000000000005"
				   "000000030000000100000000000000000000000200000214a\0hello";

	(void)state;
	assert_ok(read_changed(240, good, sizeof(good) - 1, &e));
	assert_fails_with(read_changed(240, "070702", 6, &e),
			  "'x.cpio' is damaged at byte 352 of the archive: the content of a file "
			  "does not have its checksum");
}

static void sum_is_that_of_the_bytes_however_they_are_cut(void **state)
{
	unsigned char data[5000];
	uint32_t want = 0;
	char text[CPIO_SUM_SIZE];

	(void)state;
	/* Mostly 0xff, which fills whatever is added up in parts first. */
	for (size_t i = 0; i < sizeof(data); i++)
		data[i] = i % 97 ? 0xff : (unsigned char)i;
	for (size_t len = 0; len < sizeof(data); want += data[len++]) {
		const size_t cut = len / 3;

		assert_int_equal(cpio_sum(0, data, len), want);
		assert_int_equal(cpio_sum(cpio_sum(0, data, cut), data + cut, len - cut), want);
	}
	assert_int_equal(cpio_sum(UINT32_MAX, "\1\2", 2), 2);
	cpio_sum_text(0x0abc0214, text);
	assert_memory_equal(text, "0ABC0214", sizeof(text));
}

/* An entry whose content has 5 bytes: what comes behind the first two is gone over in two steps. */
static int read_with_skip(uint64_t first, uint64_t second, struct err *e)
{
	/* As the third entry of the golden archive. */
	static const char entry[] = "070701000002D3000081A40000000000000000000000016500000000000005"
				    "00000003000000010000000000000000000000020000000"
				    "0a\0he";
	AUTO_BUF notes = BUF_INIT;
	const struct cpio_visitor visitor = {&notes, note_entry, note_data};
	struct cpio_reader *r = calloc(1, sizeof(*r));
	int result;

	assert_non_null(r);
	cpio_reader_init(r, &visitor, "x.cpio");
	assert_int_equal(sink_put(&r->sink, entry, sizeof(entry) - 1, e), 0);
	result = cpio_reader_skip(r, first, e);
	if (result == 0 && second)
		result = cpio_reader_skip(r, second, e);
	if (result == 0)
		result = cpio_reader_finish(r, e);
	free(r);
	return result;
}

static void content_can_be_gone_over_in_parts(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	assert_ok(read_with_skip(6, 0, &e));
	assert_ok(read_with_skip(1, 5, &e));
	assert_fails_with(read_with_skip(3, 0, &e),
			  "'x.cpio' ends inside an entry, at byte 117 of the archive: it is cut "
			  "short");
	assert_fails_with(read_with_skip(7, 0, &e),
			  "'x.cpio' is damaged at byte 112 of the archive: a header tells of "
			  "content of another size");
}

static void entry_at_an_odd_place_is_refused(void **state)
{
	struct err e = ERR_INIT;
	AUTO_BUF notes = BUF_INIT;
	char data[GOLDEN_SIZE + 2] = {0};

	(void)state;
	golden_fill(data + 2);
	assert_fails_with(
		read_in_pieces(data, sizeof(data), 512, &notes, &e),
		"'x.cpio' is damaged at byte 2 of the archive: an entry does not begin at "
		"a multiple of 4");
}

static void junk_ends_what_is_taken(void **state)
{
	AUTO_BUF notes = BUF_INIT;
	const struct cpio_visitor visitor = {&notes, note_entry, note_data};
	struct err e = ERR_INIT;
	struct cpio_reader r;
	char data[GOLDEN_SIZE + 1];
	size_t used = 0;

	(void)state;
	golden_fill(data);
	data[GOLDEN_SIZE] = '\x1f';
	cpio_reader_init(&r, &visitor, "x");
	assert_ok(cpio_reader_take(&r, data, sizeof(data), &used, &e));
	assert_int_equal(used, GOLDEN_SIZE);
	assert_int_equal(r.trailers, 1);
	assert_int_equal(r.entries, GOLDEN_ENTRIES);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(archive_is_what_the_specification_says),
		cmocka_unit_test(full_sink_is_told_at_every_byte),
		cmocka_unit_test(name_that_the_kernel_drops_is_refused),
		cmocka_unit_test(link_target_has_limits),
		cmocka_unit_test(file_of_4_gib_is_refused),
		cmocka_unit_test(archive_is_read_whatever_the_pieces),
		cmocka_unit_test(archive_cut_short_is_told_at_every_length),
		cmocka_unit_test(archives_may_follow_each_other),
		cmocka_unit_test(damage_is_told),
		cmocka_unit_test(checksum_is_compared),
		cmocka_unit_test(sum_is_that_of_the_bytes_however_they_are_cut),
		cmocka_unit_test(content_can_be_gone_over_in_parts),
		cmocka_unit_test(entry_at_an_odd_place_is_refused),
		cmocka_unit_test(junk_ends_what_is_taken),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
