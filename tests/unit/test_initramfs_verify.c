#include "stage/initramfs.h"

#include "scratch.h"

#include "host/output.h"
#include "stage/initramfs_verify.h"

#include <string.h>
#include <time.h>

static void put_file(const char *name, const char *text)
{
	struct err e = ERR_INIT;

	assert_ok(output_write(name, text, strlen(text), false, &e));
}

/* Plans the list; nothing is compressed unless the options say so. */
static void plan_list(struct initramfs_options *o, struct strv *lists, struct image_tree *plan,
		      const char *list)
{
	struct err e = ERR_INIT;

	put_file("x.list", list);
	o->lists = lists;
	o->level = -1;
	assert_ok(strv_add(lists, "x.list", &e));
	assert_ok(initramfs_plan(o, plan, &e));
}

static void file_that_changed_since_the_plan_is_refused(void **state)
{
	const struct timespec times[2] = {{.tv_sec = 5}, {.tv_sec = 5}};
	struct initramfs_options o = {.output = "out"};
	AUTO_IMAGE_TREE plan = IMAGE_TREE_INIT;
	struct initramfs_summary summary;
	AUTO_STRV lists = STRV_INIT;
	struct err e = ERR_INIT;

	(void)state;
	put_file("g", "1");
	plan_list(&o, &lists, &plan, "file /g g 0644 0 0\n");
	assert_int_equal(utimensat(AT_FDCWD, "g", times, 0), 0);
	assert_fails_with(initramfs_write(&o, &plan, &summary, &e),
			  "'g' was changed while it was read: run again when it is at rest");
	put_file("g", "12");
	assert_fails_with(initramfs_write(&o, &plan, &summary, &e),
			  "'g' has 2 bytes, but had 1 before: run again when it is at rest");
	put_file("g", "");
	assert_fails_with(initramfs_write(&o, &plan, &summary, &e),
			  "'g' has 0 bytes, but had 1 before: run again when it is at rest");
	assert_int_equal(unlink("g"), 0);
	assert_fails_with(initramfs_write(&o, &plan, &summary, &e),
			  "open 'g': No such file or directory");
	assert_int_equal(mkfifo("g", 0600), 0);
	assert_int_equal(initramfs_write(&o, &plan, &summary, &e), -1);
	assert_false(file_exists("out"));
}

/*
 * Does this byte of the archive below say anything? An entry's device, its sum and the zeros behind
 * a link's target or a file do not, and of the trailer only magic, name and sizes do (its name may
 * have more zeros behind it). A file's content counts where there is a sum to it.
 */
static bool matters(size_t i, bool summed)
{
	static const size_t file = 116, content = 228, trailer = 236;
	size_t at = i < file ? i : i < trailer ? i - file : i - trailer;

	if (i >= trailer)
		return at < 6 || (at >= 54 && at < 62) || (at >= 94 && at < 100) ||
		       (at >= 110 && at < 121) || at >= 124;
	if (i >= content)
		return summed && i < content + 5;
	if (at >= 102 && at < 110)
		return summed && i >= file;
	return !((at >= 62 && at < 78) || i == 114 || i == 115);
}

/* The same entries without and with sums: a byte changed, or the end missing. */
static void reads_back_differently(bool summed)
{
	struct initramfs_options o = {
		.compress = INITRAMFS_PLAIN, .output = "v.cpio", .checksum = summed};
	AUTO_IMAGE_TREE plan = IMAGE_TREE_INIT;
	struct initramfs_summary summary;
	AUTO_INITRAMFS_LAYOUT layout = {.offsets = NULL};
	const struct initramfs_source written = {&o, &plan, &layout, NULL};
	AUTO_STRV lists = STRV_INIT;
	AUTO_BUF bytes = BUF_INIT;
	struct err e = ERR_INIT;

	put_file("a", "hello");
	plan_list(&o, &lists, &plan, "slink /l x 0777 0 0\nfile /a a 0644 0 0\n");
	assert_ok(initramfs_write(&o, &plan, &summary, &e));
	assert_ok(file_read("v.cpio", 4096, &bytes, &e));
	assert_ok(initramfs_layout_make(&o, &plan, 0, &layout, &e));
	for (size_t i = 0; i < layout.n; i++)
		layout.pieces[i].packed_size = layout.pieces[i].size;
	for (size_t i = 0; i < bytes.len; i++) {
		struct memory_source archive;

		memory_source_init(&archive, bytes.data, bytes.len, "v.cpio");
		bytes.data[i] ^= 1;
		if (initramfs_verify(&written, &archive.source, 0, &e) !=
		    (matters(i, summed) ? -1 : 0))
			fail_msg("byte %zu: %s", i, e.text);
		bytes.data[i] ^= 1;
		memory_source_init(&archive, bytes.data, i, "v.cpio");
		assert_int_equal(initramfs_verify(&written, &archive.source, 0, &e), -1);
	}
}

static void what_reads_back_differently_is_told(void **state)
{
	(void)state;
	reads_back_differently(false);
	reads_back_differently(true);
}

/* Several pieces without compression: entries across their ends, a sum that is known late. */
static void large_content_is_summed_as_it_is_read(void **state)
{
	enum { SIZE = (5 << 19) + 3 };
	struct initramfs_options o = {
		.compress = INITRAMFS_PLAIN, .output = "s.cpio", .checksum = true, .jobs = 3};
	AUTO_IMAGE_TREE plan = IMAGE_TREE_INIT;
	struct initramfs_summary summary;
	AUTO_FREE char *content = malloc(SIZE);
	AUTO_STRV lists = STRV_INIT;
	AUTO_BUF archive = BUF_INIT;
	struct err e = ERR_INIT;
	uint32_t sum = 0;
	char text[9];

	(void)state;
	assert_non_null(content);
	for (size_t i = 0; i < SIZE; i++)
		sum += (unsigned char)(content[i] = (char)(i * 7 + i / 251));
	put_file("a", "hello");
	assert_ok(output_write("large", content, SIZE, false, &e));
	plan_list(&o, &lists, &plan,
		  "file /1 a 0644 0 0\nfile /2 large 0644 0 0\nfile /3 a 0644 0 0\n");
	assert_ok(initramfs_write(&o, &plan, &summary, &e));
	assert_ok(file_read("s.cpio", 4 << 20, &archive, &e));
	assert_int_equal(archive.len, 2621952);
	snprintf(text, sizeof(text), "%08X", sum);
	/* Behind the first entry, of 112 bytes and 8 of content. */
	assert_memory_equal(archive.data + 120, "070702", 6);
	assert_memory_equal(archive.data + 120 + 102, text, 8);
	assert_memory_equal(archive.data + 120 + 112, content, SIZE);
	/* "hello" has the sum 0x214. */
	assert_memory_equal(archive.data + 120 + 112 + SIZE + 1, "070702", 6);
	assert_memory_equal(archive.data + 120 + 112 + SIZE + 1 + 102, "00000214", 8);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		scratch_test(file_that_changed_since_the_plan_is_refused),
		scratch_test(what_reads_back_differently_is_told),
		scratch_test(large_content_is_summed_as_it_is_read),
	};

	return cmocka_run_group_tests(tests, scratch_enter, scratch_leave);
}
