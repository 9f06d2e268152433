#include "scratch.h"

#include "host/new_key.h"
#include "host/output.h"

/* Two certificates of one key, "one" and "two". */
static void make(struct private_key *k, struct certificates *c)
{
	const struct new_certificate one = {"one", 0, 86400}, two = {"two", 86400, 172800};
	struct err e = ERR_INIT;

	assert_ok(new_key_make(2048, k, &e));
	assert_ok(new_certificate_make(k, &one, c, &e));
	assert_ok(new_certificate_make(k, &two, c, &e));
}

static void put_pem(const char *path, const struct certificates *c)
{
	AUTO_OUTPUT out = OUTPUT_INIT;
	struct err e = ERR_INIT;

	assert_ok(output_begin(&out, path, false, &e));
	assert_ok(sink_put(&out.sink, "a text in front\n", 16, &e));
	for (size_t i = 0; i < c->n; i++)
		assert_ok(new_certificate_write(&c->v[i], &out.sink, &e));
	assert_ok(output_commit(&out, &e));
}

static void file_has_a_chain_in_its_order(void **state)
{
	AUTO_PRIVATE_KEY k = PRIVATE_KEY_INIT;
	AUTO_CERTIFICATES made = {.v = NULL};
	AUTO_CERTIFICATES read = {.v = NULL};
	struct err e = ERR_INIT;

	(void)state;
	make(&k, &made);
	put_pem("chain.pem", &made);
	put_bytes("two.cer", made.v[1].der.data, made.v[1].der.len);
	assert_ok(certificates_load("chain.pem", &read, &e));
	assert_ok(certificates_load("two.cer", &read, &e));
	assert_ok(certificates_add_der(&read, made.v[0].der.data, made.v[0].der.len, &e));
	assert_int_equal(read.n, 4);
	assert_string_equal(read.v[0].facts.subject, "CN=one");
	assert_string_equal(read.v[1].facts.subject, "CN=two");
	assert_string_equal(read.v[2].facts.subject, "CN=two");
	assert_string_equal(read.v[3].facts.subject, "CN=one");
	assert_int_equal(read.v[1].facts.not_before, 86400);
	assert_int_equal(read.v[1].facts.not_after, 172800);
	assert_bytes(read.v[2].der.data, read.v[2].der.len, made.v[1].der.data, made.v[1].der.len);
}

static void provider_of_libcrypto_reads_uris(void **state)
{
	AUTO_PRIVATE_KEY k = PRIVATE_KEY_INIT;
	AUTO_CERTIFICATES made = {.v = NULL};
	AUTO_CERTIFICATES read = {.v = NULL};
	struct err e = ERR_INIT;
	char uri[128], folder[96];

	(void)state;
	make(&k, &made);
	put_pem("chain.pem", &made);
	assert_non_null(getcwd(folder, sizeof(folder)));
	snprintf(uri, sizeof(uri), "file:%s/chain.pem", folder);
	assert_ok(certificates_load_by("default", uri, &read, &e));
	assert_int_equal(read.n, 2);
	assert_string_equal(read.v[0].facts.subject, "CN=one");
	assert_ok(certificates_load_by(NULL, "chain.pem", &read, &e));
	assert_int_equal(read.n, 4);
}

static void what_holds_none_is_refused(void **state)
{
	AUTO_CERTIFICATES c = {.v = NULL};
	struct err e;

	(void)state;
	put_text("empty", "");
	put_text("text", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
	assert_fails_with(certificates_load("empty", &c, &e),
			  "'empty' holds no certificate, as PEM or DER");
	assert_fails_with(certificates_load("text", &c, &e),
			  "'text' holds no certificate, as PEM or DER");
	assert_fails_with(certificates_load("none", &c, &e),
			  "certificate: open 'none': No such file or directory");
	assert_fails_with(certificates_add_der(&c, "\x30\x03\x02\x01\x01", 5, &e),
			  "this is no certificate in DER");
	assert_fails_with(certificates_load_by("none", "x", &c, &e),
			  "libcrypto has no provider 'none' here");
	assert_int_equal(c.n, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		scratch_test(file_has_a_chain_in_its_order),
		scratch_test(provider_of_libcrypto_reads_uris),
		scratch_test(what_holds_none_is_refused),
	};

	return cmocka_run_group_tests(tests, scratch_enter, scratch_leave);
}
