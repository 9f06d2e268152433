#include "test.h"

#include "credential.h"

#include <sys/socket.h>

/* Type 11, five bytes long, handle 0x1100, two strings; as QEMU's -smbios type=11,value= makes it. */
static const char entry[] = "\x0b\x05\x00\x11\x02"
			    "io.systemd.credential:other=x\0"
			    "io.systemd.credential:vmm.notify_socket=vsock-stream:2:1234\0";

static void value_is_found_behind_other_strings(void **state)
{
	(void)state;
	assert_string_equal(credential_find(entry, sizeof(entry), "vmm.notify_socket"),
			    "vsock-stream:2:1234");
	assert_string_equal(credential_find(entry, sizeof(entry), "other"), "x");
	assert_null(credential_find(entry, sizeof(entry), "vmm.notify"));
	assert_null(credential_find(entry, sizeof(entry), "vmm.notify_socket.x"));
}

static void cut_or_foreign_structure_gives_nothing(void **state)
{
	char copy[sizeof(entry)];

	(void)state;
	for (size_t len = 0; len < sizeof(entry) - 1; len++) {
		char exact[sizeof(entry)];

		memcpy(exact, entry, len);
		assert_null(credential_find(exact, len, "vmm.notify_socket"));
	}
	memcpy(copy, entry, sizeof(entry));
	copy[0] = 1;
	assert_null(credential_find(copy, sizeof(copy), "other"));
	memcpy(copy, entry, sizeof(entry));
	copy[1] = 4;
	assert_null(credential_find(copy, sizeof(copy), "other"));
	copy[1] = (char)255;
	assert_null(credential_find(copy, sizeof(copy), "other"));
}

static void address_has_a_type_or_leaves_it_open(void **state)
{
	struct credential_vsock to;

	(void)state;
	assert_true(credential_vsock_parse("vsock:2:1025", &to));
	assert_int_equal(to.type, 0);
	assert_int_equal(to.cid, 2);
	assert_int_equal(to.port, 1025);
	assert_true(credential_vsock_parse("vsock-stream:4294967295:4294967295", &to));
	assert_int_equal(to.type, SOCK_STREAM);
	assert_int_equal(to.cid, 4294967295);
	assert_true(credential_vsock_parse("vsock-seqpacket:2:1", &to));
	assert_int_equal(to.type, SOCK_SEQPACKET);
}

static void other_addresses_are_refused(void **state)
{
	static const char *const wrong[] = {"",
					    "vsock",
					    "vsock:",
					    "vsock:2",
					    "vsock:2:",
					    "vsock::1",
					    "vsock:2:1x",
					    "vsock:x:1",
					    "vsock:-1:1",
					    "vsock-dgram:2:1",
					    "/run/notify",
					    "vsock:2:4294967296",
					    "vsock:99999999999999999999:1"};
	struct credential_vsock to;

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		assert_false(credential_vsock_parse(wrong[i], &to));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(value_is_found_behind_other_strings),
		cmocka_unit_test(cut_or_foreign_structure_gives_nothing),
		cmocka_unit_test(address_has_a_type_or_leaves_it_open),
		cmocka_unit_test(other_addresses_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
