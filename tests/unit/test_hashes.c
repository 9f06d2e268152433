#include "scratch.h"

#include "stage/hashes.h"

#include <inttypes.h>

/* printf one | sha256sum, and the same of two */
#define SHA_ONE	   "7692c3ad3540bb803c020b3aee66cd8887123234ea0c6e7143c0add73ff431ed"
#define SHA_TWO	   "3fc4ccfe745870e2c0d99f71f30ff0656c8dedd41cc1d7d3d376b0dbe685e2f3"
#define FALSE_HASH "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static void assert_hash(struct hashes *h, const char *path, const char *want)
{
	struct err e = ERR_INIT;
	char hex[HASH_HEX];

	assert_ok(hashes_file(h, path, hex, &e));
	assert_string_equal(hex, want);
}

/* The row of a state file that says what it likes about a file as it is now. */
static void put_row(struct buf *to, const char *path, const char *hex)
{
	struct err e = ERR_INIT;
	struct stat st;

	assert_int_equal(stat(path, &st), 0);
	assert_ok(buf_putf(to, &e,
			   "%s %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRId64 " %" PRId64 " %" PRId64
			   " %" PRId64 " %s\n",
			   hex, (uint64_t)st.st_dev, (uint64_t)st.st_ino, (uint64_t)st.st_size,
			   (int64_t)st.st_mtim.tv_sec, (int64_t)st.st_mtim.tv_nsec,
			   (int64_t)st.st_ctim.tv_sec, (int64_t)st.st_ctim.tv_nsec, path));
}

static void load_text(const struct buf *text, struct hashes *h)
{
	struct err e = ERR_INIT;

	put_bytes("state", buf_str(text), text->len);
	assert_ok(hashes_load("state", h, &e));
}

static void changed_file_has_another_hash(void **state)
{
	AUTO_HASHES h = HASHES_INIT;

	(void)state;
	put_text("f", "one");
	assert_hash(&h, "f", SHA_ONE);
	assert_hash(&h, "f", SHA_ONE);
	/* The same size, and on most machines the same time too. */
	put_text("f", "two");
	assert_hash(&h, "f", SHA_TWO);
	put_text("g", "one");
	assert_hash(&h, "g", SHA_ONE);
	assert_hash(&h, "f", SHA_TWO);
}

static void file_as_it_was_is_not_read_again(void **state)
{
	AUTO_HASHES h = HASHES_INIT;
	AUTO_BUF text = BUF_INIT;

	(void)state;
	put_text("f", "one");
	put_text("name with spaces", "one");
	put_row(&text, "f", FALSE_HASH);
	put_row(&text, "name with spaces", FALSE_HASH);
	load_text(&text, &h);
	assert_hash(&h, "f", FALSE_HASH);
	assert_hash(&h, "name with spaces", FALSE_HASH);
	assert_false(h.changed);
}

static void file_that_changed_is_read_again(void **state)
{
	AUTO_HASHES size = HASHES_INIT;
	AUTO_HASHES other = HASHES_INIT;
	AUTO_BUF text = BUF_INIT;

	(void)state;
	put_text("f", "one or more");
	put_row(&text, "f", FALSE_HASH);
	put_text("f", "one");
	load_text(&text, &size);
	assert_hash(&size, "f", SHA_ONE);
	assert_true(size.changed);
	/* Another file in its place, of the same size and time of change. */
	buf_clear(&text);
	put_row(&text, "f", FALSE_HASH);
	put_text("g", "two");
	assert_int_equal(rename("g", "f"), 0);
	load_text(&text, &other);
	assert_hash(&other, "f", SHA_TWO);
}

static void unsettled_file_is_not_kept(void **state)
{
	struct err e = ERR_INIT;
	AUTO_HASHES h = HASHES_INIT;

	(void)state;
	put_text("f", "one");
	assert_hash(&h, "f", SHA_ONE);
	assert_true(h.changed);
	assert_ok(hashes_save(&h, "state", &e));
	assert_text("state", "");
}

static void settled_file_is_kept(void **state)
{
	struct err e = ERR_INIT;
	AUTO_HASHES h = HASHES_INIT;
	AUTO_HASHES again = HASHES_INIT;
	AUTO_BUF want = BUF_INIT;
	char hex[HASH_HEX];

	(void)state;
	/* A program of this machine: nobody writes it just now. */
	assert_ok(hashes_file(&h, "/bin/sh", hex, &e));
	assert_ok(hashes_save(&h, "state", &e));
	put_row(&want, "/bin/sh", hex);
	assert_text("state", buf_str(&want));
	assert_ok(hashes_load("state", &again, &e));
	assert_hash(&again, "/bin/sh", hex);
	assert_false(again.changed);
	assert_ok(hashes_save(&again, "no/folder/state", &e));
}

static void row_that_no_run_used_is_dropped(void **state)
{
	struct err e = ERR_INIT;
	AUTO_HASHES h = HASHES_INIT;
	AUTO_BUF text = BUF_INIT;
	AUTO_BUF want = BUF_INIT;

	(void)state;
	put_text("f", "one");
	put_text("g", "two");
	put_row(&text, "f", FALSE_HASH);
	put_row(&text, "g", FALSE_HASH);
	put_row(&want, "g", FALSE_HASH);
	load_text(&text, &h);
	assert_hash(&h, "g", FALSE_HASH);
	put_text("new", "one");
	assert_hash(&h, "new", SHA_ONE);
	assert_ok(hashes_save(&h, "state", &e));
	assert_text("state", buf_str(&want));
}

static void damaged_state_is_as_none(void **state)
{
	static const char *const rows[] = {
		"nonsense\n",
		FALSE_HASH "\n",
		"\n\n\n",
		FALSE_HASH " 1 2 3 4 5 6 f\n",
		FALSE_HASH " 1 2 3 4 5 6 x f\n",
		"0123 1 2 3 4 5 6 7 f\n",
	};

	(void)state;
	put_text("f", "one");
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		AUTO_HASHES h = HASHES_INIT;
		struct err e = ERR_INIT;

		put_text("state", rows[i]);
		assert_ok(hashes_load("state", &h, &e));
		assert_hash(&h, "f", SHA_ONE);
	}
}

static void state_cut_short_gives_no_other_hash(void **state)
{
	AUTO_BUF text = BUF_INIT;

	(void)state;
	put_text("file", "one");
	put_row(&text, "file", FALSE_HASH);
	/* What lacks only the newline at its end is whole. */
	for (size_t len = 0; len < text.len - 1; len++) {
		const struct buf cut = {.data = text.data, .len = len};
		AUTO_HASHES h = HASHES_INIT;

		load_text(&cut, &h);
		assert_hash(&h, "file", SHA_ONE);
	}
}

static void missing_file_is_told(void **state)
{
	struct err e = ERR_INIT;
	AUTO_HASHES h = HASHES_INIT;
	char hex[HASH_HEX];

	(void)state;
	assert_ok(hashes_load("no-state", &h, &e));
	assert_fails_with(hashes_file(&h, "no-file", hex, &e),
			  "open 'no-file': No such file or directory");
	assert_int_equal(h.n, 0);
}

static void many_files_are_told_apart(void **state)
{
	AUTO_HASHES h = HASHES_INIT;
	AUTO_BUF text = BUF_INIT;
	char name[32], hex[HASH_HEX];

	(void)state;
	for (unsigned int i = 0; i < 500; i++) {
		snprintf(name, sizeof(name), "f%u", i);
		snprintf(hex, sizeof(hex), "%064x", i);
		put_text(name, "one");
		put_row(&text, name, hex);
	}
	load_text(&text, &h);
	for (unsigned int i = 500; i-- > 0;) {
		snprintf(name, sizeof(name), "f%u", i);
		snprintf(hex, sizeof(hex), "%064x", i);
		assert_hash(&h, name, hex);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		scratch_test(changed_file_has_another_hash),
		scratch_test(file_as_it_was_is_not_read_again),
		scratch_test(file_that_changed_is_read_again),
		scratch_test(unsettled_file_is_not_kept),
		scratch_test(settled_file_is_kept),
		scratch_test(row_that_no_run_used_is_dropped),
		scratch_test(damaged_state_is_as_none),
		scratch_test(state_cut_short_gives_no_other_hash),
		scratch_test(missing_file_is_told),
		scratch_test(many_files_are_told_apart),
	};

	return cmocka_run_group_tests(tests, scratch_enter, scratch_leave);
}
