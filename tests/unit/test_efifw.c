#include "format/efifw.h"

#include "unit.h"

/* src/boot/efifirmware.h: four little-endian numbers, the id with its NUL, the firmware. */
static void firmware_begins_with_these_bytes(void **state)
{
	static const char want[] = "\xad\xde\xed\xfe\x10\0\0\0\x05\0\0\0\x04\x03\x02\x01"
				   "fw-1";
	AUTO_BUF out = BUF_INIT;
	struct err e = ERR_INIT;

	(void)state;
	assert_ok(efifw_begin(&out, "fw-1", 0x01020304, &e));
	assert_bytes(out.data, out.len, want, sizeof(want));
	assert_fails_with(efifw_begin(&out, "fw-1", 0xffffffff, &e),
			  "firmware 'fw-1' has 4 GiB or more");
}

static int check(const void *section, size_t len, struct err *e)
{
	struct memory_source m;

	memory_source_init(&m, section, len, "efifw");
	return efifw_check(&m.source, e);
}

/* What src/boot/efi-firmware.c takes, and what it does not. */
static void stub_takes_what_is_whole(void **state)
{
	static const char sound[] = "\xad\xde\xed\xfe\x10\0\0\0\x05\0\0\0\x04\0\0\0fw-1\0code";
	/* A longer header, as later versions may have it. */
	static const char longer[] = "\xad\xde\xed\xfe\x12\0\0\0\x05\0\0\0\x04\0\0\0..fw-1\0code";
	const size_t len = sizeof(sound) - 1;
	char broken[sizeof(sound)];
	struct err e = ERR_INIT;

	(void)state;
	assert_ok(check(sound, len, &e));
	assert_ok(check(longer, sizeof(longer) - 1, &e));
	assert_fails_with(check(sound, 15, &e), "it has only 15 bytes");
	assert_fails_with(check(sound, len - 1, &e),
			  "header, id and firmware have 16, 5 and 4 bytes, all of it 24");
	memcpy(broken, sound, sizeof(sound));
	broken[0] = 'M';
	assert_fails_with(check(broken, len, &e), "it begins with 0xfeedde4d, not with 0xfeeddead");
	memcpy(broken, sound, sizeof(sound));
	broken[4] = 15;
	assert_fails_with(check(broken, len, &e),
			  "header, id and firmware have 15, 5 and 4 bytes, all of it 25");
	memcpy(broken, sound, sizeof(sound));
	broken[8] = 0;
	assert_fails_with(check(broken, len, &e), "its id has 0 bytes");
	memcpy(broken, sound, sizeof(sound));
	broken[20] = '1';
	assert_fails_with(check(broken, len, &e), "its id does not end in the only NUL of it");
	memcpy(broken, sound, sizeof(sound));
	broken[17] = '\0';
	assert_fails_with(check(broken, len, &e), "its id does not end in the only NUL of it");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(firmware_begins_with_these_bytes),
		cmocka_unit_test(stub_takes_what_is_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
