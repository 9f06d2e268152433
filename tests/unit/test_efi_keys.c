#include "format/efi_keys.h"

#include "unit.h"

static const uint8_t owner[EFI_GUID] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16};

/* UEFI 2.10, 32.4.1, with EFI_CERT_X509_GUID a5c059a1-94e4-4aa7-87b5-ab155c2bf072 */
static void certificate_is_a_list_of_its_own(void **state)
{
	static const uint8_t certificate[] = {0x30, 0x01, 0xaa};
	static const uint8_t
		want[] =
			{
				0xa1, 0x59, 0xc0, 0xa5, 0xe4, 0x94, 0xa7, 0x4a, /* SignatureType */
				0x87, 0xb5, 0xab, 0x15, 0x5c, 0x2b, 0xf0, 0x72, 0x2f, 0,
				0,    0,	     /* SignatureListSize: 28 + 16 + 3 */
				0,    0,    0,	  0, /* SignatureHeaderSize */
				0x13, 0,    0,	  0, /* SignatureSize: 16 + 3 */
				1,    2,    3,	  4,	5,    6,    7,	  8,	9,    10,
				11,   12,   13,	  14,	15,   16,   0x30, 0x01, 0xaa};
	AUTO_BUF b = BUF_INIT;
	struct err e = ERR_INIT;

	(void)state;
	assert_ok(efi_list_certificate(&b, owner, (struct der){certificate, sizeof(certificate)},
				       &e));
	assert_bytes(b.data, b.len, want, sizeof(want));
}

static void digests_share_a_list(void **state)
{
	static const uint8_t digests[2][EFI_SHA256] = {{0xaa}, {0xbb}};
	static const uint8_t head[] = {0x26, 0x16, 0xc4, 0xc1, 0x4c, 0x50, 0x92, 0x40, 0xac, 0xa9,
				       0x41, 0xf9, 0x36, 0x93, 0x43, 0x28, 0x7c, 0,    0,    0,
				       0,    0,	   0,	 0,    0x30, 0,	   0,	 0};
	AUTO_BUF b = BUF_INIT;
	struct err e = ERR_INIT;

	(void)state;
	assert_ok(efi_list_sha256(&b, owner, digests, 0, &e));
	assert_int_equal(b.len, 0);
	assert_ok(efi_list_sha256(&b, owner, digests, 2, &e));
	assert_int_equal(b.len, 28 + 2 * (16 + 32));
	assert_bytes(b.data, sizeof(head), head, sizeof(head));
	assert_int_equal((uint8_t)b.data[28 + 16], 0xaa);
	assert_int_equal((uint8_t)b.data[28 + 48 + 16], 0xbb);
}

static void time_is_a_calendar(void **state)
{
	/* 2024-02-29 23:59:58 */
	static const uint8_t want[EFI_TIME] = {0xe8, 0x07, 2, 29, 23, 59, 58};
	uint8_t time[EFI_TIME];
	struct err e = ERR_INIT;

	(void)state;
	assert_ok(efi_time(1709251198, time, &e));
	assert_bytes(time, sizeof(time), want, sizeof(want));
	assert_int_equal(efi_time(INT64_MAX, time, &e), -1);
}

static void name_is_signed_without_its_nul(void **state)
{
	static const uint8_t time[EFI_TIME] = {0xe8, 0x07};
	static const uint8_t head[] = {'d', 0, 'b', 0, 0xcb, 0xb2, 0x19, 0xd7};
	static const uint8_t content[] = {9};
	AUTO_BUF b = BUF_INIT;
	struct err e = ERR_INIT;

	(void)state;
	assert_ok(efi_auth_signed_bytes(EFI_DB, time, (struct der){content, 1}, &b, &e));
	assert_int_equal(b.len, 4 + EFI_GUID + 4 + EFI_TIME + 1);
	assert_bytes(b.data, sizeof(head), head, sizeof(head));
	assert_int_equal(b.data[4 + EFI_GUID], EFI_KEY_ATTRIBUTES);
	assert_int_equal(b.data[b.len - 1], 9);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(certificate_is_a_list_of_its_own),
		cmocka_unit_test(digests_share_a_list),
		cmocka_unit_test(time_is_a_calendar),
		cmocka_unit_test(name_is_signed_without_its_nul),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
