#include "scratch.h"

#include "host/download.h"
#include "host/download_part.h"

/* printf 'one two' | sha256sum */
static const char one_two[] = "8ab63e29a4ba14e4e1688f9c15e5af90895421358c945b0431f85d66977bd3d2";

static void assert_hash(const struct part *p, const char *text)
{
	char got[HASH_HEX], want[HASH_HEX];
	struct err e = ERR_INIT;

	assert_int_equal(p->size, strlen(text));
	assert_ok(hash_hex(&p->hash, got, &e));
	assert_ok(hash_bytes(text, strlen(text), want, &e));
	assert_string_equal(got, want);
}

static void part_is_gone_on_with(void **state)
{
	struct err e = ERR_INIT;
	struct part p;

	(void)state;
	assert_ok(part_open(&p, "f", 100, &e));
	assert_ok(part_put(&p, "one", 3, &e));
	part_close(&p, true);
	assert_text("f.part", "one");
	assert_ok(part_open(&p, "f", 100, &e));
	assert_hash(&p, "one");
	assert_ok(part_put(&p, " two", 4, &e));
	assert_hash(&p, "one two");
	assert_ok(part_commit(&p, "f", true, &e));
	assert_text("f", "one two");
	assert_int_equal(count_names("."), 1);
}

static void part_can_start_anew(void **state)
{
	struct err e = ERR_INIT;
	struct part p;

	(void)state;
	put_text("f.part", "wrong");
	assert_ok(part_open(&p, "f", 100, &e));
	assert_ok(part_restart(&p, &e));
	assert_hash(&p, "");
	assert_ok(part_put(&p, "one", 3, &e));
	assert_hash(&p, "one");
	part_close(&p, true);
	assert_text("f.part", "one");
}

static void part_that_is_too_long_is_thrown_away(void **state)
{
	struct err e = ERR_INIT;
	struct part p;

	(void)state;
	put_text("f.part", "wrong");
	assert_ok(part_open(&p, "f", 4, &e));
	assert_hash(&p, "");
	part_close(&p, true);
	assert_int_equal(count_names("."), 0);
}

static void part_that_is_not_kept_is_deleted(void **state)
{
	struct err e = ERR_INIT;
	struct part p;

	(void)state;
	assert_ok(part_open(&p, "f", 100, &e));
	assert_ok(part_put(&p, "one", 3, &e));
	part_close(&p, false);
	assert_int_equal(count_names("."), 0);
}

static void link_or_pipe_is_no_part(void **state)
{
	struct err e = ERR_INIT;
	struct part p;

	(void)state;
	put_text("precious", "precious");
	assert_int_equal(symlink("precious", "f.part"), 0);
	assert_fails_with(part_open(&p, "f", 100, &e),
			  "write 'f.part': Too many levels of symbolic links");
	assert_text("precious", "precious");
	assert_int_equal(mkfifo("g.part", 0600), 0);
	assert_fails_with(part_open(&p, "g", 100, &e),
			  "'g.part' is not a regular file: move it away");
	assert_int_equal(count_names("."), 3);
}

static int fetch(const struct download *d, struct err *e)
{
	const struct download_options options = {.timeout_s = 1};
	uint64_t bytes;

	return download_all(d, 1, &options, &bytes, e);
}

static void whole_part_needs_no_network(void **state)
{
	const struct download d = {
		.url = "https://127.0.0.1:1/f", .path = "f", .sha256 = one_two, .max_bytes = 100};
	struct err e = ERR_INIT;

	(void)state;
	put_text("f.part", "one two");
	assert_ok(fetch(&d, &e));
	assert_text("f", "one two");
	assert_int_equal(count_names("."), 1);
}

static void only_https_is_spoken(void **state)
{
	static const char *const urls[] = {"http://127.0.0.1:1/f", "file:///etc/passwd",
					   "ftp://127.0.0.1:1/f"};
	char sentence[128];
	struct err e = ERR_INIT;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(urls); i++) {
		const struct download d = {
			.url = urls[i], .path = "f", .sha256 = one_two, .max_bytes = 100};

		snprintf(sentence, sizeof(sentence), "fetch '%s': it is not an https URL", urls[i]);
		assert_fails_with(fetch(&d, &e), sentence);
		assert_int_equal(count_names("."), 0);
	}
}

static void nothing_to_download_is_no_failure(void **state)
{
	const struct download_options options = {.timeout_s = 1};
	struct err e = ERR_INIT;
	uint64_t bytes = 1;

	(void)state;
	assert_ok(download_all(NULL, 0, &options, &bytes, &e));
	assert_int_equal(bytes, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		scratch_test(part_is_gone_on_with),
		scratch_test(part_can_start_anew),
		scratch_test(part_that_is_too_long_is_thrown_away),
		scratch_test(part_that_is_not_kept_is_deleted),
		scratch_test(link_or_pipe_is_no_part),
		scratch_test(whole_part_needs_no_network),
		scratch_test(only_https_is_spoken),
		scratch_test(nothing_to_download_is_no_failure),
	};

	return cmocka_run_group_tests(tests, scratch_enter, scratch_leave);
}
