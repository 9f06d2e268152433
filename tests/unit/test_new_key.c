#include "host/new_key.h"

#include "host/output.h"
#include "scratch.h"

#include <sys/prctl.h>
#include <sys/resource.h>

static const struct passphrase_source nobody = {.has_fd = false};

static void write_to(const char *path, const struct private_key *k, const char *passphrase)
{
	struct err e = ERR_INIT;
	AUTO_OUTPUT out = OUTPUT_INIT;

	assert_ok(output_begin(&out, path, false, &e));
	assert_ok(new_key_write(k, passphrase, &out.sink, &e));
	assert_ok(output_commit(&out, &e));
}

static void certificate_is_the_keys(void **state)
{
	const struct new_certificate what = {"a, \"b\"", 1767225600, 2524608000};
	struct err e = ERR_INIT;
	AUTO_PRIVATE_KEY k = PRIVATE_KEY_INIT, other = PRIVATE_KEY_INIT;
	AUTO_CERTIFICATES c = {.v = NULL};
	AUTO_BUF signature = BUF_INIT;
	bool good;

	(void)state;
	assert_ok(new_key_make(2048, &k, &e));
	assert_ok(new_key_make(2048, &other, &e));
	assert_ok(new_certificate_make(&k, &what, &c, &e));
	assert_ok(new_certificate_make(&k, &what, &c, &e));
	assert_int_equal(c.n, 2);
	assert_string_equal(c.v[0].facts.subject, "CN=a\\, \\\"b\\\"");
	assert_string_equal(c.v[0].facts.issuer, c.v[0].facts.subject);
	assert_true(c.v[0].facts.is_rsa);
	assert_int_equal(c.v[0].facts.bits, 2048);
	assert_int_equal(c.v[0].facts.not_before, 1767225600);
	assert_int_equal(c.v[0].facts.not_after, 2524608000);
	assert_true(certificate_fits_key(&c.v[0], &k));
	assert_false(certificate_fits_key(&c.v[0], &other));
	/* Serial numbers differ. */
	assert_true(c.v[0].der.len != c.v[1].der.len ||
		    memcmp(c.v[0].der.data, c.v[1].der.data, c.v[0].der.len) != 0);
	assert_ok(private_key_sign(&k, "text", 4, &signature, &e));
	assert_ok(certificate_verify(&c.v[0], "text", 4, signature.data, signature.len, &good, &e));
	assert_true(good);
	assert_ok(certificate_verify(&c.v[0], "texT", 4, signature.data, signature.len, &good, &e));
	assert_false(good);
}

static void name_is_refused_when_it_is_none(void **state)
{
	const struct new_certificate what = {"\xff", 0, 1};
	struct err e = ERR_INIT;
	AUTO_PRIVATE_KEY k = PRIVATE_KEY_INIT;
	AUTO_CERTIFICATES c = {.v = NULL};

	(void)state;
	assert_ok(new_key_make(2048, &k, &e));
	assert_int_equal(new_certificate_make(&k, &what, &c, &e), -1);
	assert_int_equal(c.n, 0);
}

static void key_comes_back_from_its_file(void **state)
{
	const struct new_certificate what = {"x", 0, 1};
	struct err e = ERR_INIT;
	AUTO_PRIVATE_KEY k = PRIVATE_KEY_INIT, plain = PRIVATE_KEY_INIT, locked = PRIVATE_KEY_INIT;
	AUTO_CERTIFICATES c = {.v = NULL};

	(void)state;
	assert_ok(new_key_make(2048, &k, &e));
	assert_ok(new_certificate_make(&k, &what, &c, &e));
	write_to("plain", &k, NULL);
	write_to("locked", &k, "secret");
	assert_ok(private_key_load("plain", NULL, &nobody, &plain, &e));
	assert_true(certificate_fits_key(&c.v[0], &plain));
	assert_int_equal(setenv(PASSPHRASE_ENVIRONMENT, "wrong", 1), 0);
	assert_int_equal(private_key_load("locked", NULL, &nobody, &locked, &e), -1);
	assert_int_equal(setenv(PASSPHRASE_ENVIRONMENT, "secret", 1), 0);
	assert_ok(private_key_load("locked", NULL, &nobody, &locked, &e));
	unsetenv(PASSPHRASE_ENVIRONMENT);
	assert_true(certificate_fits_key(&c.v[0], &locked));
}

static int guards(void)
{
	struct err e = ERR_INIT;
	AUTO_PRIVATE_KEY k = PRIVATE_KEY_INIT;
	struct rlimit core;

	prctl(PR_SET_DUMPABLE, 1);
	if (new_key_make(2048, &k, &e) < 0 || getrlimit(RLIMIT_CORE, &core) < 0)
		return 2;
	return prctl(PR_GET_DUMPABLE) == 0 && core.rlim_max == 0 ? 0 : 1;
}

static void process_with_a_key_makes_no_dump(void **state)
{
	(void)state;
	assert_int_equal(in_child(guards), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		/* First: the others leave the process guarded. */
		scratch_test(process_with_a_key_makes_no_dump),
		scratch_test(certificate_is_the_keys),
		scratch_test(name_is_refused_when_it_is_none),
		scratch_test(key_comes_back_from_its_file),
	};

	return cmocka_run_group_tests(tests, scratch_enter, scratch_leave);
}
