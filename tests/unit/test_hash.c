#include "scratch.h"

#include "host/hash.h"

/* The examples that NIST publishes for FIPS 180-4, and the hash of no bytes at all. */
#define SHA_ABC	    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
#define SHA_56	    "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
#define SHA_EMPTY   "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
#define SHA_MILLION "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"

static void assert_hash(const void *data, size_t len, const char *want)
{
	struct err e = ERR_INIT;
	char hex[HASH_HEX];

	assert_ok(hash_bytes(data, len, hex, &e));
	assert_string_equal(hex, want);
}

static void published_examples_fit(void **state)
{
	(void)state;
	assert_hash("", 0, SHA_EMPTY);
	assert_hash("abc", 3, SHA_ABC);
	assert_hash("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 56, SHA_56);
}

static void million_a_fit_in_memory_and_in_a_file(void **state)
{
	enum { MILLION = 1000000 };
	AUTO_FREE char *text = malloc(MILLION);
	struct err e = ERR_INIT;
	char hex[HASH_HEX];

	(void)state;
	assert_non_null(text);
	memset(text, 'a', MILLION);
	assert_hash(text, MILLION, SHA_MILLION);
	put_bytes("f", text, MILLION);
	assert_ok(hash_file("f", hex, &e));
	assert_string_equal(hex, SHA_MILLION);
}

static void range_of_a_source_is_hashed(void **state)
{
	struct memory_source memory;
	struct err e = ERR_INIT;
	char hex[HASH_HEX];

	(void)state;
	memory_source_init(&memory, "xxabcyy", 7, "memory");
	assert_ok(hash_source(&memory.source, 2, 3, hex, &e));
	assert_string_equal(hex, SHA_ABC);
	assert_ok(hash_source(&memory.source, 7, 0, hex, &e));
	assert_string_equal(hex, SHA_EMPTY);
	assert_fails_with(hash_source(&memory.source, 5, 3, hex, &e),
			  "'memory' ends after 7 bytes, but 3 at 5 are needed: it is cut short");
}

static void files_that_cannot_be_read_are_told(void **state)
{
	struct err e = ERR_INIT;
	char hex[HASH_HEX];

	(void)state;
	put_text("empty", "");
	assert_ok(hash_file("empty", hex, &e));
	assert_string_equal(hex, SHA_EMPTY);
	assert_fails_with(hash_file("no", hex, &e), "open 'no': No such file or directory");
	assert_fails_with(hash_file(".", hex, &e), "'.' is a folder, not a file");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		scratch_test(published_examples_fit),
		scratch_test(million_a_fit_in_memory_and_in_a_file),
		scratch_test(range_of_a_source_is_hashed),
		scratch_test(files_that_cannot_be_read_are_told),
	};

	return cmocka_run_group_tests(tests, scratch_enter, scratch_leave);
}
