#include "scratch.h"

#include "format/base64.h"
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

/* Another of openssl's, and what "openssl dgst -sha256 -sign" made with it of "the message". */
static const char signer[] = "-----BEGIN PUBLIC KEY-----\n"
			     "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAygtA2gb17dja9UBMZQdX\n"
			     "HmPhletLPHcaYCsgtk15MRzyXfIniWAJKKcaXd7osagQW9HOsEt7MPZmbLvMZO9W\n"
			     "4urTojT22jOLQIJcdXBGJuvcOikFl4eiUKdK+E3mEJF7i4Lr3MPTv8G4i3540X4y\n"
			     "TJ+6xsygUA+DC8qgytdP5VOsmKPuD8BuxC1WCK8XrL6cb+KuQ3R/RGuzGmnzOoNt\n"
			     "gQr55bvKEPqiWgmVEWWGTU1B2xycuc5IjguCnS03sIG8Zj9FBldxoK1T/B7W72Lu\n"
			     "d6pq19ey6SWdzVbWy1ED0Eg9HzamWzKsC6SZcjjESD+2pnukVy5elmPD9yyMxjmK\n"
			     "wwIDAQAB\n"
			     "-----END PUBLIC KEY-----\n";
static const char signature[] = "wsiZe0KKpmX0y0A4YU664hPL40KKn9prmj4V15tLxJKqjiS6heiJazvrTNafGrPe"
				"28k1HUa3S0U49kEF1f8DIbixyfSMxadBR8EwVABp5IooYjdNz+g2f6wsZyDz7mWU"
				"OZKrEQRXA828q1VWHIKUi1pJH+ED/OP+JYO4+wNvd7QAnbKJ/GOAj+sLtY87mV7i"
				"jHcviqhtMW4U+tjjp9tk5DWQ09g2U7A1g2dxpAbA/QzyyH1gUlyrV+DENrEQDadC"
				"qFgq9KC2bEqDgY4gIsPDk6D0/CpSdaQvMCOo+uXSkzRFu9edaXqr443/y+9cLbLe"
				"HxZ5F0qdN21fO1kTKbLQcQ==";

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

static void only_its_own_signature_fits(void **state)
{
	AUTO_PUBLIC_KEY k = PUBLIC_KEY_INIT, other = PUBLIC_KEY_INIT;
	AUTO_BUF text = BUF_INIT, data = BUF_INIT, sig = BUF_INIT;
	struct err e = ERR_INIT;
	bool fits = false;

	(void)state;
	assert_ok(buf_puts(&text, signer, &e));
	assert_ok(public_key_read(&text, "text", &k, &e));
	put_text("key.pem", pem);
	assert_ok(public_key_load("key.pem", &other, &e));
	assert_ok(buf_puts(&data, "the message", &e));
	assert_ok(base64_get(signature, &sig, &e));
	assert_ok(public_key_verify(&k, &data, &sig, &fits, &e));
	assert_true(fits);
	assert_ok(public_key_verify(&other, &data, &sig, &fits, &e));
	assert_false(fits);
	data.data[0] ^= 1;
	assert_ok(public_key_verify(&k, &data, &sig, &fits, &e));
	assert_false(fits);
	data.data[0] ^= 1;
	for (size_t i = 0; i < sig.len; i += 51) {
		sig.data[i] ^= 1;
		assert_ok(public_key_verify(&k, &data, &sig, &fits, &e));
		assert_false(fits);
		sig.data[i] ^= 1;
	}
	sig.len--;
	assert_ok(public_key_verify(&k, &data, &sig, &fits, &e));
	assert_false(fits);
	sig.len = 0;
	assert_ok(public_key_verify(&k, &data, &sig, &fits, &e));
	assert_false(fits);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(a_pem_file_is_read_and_written_as_it_was, scratch_clear),
		cmocka_unit_test_teardown(only_its_own_signature_fits, scratch_clear),
		cmocka_unit_test_teardown(what_holds_no_key_is_refused, scratch_clear),
	};

	return cmocka_run_group_tests(tests, scratch_enter, scratch_leave);
}
