#include "unit.h"

#include "format/cloud_init.h"

static int check(const char *text, struct err *e)
{
	return cloud_init_check_user_data("u", text, strlen(text), e);
}

static void what_cloud_init_handles_passes(void **state)
{
	/* cloud-init's documentation, "User data formats". */
	static const char *const good[] = {
		"#cloud-config\nhostname: a\n",
		"#cloud-config",
		"#cloud-config \r\nhostname: a\r\n",
		"#cloud-config-archive\n- type: text/cloud-config\n",
		"#cloud-config-jsonp\n[]\n",
		"#!/bin/sh\necho\n",
		"#include\nhttps://example.org/a\n",
		"#include-once\n",
		"#part-handler\n",
		"#cloud-boothook\n",
		"## template: jinja\n#cloud-config\n",
		"Content-Type: multipart/mixed; boundary=\"x\"\n",
		"MIME-Version: 1.0\n",
		"\x1f\x8b\x08",
	};
	struct err e = ERR_INIT;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(good); i++)
		assert_ok(check(good[i], &e));
}

static void what_cloud_init_ignores_is_refused(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	assert_fails_with(check("", &e), "'u' is empty: begin with '#cloud-config'");
	assert_fails_with(check("# cloud-config\n", &e),
			  "'u' begins with '# cloud-config', which cloud-init ignores: did you "
			  "mean '#cloud-config'?");
	assert_fails_with(check("hostname: a\n", &e),
			  "'u' begins with 'hostname: a', which cloud-init ignores: its first line "
			  "has to be '#cloud-config', '#!/bin/sh' or another one that cloud-init "
			  "knows");
	assert_fails_with(check("\xef\xbb\xbf#cloud-config\n", &e),
			  "'u' begins with a byte order mark, behind which cloud-init finds no "
			  "header: save it as UTF-8 without");
	/* An order for the terminal is not repeated. */
	assert_int_equal(check("\x1b[2J", &e), -1);
	assert_null(strchr(e.text, '\x1b'));
	assert_int_equal(check("#cloud-configs\n", &e), -1);
	/* Known to old versions only. */
	assert_int_equal(check("#upstart-job\n", &e), -1);
	assert_int_equal(check("\n#cloud-config\n", &e), -1);
}

static bool has(const char *text, const char *key)
{
	return cloud_init_has_key(text, strlen(text), key);
}

static void keys_are_found_in_yaml_and_json(void **state)
{
	(void)state;
	assert_true(has("instance-id: a\n", "instance-id"));
	assert_true(has("# x\nlocal-hostname: b\ninstance-id : a", "instance-id"));
	assert_true(has("{\"instance-id\": \"a\"}", "instance-id"));
	assert_true(has("{\"a\": 1, \"instance-id\": \"a\"}", "instance-id"));
	assert_true(has("network:\n  version: 2\n", "version"));
	assert_true(has("'version': 1", "version"));
	assert_false(has("instance-ids: a\n", "instance-id"));
	assert_false(has("# instance-id: a\n", "instance-id"));
	assert_false(has("x: instance-id\n", "instance-id"));
	assert_false(has("instance-id", "instance-id"));
	assert_false(has("\"instance-id", "instance-id"));
	assert_false(has("", "instance-id"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_cloud_init_handles_passes),
		cmocka_unit_test(what_cloud_init_ignores_is_refused),
		cmocka_unit_test(keys_are_found_in_yaml_and_json),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
