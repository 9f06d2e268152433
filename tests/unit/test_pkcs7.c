#include "unit.h"

#include "format/signed_data.h"
#include "host/new_key.h"
#include "host/pkcs7.h"

/* What format/signed_data.h writes, libcrypto judges. */

static const uint8_t data_oid[] = {0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x01};

struct who {
	struct private_key key;
	struct certificates certificates;
};

static struct who alice, bob;

static void make(struct who *w, const char *name)
{
	const struct new_certificate what = {name, 0, 4102444800};
	struct err e = ERR_INIT;

	assert_ok(new_key_make(2048, &w->key, &e));
	assert_ok(new_certificate_make(&w->key, &what, &w->certificates, &e));
}

static int make_both(void **state)
{
	(void)state;
	make(&alice, "alice");
	make(&bob, "bob");
	return 0;
}

static int drop_both(void **state)
{
	(void)state;
	private_key_done(&alice.key);
	private_key_done(&bob.key);
	certificates_done(&alice.certificates);
	certificates_done(&bob.certificates);
	return 0;
}

static struct der der_of(const struct buf *b)
{
	return (struct der){(const uint8_t *)buf_str(b), b->len};
}

/* Alice's signature over "content", which is not in it, as of a variable. */
static void sign(struct buf *to)
{
	const struct der certificate = der_of(&alice.certificates.v[0].der);
	struct err e = ERR_INIT;
	AUTO_BUF signature = BUF_INIT;
	struct signed_data s = {
		.has_content_info = true,
		.content_type = {data_oid, sizeof(data_oid)},
		.certificates = &certificate,
		.n_certificates = 1,
	};

	assert_ok(private_key_sign(&alice.key, "content", 7, &signature, &e));
	s.signature = der_of(&signature);
	assert_ok(signed_data_write(&s, to, &e));
}

static void assert_verdict(const struct buf *der, const char *content, const struct certificates *c,
			   const char *want)
{
	AUTO_PKCS7_VERDICT v = {.intact = false};
	struct err e = ERR_INIT;
	char got[64];

	assert_ok(pkcs7_check(der->data, der->len, content, strlen(content), c, &v, &e));
	snprintf(got, sizeof(got), "%s:%s%s", v.signer.subject, v.intact ? " intact" : "",
		 v.trusted ? " trusted" : "");
	assert_string_equal(got, want);
}

static void signature_is_good_for_its_content_and_signer(void **state)
{
	static const struct certificates nobody;
	AUTO_BUF der = BUF_INIT;

	(void)state;
	sign(&der);
	assert_verdict(&der, "content", &alice.certificates, "CN=alice: intact trusted");
	assert_verdict(&der, "content", &bob.certificates, "CN=alice: intact");
	assert_verdict(&der, "content", &nobody, "CN=alice: intact");
	assert_verdict(&der, "Content", &alice.certificates, "CN=alice:");
	assert_verdict(&der, "", &alice.certificates, "CN=alice:");
}

static void same_input_gives_the_same_bytes(void **state)
{
	AUTO_BUF one = BUF_INIT, two = BUF_INIT;

	(void)state;
	sign(&one);
	sign(&two);
	assert_bytes(one.data, one.len, two.data, two.len);
}

/* The last bytes are the signature's own. */
static void changed_signature_is_not_intact(void **state)
{
	AUTO_BUF der = BUF_INIT;

	(void)state;
	sign(&der);
	der.data[der.len - 1] ^= 1;
	assert_verdict(&der, "content", &alice.certificates, "CN=alice:");
}

static void what_is_cut_short_is_none(void **state)
{
	AUTO_BUF der = BUF_INIT;

	(void)state;
	sign(&der);
	for (size_t len = 0; len < der.len; len += 37) {
		AUTO_PKCS7_VERDICT v = {.intact = false};
		struct err e = ERR_INIT;

		assert_int_equal(
			pkcs7_check(der.data, len, "content", 7, &alice.certificates, &v, &e), -1);
		assert_int_equal(e.kind, ERR_INPUT);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(signature_is_good_for_its_content_and_signer),
		cmocka_unit_test(same_input_gives_the_same_bytes),
		cmocka_unit_test(changed_signature_is_not_intact),
		cmocka_unit_test(what_is_cut_short_is_none),
	};

	return cmocka_run_group_tests(tests, make_both, drop_both);
}
