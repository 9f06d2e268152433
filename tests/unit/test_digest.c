#include "unit.h"

#include "host/hash.h"

/* NIST's examples for FIPS 180-4: the digests of "abc". */
static const struct {
	enum digest_kind kind;
	const char *name;
	const char *abc;
} kinds[] = {
	{DIGEST_SHA1, "sha1", "a9993e364706816aba3e25717850c26c9cd0d89d"},
	{DIGEST_SHA256, "sha256",
	 "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
	{DIGEST_SHA384, "sha384",
	 "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed"
	 "8086072ba1e7cc2358baeca134c825a7"},
	{DIGEST_SHA512, "sha512",
	 "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
	 "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f"},
};

static void assert_hex(enum digest_kind kind, const struct digest_value *value, const char *want)
{
	char hex[DIGEST_HEX];

	digest_to_hex(kind, value, hex);
	assert_string_equal(hex, want);
	assert_int_equal(strlen(want), 2 * digest_size(kind));
}

static void every_kind_fits_its_example_and_begins_anew(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		AUTO_HASH h = HASH_INIT;

		assert_ok(hash_begin_kind(&h, kinds[i].kind, &e));
		for (int again = 0; again < 2; again++) {
			struct digest_value value;

			assert_ok(digest_put(&h.digest, "a", 1, &e));
			assert_ok(digest_put(&h.digest, "bc", 2, &e));
			assert_ok(digest_finish(&h.digest, &value, &e));
			assert_hex(kinds[i].kind, &value, kinds[i].abc);
		}
	}
}

static void several_kinds_are_fed_at_once(void **state)
{
	AUTO_HASH a = HASH_INIT;
	AUTO_HASH b = HASH_INIT;
	struct digests d = {.of = {NULL}};
	struct digest_value values[DIGEST_KINDS];
	struct memory_source m;
	struct err e = ERR_INIT;

	(void)state;
	memory_source_init(&m, "xabcx", 5, "m");
	assert_ok(hash_begin_kind(&a, DIGEST_SHA1, &e));
	assert_ok(hash_begin_kind(&b, DIGEST_SHA512, &e));
	d.of[DIGEST_SHA1] = &a.digest;
	d.of[DIGEST_SHA512] = &b.digest;
	assert_ok(digests_range(&d, &m.source, 1, 3, &e));
	assert_ok(digests_finish(&d, values, &e));
	assert_hex(DIGEST_SHA1, &values[DIGEST_SHA1], kinds[0].abc);
	assert_hex(DIGEST_SHA512, &values[DIGEST_SHA512], kinds[3].abc);
	/* This is what sha1sum says of ten of them. */
	assert_ok(digests_zeros(&d, 10, &e));
	assert_ok(digests_finish(&d, values, &e));
	assert_hex(DIGEST_SHA1, &values[DIGEST_SHA1], "9694c4ebd673a5e2fd26e4b2e64f92e914ebd95f");
	assert_int_equal(digests_range(&d, &m.source, 3, 3, &e), -1);
}

static void names_are_found_in_either_case(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		assert_string_equal(digest_name(kinds[i].kind), kinds[i].name);
		assert_int_equal(digest_kind_of(kinds[i].name), kinds[i].kind);
	}
	assert_int_equal(digest_kind_of("SHA256"), DIGEST_SHA256);
	assert_int_equal(digest_kind_of("sha224"), -1);
	assert_int_equal(digest_kind_of(""), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_kind_fits_its_example_and_begins_anew),
		cmocka_unit_test(several_kinds_are_fed_at_once),
		cmocka_unit_test(names_are_found_in_either_case),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
