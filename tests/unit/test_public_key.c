#include "scratch.h"

#include "host/hash.h"
#include "host/public_key.h"

/* openssl genrsa 2048; its pkfp is what systemd-measure 252 printed for it. */
static const char pem[] = "-----BEGIN PUBLIC KEY-----\n"
			  "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAg4txu7LOtI821eg9iaqP\n"
			  "DM0lbr17mSawHDQlBVhMON25fER03y+yx0Fwhf4hNdZdZIIsVhIH03slFrTPN6LP\n"
			  "iucw1Shb3KTC5py9TlpRWwZSO6JgovjJ51/UpiU2yHPr8X8252mCpOUqfhTbSpX+\n"
			  "EdLgUruRxn1ANbDoLgW9bNVCjfzbFXBMq223WbnCFnUlNNbfIhaI2HGSUFtzC5LO\n"
			  "THFlj/THCPmhOCzf3ooAP9FOMS0UiCRftQptwum+bHb4zx2mbGQnZomihNdRvCMl\n"
			  "tti05k4wl9dSqh+QS8QwzF263NV9uohnn3d7HXZiIAob42m8frRZyiajqQExLyII\n"
			  "2wIDAQAB\n"
			  "-----END PUBLIC KEY-----\n";
static const char pkfp[] = "820a8cbce45fb3517d1e39188f208eb6269670ecd60d8a58a5ada30cfb7956cb";

static void a_pem_file_is_read_and_written_as_it_was(void **state)
{
	AUTO_PUBLIC_KEY k = PUBLIC_KEY_INIT;
	char hex[HASH_HEX];
	struct err e = ERR_INIT;

	(void)state;
	put_text("key.pem", pem);
	assert_ok(public_key_load("key.pem", &k, &e));
	assert_true(k.is_rsa);
	assert_int_equal(k.bits, 2048);
	assert_string_equal(k.pem.data, pem);
	assert_ok(hash_bytes(k.der.data, k.der.len, hex, &e));
	assert_string_equal(hex, pkfp);
}

static void what_holds_no_key_is_refused(void **state)
{
	AUTO_PUBLIC_KEY k = PUBLIC_KEY_INIT;
	struct err e;

	(void)state;
	put_text("empty", "");
	put_text("text", "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n");
	assert_fails_with(public_key_load("empty", &k, &e),
			  "'empty' holds no public key, as PEM or DER");
	assert_fails_with(public_key_load("text", &k, &e),
			  "'text' holds no public key, as PEM or DER");
	assert_null(k.der.data);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(a_pem_file_is_read_and_written_as_it_was, scratch_clear),
		cmocka_unit_test_teardown(what_holds_no_key_is_refused, scratch_clear),
	};

	return cmocka_run_group_tests(tests, scratch_enter, scratch_leave);
}
